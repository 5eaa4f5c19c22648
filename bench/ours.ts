import { SpanStatusCode, trace } from "@opentelemetry/api";
import { start, withSpan } from "throughline";
import type { Contender, Destination } from "./contender.ts";

export function ours(destination: Destination): Contender {
  const telemetry =
    destination === "nowhere"
      ? start({ service: "bench", exporter: "none" })
      : start({ service: "bench", endpoint: destination.endpoint });
  const tracers = [0, 1, 2].map((scope) => trace.getTracer(`bench-${scope}`, "1.0"));
  return {
    startAndEnd: (scope) => tracers[scope]?.startSpan("work").end(),
    within: (scope, attributes, fn) => {
      // The main door has one instrumentation scope; the others are reached through the API, as a library would.
      if (scope === 0)
        return attributes === undefined ? withSpan("work", fn) : withSpan("work", { attributes }, fn);
      const options = attributes === undefined ? {} : { attributes };
      tracers[scope]?.startActiveSpan("work", options, (span) => {
        try {
          fn();
        } catch (error) {
          span.recordException(error as Error);
          span.setStatus({ code: SpanStatusCode.ERROR });
          throw error;
        } finally {
          span.end();
        }
      });
    },
    flush: async () => {
      await telemetry.flush({ timeout: 60_000 });
    },
  };
}
