import { FastifyOtelInstrumentation } from "@fastify/otel";
import { httpInstrumentationMiddleware } from "@hono/otel";
import { metrics } from "@opentelemetry/api";
import { ExpressInstrumentation } from "@opentelemetry/instrumentation-express";
import { HttpInstrumentation } from "@opentelemetry/instrumentation-http";
import { KoaInstrumentation } from "@opentelemetry/instrumentation-koa";
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from "@opentelemetry/sdk-metrics";
import { official } from "../official.ts";

/** As its documentation has it, with a provider of metrics, for ours measures, too. What is returned flushes. */
export function startOfficial(endpoint: string): () => Promise<unknown> {
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  metrics.setGlobalMeterProvider(
    new MeterProvider({ readers: [new PeriodicExportingMetricReader({ exporter })] }),
  );
  for (const each of [new HttpInstrumentation(), new ExpressInstrumentation(), new KoaInstrumentation()])
    each.enable();
  const contender = official({ endpoint });
  return () => contender.flush();
}

export function fastifyPlugin(): ReturnType<FastifyOtelInstrumentation["plugin"]> {
  return new FastifyOtelInstrumentation().plugin();
}

export function honoMiddleware(): ReturnType<typeof httpInstrumentationMiddleware> {
  return httpInstrumentationMiddleware();
}
