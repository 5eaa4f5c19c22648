import { VERSION } from "../core/version.ts";
import { currentTracer } from "./current-tracer.ts";
import { type StartSpan, startSpanOf } from "./started-span.ts";
import { type Traced, tracedOf } from "./traced.ts";
import { type WithSpan, withSpanOf } from "./with-span.ts";

/** What makes spans for one instrumentation scope. */
export interface SpanHelpers {
  readonly withSpan: WithSpan;
  readonly startSpan: StartSpan;
  readonly traced: Traced;
}

export function spanHelpers(name: string, version?: string): SpanHelpers {
  const tracerIn = currentTracer(name, version);
  const withSpan = withSpanOf(tracerIn);
  return { withSpan, startSpan: startSpanOf(tracerIn), traced: tracedOf(withSpan) };
}

/** The application's own. */
const application: SpanHelpers = spanHelpers("throughline", VERSION);
export const withSpan: WithSpan = application.withSpan;
export const startSpan: StartSpan = application.startSpan;
export const traced: Traced = application.traced;
