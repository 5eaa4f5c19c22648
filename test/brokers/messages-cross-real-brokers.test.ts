import { SpanKind, SpanStatusCode } from "@opentelemetry/api";
import { expect } from "chai";
import { setTimeout as sleep } from "node:timers/promises";
import { carriers } from "../../src/propagation/carriers.ts";
import { consume, consumeBatch } from "../../src/request/consume.ts";
import type { ReadableSpan } from "../../src/trace/record.ts";
import { withSpan } from "../../src/trace/span-helpers.ts";
import { onEachBroker, spansOf } from "./each-broker.ts";
import { until } from "./until.ts";
import type { Wire } from "./wire.ts";

onEachBroker("messages through a real broker", (it) => {
  it("belong each to the trace of its producer, of hundreds in tens of traces at once", async (wire, t) => {
    const [requests, each] = [40, 15];
    await withSpan("poll", () =>
      wire.deliver(({ message, body }) =>
        consume(message, { attributes: { "sent.by": body } }, async () => {
          await sleep(Math.random() * 5);
          withSpan("saved", () => {});
        }),
      ),
    );
    await atOnce(requests, () =>
      withSpan("request", async () => {
        for (let sent = 0; sent < each; sent++) await publish(wire);
      }),
    );
    const processed = await spansOf(t, "process", requests * each);
    expect(processed).to.have.length(requests * each);
    const sent = byId(await spansOf(t, "publish", requests * each));
    expect(processed.filter((span) => !isChildOf(sent.get(sentBy(span)), span))).to.deep.equal([]);
    expect(new Set(processed.map((span) => span.spanContext().traceId)).size).to.equal(requests);
    const parents = byId(processed);
    const saved = await spansOf(t, "saved", requests * each);
    expect(saved.filter((span) => !isChildOf(parents.get(parentOf(span)), span))).to.deep.equal([]);
  });

  it("are one span where they are taken at once, linked to each producer", async (wire, t) => {
    const count = 40;
    const taken: object[] = [];
    const { promise: isDone, resolve: settle } = Promise.withResolvers<void>();
    await wire.deliver(({ message }) => {
      taken.push(message);
      return isDone;
    });
    await atOnce(count, () => publish(wire));
    await until(() => taken.length === count);
    await consumeBatch(taken, { destination: "orders" }, () => {}).finally(settle);
    const [batch] = await spansOf(t, "process orders", 1);
    const sent = await spansOf(t, "publish", count);
    expect(batch?.parentSpanContext).to.equal(undefined);
    expect(batch?.links.map(({ context }) => context.spanId)).to.have.members([...byId(sent).keys()]);
  });

  it("are in the same trace when they are delivered again", async (wire, t) => {
    const count = 20;
    const failed = new Set<string>();
    await wire.deliver(({ message, body }) =>
      consume(message, async () => {
        await sleep(1);
        if (failed.has(body)) return;
        failed.add(body);
        throw new RangeError("not yet");
      }),
    );
    await atOnce(count, () => publish(wire));
    const attempts = Map.groupBy(await spansOf(t, "process", 2 * count), parentOf);
    const sent = byId(await spansOf(t, "publish", count));
    expect([...attempts.keys()]).to.have.members([...sent.keys()]);
    for (const [producer, both] of attempts) {
      expect(both.map(({ attributes }) => attributes["error.type"])).to.deep.equal(["RangeError", undefined]);
      expect(both.map(({ status }) => status.code)).to.deep.equal([
        SpanStatusCode.ERROR,
        SpanStatusCode.UNSET,
      ]);
      expect(both[0]?.events.map(({ name }) => name)).to.deep.equal(["exception"]);
      for (const span of both) expect(isChildOf(sent.get(producer), span)).to.equal(true);
    }
  });
});

/** Sends a message whose body is the id of the span that sends it. */
async function publish(wire: Wire): Promise<void> {
  await withSpan("publish", { kind: SpanKind.PRODUCER }, (span) =>
    wire.send(carriers.message.inject(Object.freeze({ lane: "fast" })), span.spanContext().spanId),
  );
}

async function atOnce(count: number, act: () => Promise<void>): Promise<void> {
  await Promise.all(Array.from({ length: count }, act));
}

function byId(spans: readonly ReadableSpan[]): Map<string, ReadableSpan> {
  return new Map(spans.map((span) => [span.spanContext().spanId, span]));
}

function sentBy({ attributes }: ReadableSpan): string {
  return String(attributes["sent.by"]);
}

function parentOf({ parentSpanContext }: ReadableSpan): string {
  return parentSpanContext?.spanId ?? "none";
}

function isChildOf(parent: ReadableSpan | undefined, span: ReadableSpan): boolean {
  return (
    parent?.spanContext().spanId === parentOf(span) &&
    parent.spanContext().traceId === span.spanContext().traceId
  );
}
