import {
  type Context,
  defaultTextMapGetter,
  defaultTextMapSetter,
  isSpanContextValid,
  propagation,
  type TextMapGetter,
  type TextMapPropagator,
  type TextMapSetter,
  trace,
} from "@opentelemetry/api";
import { describe, report } from "../core/diagnostics.ts";
import { isTracingSuppressed } from "../context/suppression.ts";
import { formatBaggage, parseBaggage } from "./baggage.ts";
import { formatTraceparent, formatTraceState, parseTraceContext } from "./trace-context.ts";

/**
 * W3C trace context and baggage, in and out of any carrier; never throws. What is malformed leaves the context as
 * it was.  (Specification: Propagators API; the default of OTEL_PROPAGATORS)
 */
export class W3CPropagator implements TextMapPropagator {
  inject<Carrier>(
    context: Context,
    carrier: Carrier,
    setter: TextMapSetter<Carrier> = defaultTextMapSetter,
  ): void {
    attempt(() => {
      if (isTracingSuppressed(context)) return;
      const span = trace.getSpanContext(context);
      if (span !== undefined && isSpanContextValid(span)) {
        setter.set(carrier, "traceparent", formatTraceparent(span));
        attempt(() => set(carrier, setter, "tracestate", formatTraceState(span)));
      }
      const baggage = propagation.getBaggage(context);
      if (baggage !== undefined) set(carrier, setter, "baggage", formatBaggage(baggage));
    });
  }

  extract<Carrier>(
    context: Context,
    carrier: Carrier,
    getter: TextMapGetter<Carrier> = defaultTextMapGetter,
  ): Context {
    try {
      const traceparent = only(getter.get(carrier, "traceparent"));
      const parent =
        traceparent === undefined
          ? undefined
          : parseTraceContext(traceparent, joined(getter.get(carrier, "tracestate")));
      const baggageHeader = joined(getter.get(carrier, "baggage"));
      const baggage = baggageHeader === undefined ? undefined : parseBaggage(baggageHeader);
      const withParent =
        parent === undefined ? context : trace.setSpan(context, trace.wrapSpanContext(parent));
      return baggage === undefined ? withParent : propagation.setBaggage(withParent, baggage);
    } catch (thrown) {
      report("invalid_argument", `a carrier could not be read (${describe(thrown)})`);
      return context;
    }
  }

  fields(): string[] {
    return ["traceparent", "tracestate", "baggage"];
  }
}

/** One header that cannot be made must not cost the others. */
function attempt(act: () => void): void {
  try {
    act();
  } catch (thrown) {
    report("no_injection", `a carrier took no trace context (${describe(thrown)})`);
  }
}

function set<Carrier>(carrier: Carrier, setter: TextMapSetter<Carrier>, name: string, value: string): void {
  if (value !== "") setter.set(carrier, name, value);
}

/** A header that must not be repeated: two values name no parent. */
function only(value: string | string[] | undefined): string | undefined {
  if (Array.isArray(value)) return value.length === 1 ? value[0] : undefined;
  return typeof value === "string" ? value : undefined;
}

/** A header whose lines are one list. */
function joined(value: string | string[] | undefined): string | undefined {
  if (Array.isArray(value)) return value.join(",");
  return typeof value === "string" ? value : undefined;
}
