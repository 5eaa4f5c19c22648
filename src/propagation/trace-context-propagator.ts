import {
  type Context,
  type TextMapGetter,
  type TextMapPropagator,
  type TextMapSetter,
  trace,
} from "@opentelemetry/api";
import { describe, report } from "../core/diagnostics.ts";
import { joinedLines, onlyLine } from "./header-lines.ts";
import { formatTraceparent, formatTraceState, parseTraceContext } from "./trace-context.ts";
import { LONGEST } from "./trace-state.ts";

/** `traceparent` and `tracestate`, in and out of any carrier.  (W3C Trace Context Level 2) */
export class TraceContextPropagator implements TextMapPropagator {
  inject<Carrier>(context: Context, carrier: Carrier, setter: TextMapSetter<Carrier>): void {
    const span = trace.getSpan(context);
    const traceparent = span === undefined ? undefined : formatTraceparent(span);
    if (span === undefined || traceparent === undefined) return;
    setter.set(carrier, "traceparent", traceparent);
    const state = stateOf(span);
    if (state !== "") setter.set(carrier, "tracestate", state);
  }

  extract<Carrier>(context: Context, carrier: Carrier, getter: TextMapGetter<Carrier>): Context {
    const traceparent = onlyLine(getter.get(carrier, "traceparent"));
    if (traceparent === undefined) return context;
    const parent = parseTraceContext(traceparent, tracestateIn(carrier, getter));
    return parent === undefined ? context : trace.setSpan(context, parent);
  }

  fields(): string[] {
    return ["traceparent", "tracestate"];
  }
}

/** One that cannot be read must not cost the trace. */
function tracestateIn<Carrier>(carrier: Carrier, getter: TextMapGetter<Carrier>): string | undefined {
  try {
    return joinedLines(getter.get(carrier, "tracestate"), LONGEST);
  } catch (thrown) {
    report("invalid_argument", `a tracestate could not be read (${describe(thrown)})`);
    return undefined;
  }
}

/** A tracestate of others that cannot be told must not cost the trace. */
function stateOf(span: Parameters<typeof formatTraceState>[0]): string {
  try {
    return formatTraceState(span);
  } catch (thrown) {
    report("no_injection", `a tracestate could not be told (${describe(thrown)})`);
    return "";
  }
}
