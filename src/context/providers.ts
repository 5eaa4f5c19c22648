import type { MeterProvider, TextMapPropagator, TracerProvider } from "@opentelemetry/api";

/** Where telemetry goes, and how the trace travels: carried by the context, so that a tenant or a test can have its own. */
export interface Providers {
  readonly tracerProvider: TracerProvider;
  readonly meterProvider: MeterProvider;
  /** W3C's where none is named. */
  readonly propagator?: TextMapPropagator;
}
