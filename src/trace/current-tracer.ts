import type { Tracer, TracerOptions, TracerProvider } from "@opentelemetry/api";
import type { Context } from "../context/context.ts";
import { ignoreRejection } from "../core/rejection.ts";
import { tracerProviderIn } from "../context/current.ts";

/** A look-up of one tracer in the provider of a context. HOT: asks for it again only when that is another. */
export function currentTracer(
  name: string,
  version?: string,
  options?: TracerOptions,
  providerIn: (context: Context) => TracerProvider = tracerProviderIn,
): (context: Context) => Tracer {
  let provider: TracerProvider | undefined;
  let tracer: Tracer | undefined;
  return (context) => {
    const current = providerIn(context);
    if (tracer === undefined || provider !== current) {
      provider = current;
      tracer = current.getTracer(name, version, options);
      ignoreRejection(tracer);
    }
    return tracer;
  };
}
