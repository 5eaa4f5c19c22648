/** The state of one metric stream as the table needs it. Counters and gauges have a value, histograms the rest. */
export interface MetricRow {
  readonly service: string;
  readonly name: string;
  readonly attributes: readonly (readonly [key: string, value: string])[];
  /** As UCUM writes it: `ms`, `By`, `{request}`; empty if there is none. */
  readonly unit: string;
  /** The numbers cover the last interval only, not all time since the program started. */
  readonly isDelta: boolean;
  readonly value?: number | bigint | undefined;
  readonly count?: number | bigint | undefined;
  readonly mean?: number | undefined;
  readonly min?: number | undefined;
  readonly median?: number | undefined;
  readonly max?: number | undefined;
}
