import { SpanKind, SpanStatusCode } from "@opentelemetry/api";
import { expect } from "chai";
import { setTimeout as sleep } from "node:timers/promises";
import { ThroughlineError } from "../../src/core/errors.ts";
import { carriers } from "../../src/propagation/carriers.ts";
import { consume } from "../../src/request/consume.ts";
import { withSpan } from "../../src/trace/span-helpers.ts";
import { telling } from "../stderr.ts";
import { onEachBroker, spansOf } from "./each-broker.ts";
import type { Wire } from "./wire.ts";

const [PRODUCERS, ENOUGH] = [20, 50];

onEachBroker("a broker that goes away", (it) => {
  it("costs the messages that it does not take, and each span says so", async (wire, t, broker) => {
    let begun = 0;
    const { result, told } = await telling(async () => {
      await wire.deliver(({ message }) =>
        consume(message, async () => {
          begun++;
          if (begun === ENOUGH) await broker.stop();
          await sleep(5);
        }),
      );
      return await Promise.all(Array.from({ length: PRODUCERS }, () => sendUntilRefused(wire)));
    });
    expect(told).to.equal("");
    const refused = result.flatMap(({ failures }) => failures);
    expect(refused.filter(isOurs)).to.deep.equal([]);
    const taken = result.reduce((sum, { sent }) => sum + sent, 0);
    // Of each producer, one may be delivered of which it is never told so.
    expect(taken).to.be.at.least(ENOUGH - PRODUCERS);
    const published = await spansOf(t, "publish", taken + refused.length);
    const failed = published.filter(({ status }) => status.code === SpanStatusCode.ERROR);
    expect(failed).to.have.length(refused.length);
    expect(failed.every(({ events }) => events[0]?.name === "exception")).to.equal(true);
    const processed = await spansOf(t, "process", begun);
    expect(processed.every(({ parentSpanContext }) => parentSpanContext !== undefined)).to.equal(true);
  });
});

/** Sends one message after the other, until three were not taken. */
async function sendUntilRefused(
  wire: Wire,
): Promise<{ readonly sent: number; readonly failures: readonly unknown[] }> {
  const failures: unknown[] = [];
  let sent = 0;
  while (failures.length < 3) {
    await withSpan("publish", { kind: SpanKind.PRODUCER }, () =>
      wire.send(carriers.message.inject({}), "order 7"),
    ).then(
      () => sent++,
      (failure: unknown) => failures.push(failure),
    );
    await sleep(2);
  }
  return { sent, failures };
}

/** The clients' own come from node_modules. */
function isOurs(failure: unknown): boolean {
  if (failure instanceof ThroughlineError || !(failure instanceof Error)) return true;
  const thrownAt = /^ +at .*/m.exec(failure.stack ?? "")?.[0] ?? "";
  return /\/src\//.test(thrownAt) && !/node_modules/.test(thrownAt);
}
