import { trace } from "@opentelemetry/api";
import { alwaysOff, ContextVariable, start, withSpan } from "throughline";
import { activeByHand, type Contender, type Destination } from "./contender.ts";

export function ours(destination: Destination): Contender {
  const telemetry =
    typeof destination === "string"
      ? start({
          service: "bench",
          exporter: "none",
          ...(destination === "unsampled" && { sampler: alwaysOff() }),
        })
      : start({ service: "bench", endpoint: destination.endpoint });
  const user = new ContextVariable<number>("user");
  const tracers = [0, 1, 2].map((scope) => trace.getTracer(`bench-${scope}`, "1.0"));
  return {
    startAndEnd: (scope) => tracers[scope]?.startSpan("work").end(),
    within: (scope, attributes, fn) => {
      // The main door has one instrumentation scope; the others are reached through the API, as a library would.
      if (scope === 0)
        return attributes === undefined ? withSpan("work", fn) : withSpan("work", { attributes }, fn);
      activeByHand(tracers[scope], attributes, fn);
    },
    read: () => user.get(),
    inOperation: (fn) => user.run(7, fn),
    flush: async () => {
      await telemetry.flush({ timeout: 60_000 });
    },
  };
}
