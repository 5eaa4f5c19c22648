import { BatchSpanProcessor, type BufferConfig, type SpanExporter } from "@opentelemetry/sdk-trace-node";
import { expect } from "chai";
import { setImmediate as turn, setTimeout as sleep } from "node:timers/promises";
import type { SpanProcessor } from "../../src/trace/span-processor.ts";
import {
  type Answer,
  end,
  endUnsampled,
  FAILED,
  lateResource,
  noting,
  spansMadeInExport,
  until,
} from "./before-exporters.ts";
import { type Row, told } from "./stage.ts";

const batching = (exporter: SpanExporter, config: BufferConfig = {}): SpanProcessor =>
  new BatchSpanProcessor(exporter, { maxExportBatchSize: 5, scheduledDelayMillis: 20, ...config });

/** Of sdk-trace/test/common/export/BatchSpanProcessorBase.test.ts, with spans of ours. */
export const BATCH_PROCESSOR: readonly Row[] = [
  ...[undefined, { maxExportBatchSize: 5, scheduledDelayMillis: 2500 }, {}].map((config, place): Row => [
    place + 1,
    `is a processor for our provider, made with ${config === undefined ? "an exporter" : `an exporter and ${JSON.stringify(config)}`}`,
    async () => {
      const { exporter, sizes } = noting();
      const batch: SpanProcessor = new BatchSpanProcessor(exporter, config);
      await end(2, batch).provider.forceFlush();
      expect(sizes()).to.deep.equal([2]);
      await batch.shutdown();
    },
  ]),
  [
    5,
    "exports what waits as it is shut down, and nothing later",
    async () => {
      const { exporter, sizes, calls } = noting();
      const batch = batching(exporter);
      const { start } = end(1, batch);
      await batch.forceFlush();
      start().end();
      expect(sizes()).to.deep.equal([1]);
      await batch.shutdown();
      start().end();
      await batch.forceFlush();
      expect([sizes(), calls]).to.deep.equal([[1, 1], ["shutdown"]]);
    },
  ],
  [
    6,
    "exports no span that is not sampled",
    async () => {
      const { exporter, sizes } = noting();
      const batch = batching(exporter);
      endUnsampled(batch);
      await batch.forceFlush();
      expect(sizes()).to.deep.equal([]);
    },
  ],
  [
    7,
    "exports a batch when it is full",
    () => {
      const { exporter, sizes } = noting();
      const { start } = end(4, batching(exporter));
      expect(sizes()).to.deep.equal([]);
      start().end();
      expect(sizes()).to.deep.equal([5]);
    },
  ],
  [
    8,
    "exports what waits when its time has come",
    async () => {
      const { exporter, sizes } = noting();
      end(4, batching(exporter));
      expect(sizes()).to.deep.equal([]);
      await until(() => sizes().length > 0);
      expect(sizes()).to.deep.equal([4]);
    },
  ],
  [
    9,
    "exports what waits when it is asked to",
    () => {
      const { exporter, sizes } = noting();
      void end(4, batching(exporter)).provider.forceFlush();
      expect(sizes()).to.deep.equal([4]);
    },
  ],
  [
    10,
    "exports no batch without spans",
    async () => {
      const { exporter, sizes } = noting();
      const { provider, start } = end(0, batching(exporter, { scheduledDelayMillis: 5 }));
      const [span] = Array.from({ length: 6 }, () => start());
      await provider.forceFlush();
      expect(sizes()).to.deep.equal([]);
      span?.end();
      await until(() => sizes().length > 0);
      await provider.forceFlush();
      await provider.shutdown();
      expect(sizes()).to.deep.equal([1]);
    },
  ],
  [
    11,
    "exports each span once, over many batches",
    async () => {
      const { exporter, batches } = noting((done) => void turn().then(() => done({ code: 0 })));
      const { provider, ended } = end(11, batching(exporter));
      await until(() => batches.flat().length >= 11);
      expect(batches.flat()).to.deep.equal(ended);
      await provider.shutdown();
      expect(batches.flat()).to.have.lengthOf(11);
    },
  ],
  [
    12,
    "ends a flush where nothing waits",
    async () => expect(await end(0, batching(noting().exporter)).provider.forceFlush()).to.equal(undefined),
  ],
  [
    13,
    "ends a shutdown where nothing waits, with its exporter's",
    async () => {
      const { exporter, calls } = noting();
      await end(0, batching(exporter)).provider.shutdown();
      expect(calls).to.deep.equal(["shutdown"]);
    },
  ],
  ...(["forceFlush", "shutdown"] as const).map((act, place): Row => [
    14 + place,
    `ends a ${act} when what waits was taken`,
    async () => {
      let taken = 0;
      const { exporter, batches } = noting(
        (done) =>
          void sleep(5).then(() => {
            taken += batches.flat().length;
            done({ code: 0 });
          }),
      );
      await end(1, batching(exporter)).provider[act]();
      expect(taken).to.equal(1);
    },
  ]),
  [
    16,
    "tells of an export that failed",
    async () => {
      const lines = await told(async (heard) => {
        end(5, batching(noting((done) => void turn().then(() => done(FAILED))).exporter));
        await until(() => heard.length > 0);
      });
      expect(lines).to.have.lengthOf(1);
      expect(lines[0]).to.include("failed on purpose");
    },
  ],
  [
    17,
    "exports the spans that ended while an export failed",
    async () => {
      const { exporter, sizes } = noting((done, batch) => {
        if (batch === 1) start().end();
        void turn().then(() => done(batch === 1 ? FAILED : { code: 0 }));
      });
      const { start } = end(0, batching(exporter));
      await told(async () => {
        start().end();
        await until(() => sizes().length > 1);
      });
      expect(sizes()).to.deep.equal([1, 1]);
    },
  ],
  [
    18,
    "waits for what the resource is still to learn",
    async () => {
      const { exporter, batches } = noting();
      await end(1, batching(exporter), lateResource()).provider.forceFlush();
      expect(batches.flat().map(({ resource }) => resource.attributes)).to.deep.equal([{ late: "here" }]);
    },
  ],
  [
    19,
    "exports where nothing is traced",
    async () => expect(await spansMadeInExport((each) => batching(each))).to.deep.equal([false]),
  ],
  [
    20,
    "drops what its queue has no place for",
    async () => {
      const { exporter, batches } = noting(() => {});
      const { ended } = end(20, batching(exporter, { maxQueueSize: 6, exportTimeoutMillis: 10 }));
      await told(() => until(() => batches.flat().length >= 11));
      expect(batches.flat()).to.deep.equal(ended.slice(0, 11));
    },
  ],
  [
    21,
    "counts what it drops, and tells of it",
    async () => {
      const answers: Answer[] = [];
      const { exporter } = noting((done) => void answers.push(done));
      const { start } = end(0, batching(exporter, { maxQueueSize: 6 }));
      const lines = await told(async () => {
        for (let each = 0; each < 12; each++) start().end();
        answers[0]?.({ code: 0 });
        await until(() => answers.length > 1);
        start().end();
      });
      expect(lines).to.have.lengthOf(1);
      expect(lines[0]).to.match(/\b1\b.*spans/);
    },
  ],
  [
    22,
    "has batches no larger than its queue",
    async () => {
      const { exporter, sizes } = noting();
      await told(() => end(6, batching(exporter, { maxExportBatchSize: 7, maxQueueSize: 6 })));
      expect(sizes()).to.deep.equal([6]);
    },
  ],
  [
    23,
    "exports one batch at a time",
    async () => {
      const answers: Answer[] = [];
      const { exporter, sizes } = noting((done) => void answers.push(done));
      const { provider } = end(50, batching(exporter, { maxQueueSize: 6, scheduledDelayMillis: 60_000 }));
      await turn();
      expect(sizes()).to.deep.equal([5]);
      answers[0]?.({ code: 0 });
      await until(() => answers.length > 1);
      await turn();
      expect(sizes()).to.deep.equal([5, 5]);
      answers[1]?.({ code: 0 });
      const done = provider.shutdown();
      await until(() => answers.length > 2);
      answers[2]?.({ code: 0 });
      await done;
      expect(sizes()).to.deep.equal([5, 5, 1]);
    },
  ],
];

/** Of opentelemetry-sdk-trace-base/test/node/BatchSpanProcessor.test.ts. */
export const BATCH_PROCESSOR_ON_NODE: readonly Row[] = [
  [
    1,
    "has its defaults from the environment, also for our spans",
    () => {
      const { exporter, sizes } = noting();
      process.env["OTEL_BSP_MAX_EXPORT_BATCH_SIZE"] = "2";
      try {
        const { start } = end(1, new BatchSpanProcessor(exporter));
        expect(sizes()).to.deep.equal([]);
        start().end();
        expect(sizes()).to.deep.equal([2]);
      } finally {
        delete process.env["OTEL_BSP_MAX_EXPORT_BATCH_SIZE"];
      }
    },
  ],
];
