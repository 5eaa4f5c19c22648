import {
  type Context,
  propagation,
  type TextMapGetter,
  type TextMapPropagator,
  type TextMapSetter,
} from "@opentelemetry/api";
import { formatBaggage, parseBaggage } from "./baggage.ts";
import { joinedLines } from "./header-lines.ts";
import { READ_LIMIT } from "./baggage-limits.ts";

/** `baggage`, in and out of any carrier.  (W3C Baggage) */
export class BaggagePropagator implements TextMapPropagator {
  inject<Carrier>(context: Context, carrier: Carrier, setter: TextMapSetter<Carrier>): void {
    const baggage = propagation.getBaggage(context);
    const header = baggage === undefined ? "" : formatBaggage(baggage);
    if (header !== "") setter.set(carrier, "baggage", header);
  }

  extract<Carrier>(context: Context, carrier: Carrier, getter: TextMapGetter<Carrier>): Context {
    const header = joinedLines(getter.get(carrier, "baggage"), READ_LIMIT);
    const baggage = header === undefined ? undefined : parseBaggage(header);
    return baggage === undefined ? context : propagation.setBaggage(context, baggage);
  }

  fields(): string[] {
    return ["baggage"];
  }
}
