import { trace } from "@opentelemetry/api";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-proto";
import { resourceFromAttributes } from "@opentelemetry/resources";
import {
  AlwaysOffSampler,
  BatchSpanProcessor,
  NodeTracerProvider,
  type SpanProcessor,
} from "@opentelemetry/sdk-trace-node";
import { AsyncLocalStorage } from "node:async_hooks";
import { activeByHand, type Contender, type Destination } from "./contender.ts";

const EMPTY: SpanProcessor = {
  onStart: () => {},
  onEnd: () => {},
  forceFlush: async () => {},
  shutdown: async () => {},
};

export function official(destination: Destination): Contender {
  const provider = new NodeTracerProvider({
    resource: resourceFromAttributes({ "service.name": "bench" }),
    spanProcessors: [typeof destination === "string" ? EMPTY : batchTo(destination.endpoint)],
    ...(destination === "unsampled" && { sampler: new AlwaysOffSampler() }),
  });
  const storage = new AsyncLocalStorage<number>();
  provider.register();
  const tracers = [0, 1, 2].map((scope) => trace.getTracer(`bench-${scope}`, "1.0"));
  return {
    startAndEnd: (scope) => tracers[scope]?.startSpan("work").end(),
    within: (scope, attributes, fn) => activeByHand(tracers[scope], attributes, fn),
    read: () => storage.getStore(),
    inOperation: (fn) => storage.run(7, fn),
    flush: () => provider.forceFlush(),
  };
}

/** The defaults, but for a queue that does not drop: a ratio measured with spans lost would mean nothing. */
function batchTo(endpoint: string): BatchSpanProcessor {
  return new BatchSpanProcessor(new OTLPTraceExporter({ url: `${endpoint}/v1/traces` }), {
    maxQueueSize: 1_000_000,
  });
}
