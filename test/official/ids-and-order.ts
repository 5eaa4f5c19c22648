import { InMemorySpanExporter, RandomIdGenerator, SimpleSpanProcessor } from "@opentelemetry/sdk-trace-node";
import { expect } from "chai";
import { setImmediate as turn } from "node:timers/promises";
import { troubles } from "../../src/core/diagnostics.ts";
import type { IdGenerator } from "../../src/core/ids.ts";
import type { SpanProcessor } from "../../src/trace/span-processor.ts";
import { processor, type Row, stage } from "./stage.ts";

const idsOf = (idGenerator?: IdGenerator) => {
  const { start } = stage({ idGenerator });
  return [start().spanContext(), start().spanContext()] as const;
};

/** Of sdk-trace/test/common/RandomIdGenerator.test.ts: of our own ids, and of theirs as ours takes them. */
export const RANDOM_IDS: readonly Row[] = (["traceId", "spanId"] as const).flatMap((id, place): Row[] => [
  [
    2 * place + 1,
    `a ${id} is of ${32 >> place} lower-case hexadecimal digits, not all 0`,
    () => {
      const format = new RegExp(`^(?!0+$)[\\da-f]{${32 >> place}}$`);
      for (const each of [...idsOf(), ...idsOf(new RandomIdGenerator())]) expect(each[id]).to.match(format);
    },
  ],
  [
    2 * place + 2,
    `a ${id} is another each time`,
    () => {
      for (const [first, second] of [idsOf(), idsOf(new RandomIdGenerator())])
        expect(first[id]).not.to.equal(second[id]);
    },
  ],
]);

/** A processor that notes what it sees, and one that sees a span's ending, too. */
function noting(name: string, events: string[]): SpanProcessor {
  return processor({
    onStart: () => void events.push(`${name}:start`),
    onEnd: () => void events.push(`${name}:end`),
    shutdown: async () => void events.push(`${name}:shutdown`),
  });
}

const notingEnding = (name: string, events: string[]): SpanProcessor => ({
  ...noting(name, events),
  onEnding: () => void events.push(`${name}:ending`),
});

/** Of sdk-trace/test/common/MultiSpanProcessor.test.ts. */
export const PROCESSORS_IN_ORDER: readonly Row[] = [
  [
    1,
    "a processor sees a span's start and its end",
    () => {
      const events: string[] = [];
      const span = stage({ processors: [noting("a", events)] }).start();
      expect(events).to.deep.equal(["a:start"]);
      span.end();
      expect(events).to.deep.equal(["a:start", "a:end"]);
    },
  ],
  [
    2,
    "a processor that asks for it sees a span's ending in between",
    () => {
      const events: string[] = [];
      const span = stage({ processors: [notingEnding("a", events)] }).start();
      expect(events).to.deep.equal(["a:start"]);
      span.end();
      expect(events).to.deep.equal(["a:start", "a:ending", "a:end"]);
    },
  ],
  [
    3,
    "two processors see each moment one after the other",
    async () => {
      const events: string[] = [];
      const { provider, start } = stage({ processors: [noting("a", events), notingEnding("b", events)] });
      start().end();
      expect(events.splice(0)).to.deep.equal(["a:start", "b:start", "b:ending", "a:end", "b:end"]);
      await provider.shutdown();
      expect(events).to.deep.equal(["a:shutdown", "b:shutdown"]);
    },
  ],
  [
    4,
    "two processors have the span until they are shut down, and see none later",
    async () => {
      const exporters = [new InMemorySpanExporter(), new InMemorySpanExporter()];
      const { provider, start } = stage({
        processors: exporters.map((each) => new SimpleSpanProcessor(each)),
      });
      start().end();
      expect(exporters.map((each) => each.getFinishedSpans().length)).to.deep.equal([1, 1]);
      await provider.shutdown();
      start().end();
      expect(exporters.map((each) => each.getFinishedSpans().length)).to.deep.equal([0, 0]);
    },
  ],
  [
    5,
    "a flush reaches a processor at once",
    () => {
      let flushed = false;
      const flushing = processor({ forceFlush: async () => void (flushed = true) });
      void stage({ processors: [flushing] }).provider.forceFlush();
      expect(flushed).to.equal(true);
    },
  ],
  [
    6,
    "a flush ends when all processors have flushed",
    async () => {
      let flushed = 0;
      const flushing = (): SpanProcessor =>
        processor({
          forceFlush: async () => {
            await turn();
            flushed++;
          },
        });
      await stage({ processors: [flushing(), flushing()] }).provider.forceFlush();
      expect(flushed).to.equal(2);
    },
  ],
  [
    7,
    "a flush that fails is told of, and ends",
    async () => {
      const before = troubles().plugin_failed ?? 0;
      const failing = processor({ forceFlush: async () => Promise.reject(new Error("on purpose")) });
      await stage({ processors: [failing] }).provider.forceFlush();
      expect(troubles().plugin_failed).to.equal(before + 1);
    },
  ],
];
