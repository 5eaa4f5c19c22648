import { BaggagePropagator } from "./baggage-propagator.ts";
import { CompositePropagator } from "./composite-propagator.ts";
import { TraceContextPropagator } from "./trace-context-propagator.ts";

/** W3C trace context and baggage: the default of OTEL_PROPAGATORS. */
export const W3C_PROPAGATOR: CompositePropagator = new CompositePropagator([
  new TraceContextPropagator(),
  new BaggagePropagator(),
]);
