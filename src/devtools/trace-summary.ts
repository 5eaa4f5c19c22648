import { fit } from "../waterfall/columns.ts";
import { durationText } from "../waterfall/duration.ts";
import { shortTraceId } from "../waterfall/header.ts";
import type { StoredTrace } from "./trace-ring.ts";
import { hasFailed } from "./waterfall-rows.ts";

/** Columns that the name of the slowest trace may take. */
const NAME_COLUMNS = 40;

interface Slowest {
  readonly duration: bigint;
  readonly name: string;
  readonly traceId: string;
}

/** One line for all traces that came too fast to be shown one by one. */
export class TraceSummary {
  #traces = 0;
  #failed = 0;
  #slowest: Slowest | undefined;

  get isEmpty(): boolean {
    return this.#traces === 0;
  }

  add(trace: StoredTrace): void {
    this.#traces += 1;
    if (trace.spans.some(hasFailed)) this.#failed += 1;
    const measured = measure(trace);
    if (this.#slowest === undefined || measured.duration > this.#slowest.duration) this.#slowest = measured;
  }

  /** `+ 1204 more traces · 12 failed · slowest 1.25 s: POST /checkout (4bf92f35)` */
  text(): string {
    const parts = [`+ ${this.#traces} more trace${this.#traces === 1 ? "" : "s"}`, `${this.#failed} failed`];
    if (this.#slowest !== undefined) {
      const { duration, name, traceId } = this.#slowest;
      parts.push(`slowest ${durationText(duration)}: ${fit(name, NAME_COLUMNS)} (${shortTraceId(traceId)})`);
    }
    return parts.join(" · ");
  }
}

/** How long a trace took, and the name of the span that it began with. */
function measure({ traceId, spans }: StoredTrace): Slowest {
  let [first] = spans;
  let end = 0n;
  for (const span of spans) {
    if (first === undefined || span.startTimeUnixNano < first.startTimeUnixNano) first = span;
    if (span.endTimeUnixNano > end) end = span.endTimeUnixNano;
  }
  const start = first?.startTimeUnixNano ?? 0n;
  return { traceId, name: first?.name ?? "", duration: end > start ? end - start : 0n };
}
