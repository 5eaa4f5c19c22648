// The official SDK makes the spans and keeps the contexts, Throughline's helpers use them: node examples/official-sdk.ts
import { trace } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { InMemorySpanExporter, NodeTracerProvider, SimpleSpanProcessor } from "@opentelemetry/sdk-trace-node";
import { ContextVariable, start, withSpan } from "throughline";

const memory = new InMemorySpanExporter();
const telemetry = start({
  tracerProvider: new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(memory)] }),
  contextManager: new AsyncLocalStorageContextManager(),
});
const user = new ContextVariable<string>("user");

await withSpan("checkout", async () => {
  user.set("ann");
  await trace.getTracer("a library").startActiveSpan("query", async (span) => {
    await withSpan("charge", async () => console.log(`charging ${user.get()}`));
    span.end();
  });
});

await telemetry.flush();
const spans = memory.getFinishedSpans();
for (const span of spans) {
  const parent = spans.find((each) => each.spanContext().spanId === span.parentSpanContext?.spanId);
  console.log(`${span.name} is ${parent === undefined ? "a root" : `within ${parent.name}`}`);
}
