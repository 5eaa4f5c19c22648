/** A log record as it is drawn. */
export interface LogRow {
  /** Since the epoch, in ms. */
  readonly time: number;
  /** 1 to 24, or 0 where none was given.  (Specification: Logs Data Model, SeverityNumber) */
  readonly severityNumber: number;
  /** In the place of the name that the number has; empty where there is none. */
  readonly severityText: string;
  readonly service: string;
  /** What it says. */
  readonly body: string;
  /** Undefined where it belongs to no trace. */
  readonly traceId: string | undefined;
}
