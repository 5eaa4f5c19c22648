import { InMemorySpanExporter, SimpleSpanProcessor } from "@opentelemetry/sdk-trace-node";
import { expect } from "chai";
import { setImmediate as turn, setTimeout as sleep } from "node:timers/promises";
import type { SpanProcessor } from "../../src/trace/span-processor.ts";
import {
  end,
  endUnsampled,
  FAILED,
  lateResource,
  noting,
  spansMadeInExport,
  until,
} from "./before-exporters.ts";
import { type Row, told } from "./stage.ts";

/** Of sdk-trace/test/common/export/SimpleSpanProcessor.test.ts, with spans of ours. */
export const SIMPLE_PROCESSOR: readonly Row[] = [
  [
    1,
    "is a processor for our provider",
    () => {
      const simple: SpanProcessor = new SimpleSpanProcessor(new InMemorySpanExporter());
      expect(end(1, simple).ended).to.have.lengthOf(1);
    },
  ],
  [
    2,
    "exports a sampled span as it ends, and shuts its exporter down",
    async () => {
      const { exporter, sizes, calls } = noting();
      const { provider, start } = end(0, new SimpleSpanProcessor(exporter));
      const span = start();
      expect(sizes()).to.deep.equal([]);
      span.end();
      expect(sizes()).to.deep.equal([1]);
      await provider.shutdown();
      expect(calls).to.deep.equal(["shutdown"]);
    },
  ],
  [
    3,
    "exports no span that is not sampled",
    () => {
      const { exporter, sizes } = noting();
      endUnsampled(new SimpleSpanProcessor(exporter));
      expect(sizes()).to.deep.equal([]);
    },
  ],
  [
    4,
    "tells of an export that failed",
    async () => {
      const lines = await told(async (heard) => {
        end(1, new SimpleSpanProcessor(noting((done) => void turn().then(() => done(FAILED))).exporter));
        await until(() => heard.length > 0);
      });
      // An official processor of an earlier row may have something to tell, too.
      expect(lines.filter((line) => line.includes("failed on purpose"))).to.have.lengthOf(1);
    },
  ],
  [
    5,
    "flushes its exporter",
    async () => {
      const { exporter, calls } = noting();
      await end(0, new SimpleSpanProcessor(exporter)).provider.forceFlush();
      expect(calls).to.deep.equal(["forceFlush"]);
    },
  ],
  [
    6,
    "waits for what the resource is still to learn",
    async () => {
      const { exporter, batches } = noting();
      const { provider } = end(1, new SimpleSpanProcessor(exporter), lateResource());
      expect(batches).to.deep.equal([]);
      await provider.forceFlush();
      expect(batches.flat().map(({ resource }) => resource.attributes)).to.deep.equal([{ late: "here" }]);
    },
  ],
  ...[7, 9].map((at): Row => [
    at,
    `ends a flush when the export has ended${at === 7 ? "" : ", also where the resource is late"}`,
    async () => {
      let answered = 0;
      const { exporter } = noting((done) => void sleep(5).then(() => done({ code: answered++ && 0 })));
      await end(
        1,
        new SimpleSpanProcessor(exporter),
        at === 7 ? undefined : lateResource(),
      ).provider.forceFlush();
      expect(answered).to.equal(1);
    },
  ]),
  [
    8,
    "fails a flush where an export failed, and flushes its exporter all the same",
    async () => {
      const { exporter, calls } = noting((done) => void turn().then(() => done(FAILED)));
      const simple = new SimpleSpanProcessor(exporter);
      const lines = await told(async () => {
        end(1, simple);
        expect(await simple.forceFlush().catch((reason: unknown) => reason)).to.equal(FAILED.error);
      });
      expect(calls).to.deep.equal(["forceFlush"]);
      expect(lines).to.have.lengthOf(1);
    },
  ],
  [
    10,
    "ends a flush without spans",
    async () =>
      expect(await end(0, new SimpleSpanProcessor(noting().exporter)).provider.forceFlush()).to.equal(
        undefined,
      ),
  ],
  [
    11,
    "ends a shutdown, with its exporter's",
    async () => {
      const { exporter, calls } = noting();
      await end(1, new SimpleSpanProcessor(exporter)).provider.shutdown();
      expect(calls).to.deep.equal(["shutdown"]);
    },
  ],
  [
    12,
    "exports where nothing is traced",
    async () =>
      expect(await spansMadeInExport((each) => new SimpleSpanProcessor(each))).to.deep.equal([false]),
  ],
];
