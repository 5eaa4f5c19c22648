import type { Context as ApiContext, Span, SpanOptions, Tracer } from "@opentelemetry/api";
import { contextAttributes } from "../context/attribute-variables.ts";
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
    const tracer = tracerIn(context);
    const span: unknown = tracer.startSpan(name, stampedFor(tracer, options, parent), parent);
    ignoreRejection(span);
    const own = asSpan(span);
    if (own !== undefined) return own;
    report("plugin_failed", `a tracer of another SDK gave ${nounFor(span)} that is no span`);
  } catch (thrown) {
    report("plugin_failed", `a tracer of another SDK failed (${describe(thrown)})`);
  }
  return NON_RECORDING;
}

/** Our own tracer stamps by itself, also spans that are started by the API alone. */
function stampedFor(
  tracer: Tracer,
  options: SpanOptions | undefined,
  context: ApiContext,
): SpanOptions | undefined {
  if ("stampsContext" in tracer) return options;
  const attributes = contextAttributes(context);
  return attributes === undefined
    ? options
    : { ...options, attributes: { ...attributes, ...options?.attributes } };
}
