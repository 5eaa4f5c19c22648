import {
  type BaggageEntry,
  type Context,
  createTraceState,
  propagation,
  ROOT_CONTEXT,
  type SpanContext,
  type TextMapGetter,
  type TextMapSetter,
  trace,
  type TraceState,
} from "@opentelemetry/api";
import { expect } from "chai";
import { Context as OurContext } from "../../src/context/context.ts";
import { SUPPRESSED } from "../../src/context/suppression.ts";
import { troubles } from "../../src/core/diagnostics.ts";
import { W3C_PROPAGATOR } from "../../src/propagation/w3c-propagator.ts";
import { interruptible } from "./interruptible.ts";

const REMOTE: SpanContext = {
  traceId: "0af7651916cd43dd8448eb211c80319c",
  spanId: "b7ad6b7169203331",
  traceFlags: 1,
};
const TRACEPARENT = `00-${REMOTE.traceId}-${REMOTE.spanId}-01`;

const propagator = W3C_PROPAGATOR;
const withSpanContext = (context: Partial<SpanContext>, base: Context = ROOT_CONTEXT): Context =>
  trace.setSpanContext(base, { ...REMOTE, ...context });
const withBaggage = (value: string, base: Context = ROOT_CONTEXT): Context =>
  propagation.setBaggage(base, propagation.createBaggage({ key: { value } }));

function inject(context: Context): Record<string, string> {
  const carrier: Record<string, string> = {};
  propagator.inject(context, carrier);
  return carrier;
}

const revoked = Proxy.revocable({}, {});
revoked.revoke();
const NO_CONTEXT: Record<string, unknown> = {
  null: null,
  undefined: undefined,
  "a number": 5,
  "an empty object": {},
  "a revoked proxy": revoked.proxy,
};
const throws = (): never => {
  throw new Error("on purpose");
};

describe("the propagator of W3C injects", () => {
  it("what a header holds of a large baggage, without a look at the rest", () => {
    let read = 0;
    const entries = Array.from({ length: 100_000 }, (_, each): [string, BaggageEntry] => [
      `k${each}`,
      {
        get value() {
          read++;
          return "1";
        },
      },
    ]);
    const baggage = { ...propagation.createBaggage(), getAllEntries: () => entries };
    const header = inject(propagation.setBaggage(ROOT_CONTEXT, baggage))["baggage"];
    expect(header?.split(",")).to.have.lengthOf(180);
    expect(read).to.be.lessThan(1_000);
  });

  it("no value that is longer than a header, and does not encode it", () => {
    const value = "é".repeat(10_000_000);
    const took = Array.from({ length: 5 }, () => {
      const began = performance.now();
      expect(inject(withBaggage(value))).to.deep.equal({});
      return performance.now() - began;
    });
    expect(Math.min(...took)).to.be.below(5);
  });

  it("no entry that cannot be read, and all others", () => {
    const baggage = propagation.getBaggage(propagator.extract(ROOT_CONTEXT, { baggage: "a=1" }));
    const broken = baggage?.setEntry("b", revoked.proxy as BaggageEntry).setEntry("c", { value: "3" });
    expect(inject(propagation.setBaggage(ROOT_CONTEXT, broken ?? expect.fail()))).to.deep.equal({
      baggage: "a=1,c=3",
    });
  });

  it("trace context and baggage", () => {
    const context = withBaggage("value", withSpanContext({ traceState: createTraceState("a=1,b=2") }));
    expect(inject(context)).to.deep.equal({
      traceparent: TRACEPARENT,
      tracestate: "a=1,b=2",
      baggage: "key=value",
    });
    expect(propagator.fields()).to.deep.equal(["traceparent", "tracestate", "baggage"]);
  });

  it("nothing where there is nothing", () => {
    expect(inject(ROOT_CONTEXT)).to.deep.equal({});
    expect(inject(new OurContext())).to.deep.equal({});
    expect(inject(propagation.setBaggage(ROOT_CONTEXT, propagation.createBaggage()))).to.deep.equal({});
  });

  it("no empty tracestate", () => {
    expect(inject(withSpanContext({ traceState: createTraceState() }))).to.deep.equal({
      traceparent: TRACEPARENT,
    });
  });

  it("that a trace is not sampled", () => {
    expect(inject(withSpanContext({ traceFlags: 0 }))["traceparent"]).to.match(/-00$/);
  });

  it("no span context that is invalid, and baggage all the same", () => {
    for (const invalid of [
      { traceId: "0".repeat(32) },
      { spanId: "0".repeat(16) },
      { traceId: 5 as never },
      { spanId: "x" },
    ]) {
      expect(inject(withBaggage("value", withSpanContext(invalid)))).to.deep.equal({ baggage: "key=value" });
    }
  });

  it("nothing where tracing is suppressed", () => {
    expect(inject(withBaggage("value", withSpanContext({}, SUPPRESSED)))).to.deep.equal({});
  });

  it("a well-formed traceparent, even of ids in uppercase", () => {
    const context = withSpanContext({
      traceId: REMOTE.traceId.toUpperCase(),
      spanId: REMOTE.spanId.toUpperCase(),
    });
    expect(inject(context)).to.deep.equal({ traceparent: TRACEPARENT });
  });

  it("no tracestate that could end the header", () => {
    const traceState = { serialize: () => "a=1\r\nx-injected: 1" } as TraceState;
    const { traceparent, tracestate } = inject(withSpanContext({ traceState }));
    expect(traceparent).to.equal(TRACEPARENT);
    expect(tracestate ?? "").not.to.match(/[\r\n]/);
  });

  it("the traceparent and baggage beside a tracestate that throws", () => {
    const traceState = { serialize: throws as () => string } as TraceState;
    expect(inject(withBaggage("value", withSpanContext({ traceState })))).to.deep.equal({
      traceparent: TRACEPARENT,
      baggage: "key=value",
    });
  });

  it("nothing into carriers that take nothing, which is counted for each propagator", () => {
    const context = withBaggage("value", withSpanContext({}));
    const before = troubles().no_injection ?? 0;
    const setter: TextMapSetter<unknown> = { set: throws };
    propagator.inject(context, Object.freeze({}));
    propagator.inject(context, {}, setter);
    propagator.inject(context, revoked.proxy);
    expect(troubles().no_injection).to.equal(before + 2 * 3);
    for (const nothing of [null, undefined]) propagator.inject(context, nothing);
  });

  for (const [what, nonsense] of Object.entries(NO_CONTEXT)) {
    it(`nothing from ${what} in place of a context`, () => {
      expect(inject(nonsense as Context)).to.deep.equal({});
    });
  }
});

const extract = (carrier: unknown, getter?: TextMapGetter<unknown>): Context =>
  propagator.extract(ROOT_CONTEXT, carrier, getter);

const hundredMembers = (name: string): string =>
  Array.from({ length: 100 }, (_, each) => `${name}${each}=v`).join(",");

describe("the propagator of W3C extracts", () => {
  it("a remote parent with its tracestate, and baggage", () => {
    const context = extract({ traceparent: TRACEPARENT, tracestate: "a=1", baggage: "key=value" });
    const { traceState, ...parent } = trace.getSpanContext(context) ?? {};
    expect(parent).to.deep.equal({ ...REMOTE, isRemote: true });
    expect(traceState?.serialize()).to.equal("a=1");
    expect(propagation.getBaggage(context)?.getEntry("key")?.value).to.equal("value");
  });

  it("nothing where there is nothing usable, and leaves what the context had", () => {
    const context = withBaggage("before", withSpanContext({}));
    for (const carrier of [{}, { traceparent: "malformed", tracestate: "a=1", baggage: "malformed" }]) {
      expect(propagator.extract(context, carrier)).to.equal(context);
    }
  });

  it("each of the two where the other is malformed", () => {
    const parentOnly = extract({ traceparent: TRACEPARENT, baggage: "malformed" });
    expect(trace.getSpanContext(parentOnly)?.traceId).to.equal(REMOTE.traceId);
    expect(propagation.getBaggage(parentOnly)).to.equal(undefined);
    const baggageOnly = extract({ traceparent: "malformed", baggage: "key=value" });
    expect(trace.getSpanContext(baggageOnly)).to.equal(undefined);
    expect(propagation.getBaggage(baggageOnly)?.getEntry("key")?.value).to.equal("value");
  });

  it("no parent from a repeated traceparent", () => {
    expect(trace.getSpanContext(extract({ traceparent: [TRACEPARENT, TRACEPARENT] }))).to.equal(undefined);
    expect(trace.getSpanContext(extract({ traceparent: [] }))).to.equal(undefined);
    expect(trace.getSpanContext(extract({ traceparent: [TRACEPARENT] }))?.spanId).to.equal(REMOTE.spanId);
  });

  it("one list from repeated tracestate and baggage headers, in their order", () => {
    const context = extract({
      traceparent: TRACEPARENT,
      tracestate: ["a=1", "", "b=2"],
      baggage: ["key=1,x=2", "key=3"],
    });
    expect(trace.getSpanContext(context)?.traceState?.serialize()).to.equal("a=1,b=2");
    expect(propagation.getBaggage(context)?.getEntry("key")?.value).to.equal("3");
    const repeated = extract({ traceparent: TRACEPARENT, tracestate: ["a=1", "a=2"] });
    expect(trace.getSpanContext(repeated)?.traceState).to.equal(undefined);
  });

  it("at most 180 baggage members over all lines of the header", () => {
    const context = extract({ baggage: [hundredMembers("a"), hundredMembers("b")] });
    expect(propagation.getBaggage(context)?.getAllEntries()).to.have.lengthOf(180);
  });

  it("nothing from carriers and getters that throw or give nonsense", () => {
    const context = withBaggage("before", withSpanContext({}));
    const getters: Partial<TextMapGetter<unknown>>[] = [
      { get: throws },
      { get: (_, key) => (key === "baggage" ? throws() : undefined) },
      { get: () => 5 as never },
      { get: () => [5] as never },
      { get: () => null as never },
      { get: () => ({}) as never },
      { get: () => revoked.proxy as never },
    ];
    for (const getter of getters) {
      expect(propagator.extract(context, {}, getter as TextMapGetter<unknown>)).to.equal(context);
    }
    for (const carrier of [
      null,
      undefined,
      5,
      "text",
      revoked.proxy,
      Object.defineProperty({}, "traceparent", { get: throws }),
    ]) {
      expect(propagator.extract(context, carrier)).to.equal(context);
    }
  });

  it("what is there where the tracestate's getter throws", () => {
    const getter: TextMapGetter<unknown> = {
      keys: () => [],
      get: (_, key) => (key === "tracestate" ? throws() : { traceparent: TRACEPARENT }[key]),
    };
    const parent = trace.getSpanContext(extract({}, getter));
    expect(TRACEPARENT).to.include(parent?.spanId);
    expect(parent?.traceState).to.equal(undefined);
  });

  for (const [what, nonsense] of Object.entries(NO_CONTEXT)) {
    it(`nothing into ${what} in place of a context, which comes back`, () => {
      const carrier = { traceparent: TRACEPARENT, baggage: "key=value" };
      expect(propagator.extract(nonsense as Context, carrier) === nonsense).to.equal(true);
    });
  }

  it("from no more lines of a header than can count", () => {
    let read = 0;
    const lines = new Proxy(
      Array.from({ length: 100_000 }, (_, each) => `k${each}=1`),
      {
        get: (target, key) => {
          if (key !== "length") read++;
          return Reflect.get(target, key) as unknown;
        },
      },
    );
    extract({ traceparent: TRACEPARENT, tracestate: lines, baggage: lines });
    expect(read).to.be.lessThan(8_000);
  });

  it("from a million characters without hanging", () => {
    const long = "a".repeat(1_000_000);
    for (const carrier of [
      { traceparent: long },
      { traceparent: `cc-${TRACEPARENT.slice(3)}-${long}`, tracestate: long, baggage: long },
      {
        traceparent: TRACEPARENT,
        tracestate: Array.from({ length: 100_000 }, () => "a=1"),
        baggage: `k=${"%f0".repeat(300_000)}`,
      },
    ]) {
      interruptible(() => extract(carrier));
    }
  });

  it("a parent whose span context was changed by whoever read it, and tells it as it came", () => {
    const context = extract({ traceparent: TRACEPARENT });
    Object.assign(trace.getSpanContext(context) ?? {}, { spanId: "zz\r\n", traceId: "x" });
    const headers: Record<string, string> = {};
    propagator.inject(context, headers);
    expect(headers["traceparent"]).to.equal(TRACEPARENT);
  });
});
