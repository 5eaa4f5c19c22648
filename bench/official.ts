import { SpanStatusCode, trace } from "@opentelemetry/api";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-proto";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { BatchSpanProcessor, NodeTracerProvider, type SpanProcessor } from "@opentelemetry/sdk-trace-node";
import type { Contender, Destination } from "./contender.ts";

const EMPTY: SpanProcessor = {
  onStart: () => {},
  onEnd: () => {},
  forceFlush: async () => {},
  shutdown: async () => {},
};

export function official(destination: Destination): Contender {
  const provider = new NodeTracerProvider({
    resource: resourceFromAttributes({ "service.name": "bench" }),
    spanProcessors: [destination === "nowhere" ? EMPTY : batchTo(destination.endpoint)],
  });
  provider.register();
  const tracers = [0, 1, 2].map((scope) => trace.getTracer(`bench-${scope}`, "1.0"));
  return {
    startAndEnd: (scope) => tracers[scope]?.startSpan("work").end(),
    within: (scope, attributes, fn) => {
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
    flush: () => provider.forceFlush(),
  };
}

/** The defaults, but for a queue that does not drop: a ratio measured with spans lost would mean nothing. */
function batchTo(endpoint: string): BatchSpanProcessor {
  return new BatchSpanProcessor(new OTLPTraceExporter({ url: `${endpoint}/v1/traces` }), {
    maxQueueSize: 1_000_000,
  });
}
