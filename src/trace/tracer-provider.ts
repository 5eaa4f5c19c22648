import type {
  Tracer as ApiTracer,
  TracerOptions,
  TracerProvider as ApiTracerProvider,
} from "@opentelemetry/api";
import { report } from "../core/diagnostics.ts";
import { Tracer } from "./tracer.ts";
import { type TracingOptions, type TracingSetup, tracingSetup } from "./tracing-setup.ts";

/** A host that makes up names, one for each request say, gets a new tracer each time. */
const MOST_KEPT = 1_000;

/** Hands out one tracer for each instrumentation scope.  (Specification: Trace API, TracerProvider) */
export class TracerProvider implements ApiTracerProvider {
  readonly #tracers = new Map<string, Tracer>();
  readonly #setup: TracingSetup;

  constructor(options: TracingOptions) {
    this.#setup = tracingSetup(options);
  }

  /** Resolves when all processors have done what they were asked to do; never rejects.  (Trace SDK: ForceFlush) */
  async forceFlush(): Promise<void> {
    await this.#setup.processors?.forceFlush();
  }

  /** The same, once and for all: processors see no span that comes later.  (Trace SDK: Shutdown) */
  async shutdown(): Promise<void> {
    await this.#setup.processors?.shutdown();
  }

  /** The same tracer for the same name, version and schema. A name that is no string gives a working tracer without one. */
  getTracer(name: string, version?: string, options?: TracerOptions): ApiTracer {
    if (typeof name !== "string" || name === "") {
      report(
        "invalid_argument",
        "a tracer was asked for without a name: name the library or application that makes the spans",
      );
    }
    const scope = { name: text(name) ?? "", version: text(version), schemaUrl: schemaUrlOf(options) };
    const key = JSON.stringify(scope);
    const known = this.#tracers.get(key);
    if (known !== undefined) return known;
    const tracer = new Tracer(scope, this.#setup);
    if (this.#tracers.size < MOST_KEPT) this.#tracers.set(key, tracer);
    return tracer;
  }
}

function schemaUrlOf(options: TracerOptions | undefined): string | undefined {
  try {
    return text(options?.schemaUrl);
  } catch {
    return undefined;
  }
}

function text(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}
