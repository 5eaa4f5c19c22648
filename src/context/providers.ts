import type { Redactor } from "../core/redaction.ts";
import type { MeterProvider, TextMapPropagator, TracerProvider } from "@opentelemetry/api";

/** What makes loggers for the OpenTelemetry API's logs, by whichever of its packages.  (Specification: Logs API) */
export interface LoggerProvider {
  getLogger(
    name: string,
    version?: string,
    options?: object,
  ): { emit(record: object): void; enabled(options?: object): boolean };
}

/** Where telemetry goes, and how the trace travels: carried by the context, so that a tenant or a test can have its own. */
export interface Providers {
  readonly tracerProvider: TracerProvider;
  readonly meterProvider: MeterProvider;
  /** Undefined: records of the logs API go nowhere. */
  readonly loggerProvider?: LoggerProvider;
  readonly propagator: TextMapPropagator;
  /** Takes secrets out of what is written here; undefined: they stay. */
  readonly redactor?: Redactor | undefined;
}

/** Of all copies of this package; enumerable, so that a copy of the owner has them too. */
const PROVIDERS = Symbol.for("throughline.1.providers");

/** The owner, from now on known by its providers. */
export function withProviders<Owner extends object>(owner: Owner, providers: Providers): Owner {
  return Object.assign(owner, { [PROVIDERS]: providers });
}

/** Undefined for whatever was never given any. */
export function providersOf(owner: unknown): Providers | undefined {
  try {
    return (owner as { readonly [PROVIDERS]?: Providers } | undefined)?.[PROVIDERS];
  } catch {
    return undefined;
  }
}
