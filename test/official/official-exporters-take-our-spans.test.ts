import { createTraceState, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-proto";
import { resourceFromAttributes } from "@opentelemetry/resources";
import {
  BatchSpanProcessor,
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
} from "@opentelemetry/sdk-trace-node";
import { expect } from "chai";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { gunzipSync } from "node:zlib";
import { writeSpan } from "../../src/otlp/encode-span.ts";
import { RecordBatchEncoder } from "../../src/otlp/record-batch-encoder.ts";
import type { SpanProcessor } from "../../src/trace/span-processor.ts";
import { TracerProvider } from "../../src/trace/tracer-provider.ts";
import { type Plain, type PlainRequest, readTraces } from "../otlp/oracle.ts";
import { PARENT, VALID } from "./stage.ts";

const RESOURCE = resourceFromAttributes({ "service.name": "shop" });

/** What arrives at a collector while `use` knows its address. */
async function received(use: (url: string) => Promise<void>): Promise<PlainRequest[]> {
  const requests: PlainRequest[] = [];
  const server = createServer((request, response) => {
    void buffer(request).then((body) => {
      requests.push(readTraces(request.headers["content-encoding"] === "gzip" ? gunzipSync(body) : body));
      response.writeHead(200, { "content-type": "application/x-protobuf" }).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/traces`);
  } finally {
    server.closeAllConnections();
    server.close();
  }
  return requests;
}

/** Spans of ours with all that spans can have, before a processor; gives what our own encoder makes of them. */
function endAllSorts(before: SpanProcessor): PlainRequest {
  const encoder = new RecordBatchEncoder(RESOURCE, writeSpan);
  const provider = new TracerProvider({
    sink: { accept: (record) => void encoder.append(record) },
    processors: [before],
    resource: RESOURCE,
  });
  const tracer = provider.getTracer("orders", "1.2.3", {
    schemaUrl: "https://opentelemetry.io/schemas/1.30.0",
  });
  const context = { ...PARENT, isRemote: true, traceState: createTraceState("a=1") };
  const root = tracer.startSpan("root", { kind: SpanKind.SERVER, root: true });
  const child = tracer.startSpan("child", { attributes: VALID }, trace.setSpan(ROOT_CONTEXT, root));
  child.addEvent("event", { d: 0.5 }).addLink({ context, attributes: { e: [1, 2] } });
  child.recordException(new RangeError("too far"));
  child.setStatus({ code: SpanStatusCode.ERROR, message: "too far" }).end();
  root.end();
  const remote = trace.setSpanContext(ROOT_CONTEXT, context);
  tracer
    .startSpan("of a remote parent", { kind: SpanKind.CONSUMER, links: [{ context: PARENT }] }, remote)
    .end();
  return readTraces(encoder.take());
}

const spansOf = (requests: readonly PlainRequest[]) =>
  requests.flatMap(({ resourceSpans }) =>
    resourceSpans.flatMap(({ scopeSpans }) =>
      scopeSpans.flatMap(({ scope, schemaUrl, spans }) =>
        spans.map(({ status, ...span }) => ({
          scope: { name: scope["name"], version: scope["version"], schemaUrl },
          // Absent in ours where it is unset, which says the same.
          span: { ...span, status: status ?? { code: 0, message: "" } } as Plain,
        })),
      ),
    ),
  );

const names = (spans: readonly ReadableSpan[]) => spans.map(({ name }) => name);

describe("the official exporters, behind the official processors, take our spans", () => {
  for (const [what, Processor] of Object.entries({ BatchSpanProcessor, SimpleSpanProcessor })) {
    it(`into memory, behind the ${what}`, async () => {
      const exporter = new InMemorySpanExporter();
      const before: SpanProcessor = new Processor(exporter);
      endAllSorts(before);
      await before.forceFlush();
      expect(names(exporter.getFinishedSpans())).to.deep.equal(["child", "root", "of a remote parent"]);
    });

    it(`to a collector, behind the ${what}, and it gets the same from them as from our own`, async () => {
      let ours: PlainRequest | undefined;
      const theirs = await received(async (url) => {
        const before: SpanProcessor = new Processor(new OTLPTraceExporter({ url }));
        ours = endAllSorts(before);
        await before.forceFlush();
        await before.shutdown();
      });
      expect(spansOf(theirs).map(({ span }) => span["name"])).to.have.members([
        "child",
        "root",
        "of a remote parent",
      ]);
      expect(spansOf(theirs)).to.have.deep.members(ours === undefined ? [] : spansOf([ours]));
      for (const { resourceSpans } of theirs)
        expect(resourceSpans.map(({ resource }) => resource["attributes"])).to.deep.equal([
          [{ key: "service.name", value: { stringValue: "shop" } }],
        ]);
    });
  }
});
