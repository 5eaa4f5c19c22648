import type { Tracer, TracerOptions, TracerProvider } from "@opentelemetry/api";
import { currentTracerProvider } from "../context/current.ts";

/** A look-up of one tracer in the provider of the moment. HOT: asks for it again only when that is another. */
export function currentTracer(
  name: string,
  version?: string,
  options?: TracerOptions,
  currentProvider: () => TracerProvider = currentTracerProvider,
): () => Tracer {
  let provider: TracerProvider | undefined;
  let tracer: Tracer | undefined;
  return () => {
    const current = currentProvider();
    if (tracer === undefined || provider !== current) {
      provider = current;
      tracer = current.getTracer(name, version, options);
    }
    return tracer;
  };
}
