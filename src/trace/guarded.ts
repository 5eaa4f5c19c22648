import type { Context as ApiContext, Span, SpanOptions, Tracer } from "@opentelemetry/api";
import { asSpan, type Context } from "../context/context.ts";
import { describe, report } from "../core/diagnostics.ts";
import { nounFor } from "../core/noun.ts";
import { ignoreRejection } from "../core/rejection.ts";
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

/** A span of whatever provider is current; one that records nothing where that provider, another SDK's, fails. */
export function startGuarded(
  tracerIn: (context: Context) => Tracer,
  name: string,
  options: SpanOptions | undefined,
  context: Context,
  parent: ApiContext = context,
): Span {
  try {
    const span: unknown = tracerIn(context).startSpan(name, options, parent);
    ignoreRejection(span);
    const own = asSpan(span);
    if (own !== undefined) return own;
    report("plugin_failed", `a tracer of another SDK gave ${nounFor(span)} that is no span`);
  } catch (thrown) {
    report("plugin_failed", `a tracer of another SDK failed (${describe(thrown)})`);
  }
  return NON_RECORDING;
}
