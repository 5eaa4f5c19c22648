import type { MeterProvider, TracerProvider } from "@opentelemetry/api";

/** Where telemetry goes: carried by the context, so that a tenant or a test can have its own. */
export interface Providers {
  readonly tracerProvider: TracerProvider;
  readonly meterProvider: MeterProvider;
}
