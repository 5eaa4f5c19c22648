import type { Span, SpanOptions, Tracer } from "@opentelemetry/api";
import { isPromise } from "node:util/types";
import type { Context } from "../context/context.ts";
import { describe, report } from "../core/diagnostics.ts";
import { NON_RECORDING } from "./non-recording.ts";

/** A span may be another SDK's: what it throws as it ends is not for the host. */
export function endGuarded(span: Span): void {
  guarded(() => span.end());
}

/** Calls something of a span that may be another SDK's. */
export function guarded(act: () => void): void {
  try {
    act();
  } catch (thrown) {
    report("plugin_failed", `a span of another SDK failed (${describe(thrown)})`);
  }
}

/** A plugin's method that is to be synchronous may still be written as async: its rejection is not the host's. */
export function ignoreRejection(result: unknown, failed: (reason: unknown) => void = () => {}): void {
  if (isPromise(result)) result.catch(failed);
}

/** A span of whatever provider is current; one that records nothing where that provider, another SDK's, fails. */
export function startGuarded(
  tracerIn: (context: Context) => Tracer,
  name: string,
  options: SpanOptions | undefined,
  context: Context,
): Span {
  try {
    return tracerIn(context).startSpan(name, options, context);
  } catch (thrown) {
    report("plugin_failed", `a tracer of another SDK failed (${describe(thrown)})`);
    return NON_RECORDING;
  }
}
