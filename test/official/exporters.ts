import { createTraceState, ROOT_CONTEXT, trace } from "@opentelemetry/api";
import {
  ConsoleSpanExporter,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from "@opentelemetry/sdk-trace-node";
import { expect } from "chai";
import { official, PARENT, type Row, stage, VALID } from "./stage.ts";

/** What is printed while `use` runs. */
function printed(use: () => void): unknown[] {
  const { dir } = console;
  const lines: unknown[] = [];
  console.dir = (line: unknown) => void lines.push(line);
  try {
    use();
  } finally {
    console.dir = dir;
  }
  return lines;
}

/** Of sdk-trace/test/common/export/ConsoleSpanExporter.test.ts. */
export const CONSOLE_EXPORTER: readonly Row[] = [
  [
    1,
    "prints a span of ours, all of it",
    () => {
      const { start } = stage({ processors: [new SimpleSpanProcessor(new ConsoleSpanExporter())] });
      const context = { ...PARENT, traceState: createTraceState("a=1") };
      const span = start(
        { attributes: VALID, links: [{ context, attributes: { b: 2 } }] },
        trace.setSpanContext(ROOT_CONTEXT, context),
      ).addEvent("event", { c: 3 }, [5, 6]);
      const [line] = printed(() => span.end()) as [object];
      expect(line).to.deep.include({
        name: "span",
        id: span.spanContext().spanId,
        traceId: PARENT.traceId,
        traceState: "a=1",
        parentSpanContext: context,
        instrumentationScope: { name: "stage", version: "1.0.0", schemaUrl: undefined },
        attributes: VALID,
        links: [{ context, attributes: { b: 2 }, droppedAttributesCount: 0 }],
        events: [{ name: "event", attributes: { c: 3 }, time: [5, 6], droppedAttributesCount: 0 }],
        kind: 0,
        status: { code: 0 },
        resource: { attributes: {} },
      });
      expect(line).to.have.property("timestamp").above(0);
      expect(line).to.have.property("duration").at.least(0);
    },
  ],
  [
    2,
    "flushes, and shuts down with our provider",
    async () => {
      const exporter = new ConsoleSpanExporter();
      const { provider, start } = stage({ processors: [new SimpleSpanProcessor(exporter)] });
      await provider.forceFlush();
      await provider.shutdown();
      expect(printed(() => start().end())).to.deep.equal([]);
      expect(await exporter.forceFlush()).to.equal(undefined);
    },
  ],
];

/** An exporter in memory behind a provider of ours, and a root, a child and a grandchild that ended in reverse. */
function threeEnded() {
  const exporter = new InMemorySpanExporter();
  const { provider, start } = stage({ processors: [new SimpleSpanProcessor(exporter)] });
  const root = start();
  const child = start({}, trace.setSpan(ROOT_CONTEXT, root));
  const grandchild = start({}, trace.setSpan(ROOT_CONTEXT, child));
  const counts = [grandchild, child, root].map((span) => {
    span.end();
    return exporter.getFinishedSpans().length;
  });
  return { exporter, provider, start, spans: [grandchild, child, root], counts };
}

/** Of sdk-trace/test/common/export/InMemorySpanExporter.test.ts. */
export const MEMORY_EXPORTER: readonly Row[] = [
  [
    1,
    "has our spans as they end, themselves, in one trace and each below its parent",
    () => {
      const { exporter, spans, counts } = threeEnded();
      expect(counts).to.deep.equal([1, 2, 3]);
      const finished = exporter.getFinishedSpans();
      expect(finished).to.deep.equal(spans);
      const ids = finished.map((span) => span.spanContext());
      expect(new Set(ids.map(({ traceId }) => traceId)).size).to.equal(1);
      expect(finished.map((span) => span.parentSpanContext?.spanId)).to.deep.equal([
        ids[1]?.spanId,
        ids[2]?.spanId,
        undefined,
      ]);
    },
  ],
  [
    2,
    "has none once it is shut down, and takes none",
    async () => {
      const { exporter, start, counts } = threeEnded();
      expect(counts.at(-1)).to.equal(3);
      await exporter.shutdown();
      expect(exporter.getFinishedSpans()).to.deep.equal([]);
      start().end();
      expect(exporter.getFinishedSpans()).to.deep.equal([]);
    },
  ],
  [
    3,
    "keeps what it has where it is flushed",
    async () => {
      const { exporter } = threeEnded();
      await exporter.forceFlush();
      expect(exporter.getFinishedSpans()).to.have.lengthOf(3);
    },
  ],
  [
    4,
    "has none once it is reset, and takes new ones",
    () => {
      const { exporter, start } = threeEnded();
      exporter.reset();
      expect(exporter.getFinishedSpans()).to.deep.equal([]);
      start().end();
      expect(exporter.getFinishedSpans()).to.have.lengthOf(1);
    },
  ],
  ...[
    [5, "answers that it took a span of ours", false, 0] as const,
    [6, "answers that it took none once it is shut down", true, 1] as const,
  ].map(([at, title, isShutDown, code]): Row => [
    at,
    title,
    async () => {
      const { spans } = threeEnded();
      const exporter = new InMemorySpanExporter();
      if (isShutDown) await exporter.shutdown();
      const answer = await new Promise<{ code: number }>((resolve) =>
        exporter.export(spans.map(official), resolve),
      );
      expect(answer.code).to.equal(code);
    },
  ]),
];
