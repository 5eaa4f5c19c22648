import { type Attributes, SpanStatusCode, type Tracer } from "@opentelemetry/api";

/** What each side of the comparison offers the workloads. */
export interface Contender {
  /** Starts a span of instrumentation scope `scope` (0, 1 or 2) and ends it. */
  startAndEnd(scope: number): void;
  /** Calls `fn` in an active span, ended afterwards, with errors recorded, the way its users write it. */
  within(scope: number, attributes: Attributes | undefined, fn: () => void): void;
  /** Reads a value that belongs to the running operation; the official side reads a raw AsyncLocalStorage. */
  read(): number | undefined;
  /** Calls `fn` in an operation that has such a value. */
  inOperation(fn: () => Promise<void>): Promise<void>;
  /** Resolves when all that was made has been sent, or given up. */
  flush(): Promise<void>;
}

/**
 * `nowhere` measures the spans alone: they are recorded and end in an empty sink. `unsampled` measures what is left of
 * them where a sampler refuses all.
 */
export type Destination = "nowhere" | "unsampled" | { readonly endpoint: string };

/** What users of the OpenTelemetry API write around each operation. */
export function activeByHand(
  tracer: Tracer | undefined,
  attributes: Attributes | undefined,
  fn: () => void,
): void {
  tracer?.startActiveSpan("work", attributes === undefined ? {} : { attributes }, (span) => {
    try {
      fn();
    } catch (error) {
      span.recordException(error as Error);
      span.setStatus({ code: SpanStatusCode.ERROR });
      throw error;
    } finally {
      span.end();
    }
  });
}
