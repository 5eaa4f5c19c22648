import type { Tracer, TracerProvider } from "@opentelemetry/api";
import { currentTracerProvider } from "../context/current.ts";

/** A look-up of the named tracer in the current context's provider. HOT: asks again only when that is another. */
export function currentTracer(name: string, version: string): () => Tracer {
  let provider: TracerProvider | undefined;
  let tracer: Tracer | undefined;
  return () => {
    const current = currentTracerProvider();
    if (tracer === undefined || provider !== current) {
      provider = current;
      tracer = current.getTracer(name, version);
    }
    return tracer;
  };
}
