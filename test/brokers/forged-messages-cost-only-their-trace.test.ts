import { expect } from "chai";
import { carriers } from "../../src/propagation/carriers.ts";
import { consume } from "../../src/request/consume.ts";
import { refuse } from "../database/told-session.ts";
import { telling } from "../stderr.ts";
import { onEachBroker, spansOf } from "./each-broker.ts";

const TRACE_ID = "0af7651916cd43dd8448eb211c80319c";
const traceparent = `00-${TRACE_ID}-b7ad6b7169203331-01`;

interface Forgery {
  readonly fields: Readonly<Record<string, string>>;
  /** Whether the trace that it tells of goes on. */
  readonly goesOn: boolean;
  /** Which brokers take it: NATS has no lines within a header, and 64 KB of headers. */
  readonly taken: readonly string[];
}

const [BOTH, REDIS] = [["redis-server", "nats-server"], ["redis-server"]];

const FORGERIES: Readonly<Record<string, Forgery>> = {
  "a traceparent that is garbage": { fields: { traceparent: "garbage" }, goesOn: false, taken: BOTH },
  "ids of zeros": {
    fields: { traceparent: traceparent.replaceAll(/[1-9a-f]/g, "0") },
    goesOn: false,
    taken: BOTH,
  },
  "two traceparents in one": {
    fields: { traceparent: `${traceparent},${traceparent}` },
    goesOn: false,
    taken: BOTH,
  },
  "a traceparent of 60 KB": { fields: { traceparent: "0".repeat(60_000) }, goesOn: false, taken: BOTH },
  "a traceparent with a line after it": {
    fields: { traceparent: `${traceparent}\r\nx: y` },
    goesOn: false,
    taken: REDIS,
  },
  "no traceparent beside the rest": {
    fields: { tracestate: "a=b", baggage: "a=b" },
    goesOn: false,
    taken: BOTH,
  },
  "a tracestate of 60 KB": {
    fields: { traceparent, tracestate: `a=${"x".repeat(60_000)}` },
    goesOn: true,
    taken: BOTH,
  },
  "a tracestate of 1 MB": {
    fields: { traceparent, tracestate: `a=${"x".repeat(1_000_000)}` },
    goesOn: true,
    taken: REDIS,
  },
  "a tracestate of lines": {
    fields: { traceparent, tracestate: "a=b\r\nx: y" },
    goesOn: true,
    taken: REDIS,
  },
  "a tracestate of no characters": {
    fields: { traceparent, tracestate: "\u0000=\uD800" },
    goesOn: true,
    taken: BOTH,
  },
  "a baggage of 12,000 entries": {
    fields: { traceparent, baggage: "a=b,".repeat(12_000) },
    goesOn: true,
    taken: BOTH,
  },
  "a baggage of 1 MB": {
    fields: { traceparent, baggage: `a=${"b".repeat(1_000_000)}` },
    goesOn: true,
    taken: REDIS,
  },
  "a baggage with lines in it": {
    fields: { traceparent, baggage: "a=b%0d%0aX: y,%=%,c=d" },
    goesOn: true,
    taken: BOTH,
  },
  "names that objects have": {
    fields: { traceparent, ["__proto__"]: "a", constructor: "b", get: "c", hasOwnProperty: "d" },
    goesOn: true,
    taken: BOTH,
  },
};

onEachBroker("a forged message", (it, program) => {
  for (const [what, { fields, goesOn, taken }] of Object.entries(FORGERIES))
    if (taken.includes(program))
      it(`is consumed, and what it says can be sent on: ${what}`, async (wire, t) => {
        await wire.deliver(({ message, body }) =>
          consume(message, { destination: body }, async () => {
            if (body === "forged") await wire.send(carriers.message.inject({}), "sent on");
          }),
        );
        await wire.send(fields, "forged");
        const [first] = await spansOf(t, "process forged", 1);
        const [second] = await spansOf(t, "process sent on", 1);
        expect(first?.spanContext().traceId === TRACE_ID).to.equal(goesOn);
        expect(second?.parentSpanContext).to.deep.include({
          traceId: first?.spanContext().traceId,
          spanId: first?.spanContext().spanId,
        });
        expect(first?.status.code).to.equal(0);
      });

  it("is consumed in a trace of its own, whatever its getters throw", async (wire, t) => {
    const { told } = await telling(async () => {
      await wire.deliver(async ({ message }) => {
        const { proxy, revoke } = Proxy.revocable(message, {});
        revoke();
        const throwing = new Proxy(message, { get: refuse("getter"), ownKeys: refuse("keys") });
        for (const each of [proxy, throwing, Object.freeze({ headers: throwing })])
          await consume(each, () => {});
      });
      await wire.send({ traceparent }, "order 7");
      await spansOf(t, "process", 3);
    });
    expect(t.spans.map(({ parentSpanContext }) => parentSpanContext)).to.deep.equal([
      undefined,
      undefined,
      undefined,
    ]);
    expect(told.split("\n").filter((line) => line !== "")).to.have.length.at.most(1);
  });
});
