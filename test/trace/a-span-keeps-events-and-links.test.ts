import { createTraceState, type Link, type SpanContext, type TimeInput } from "@opentelemetry/api";
import { expect } from "chai";
import { Context } from "../../src/context/context.ts";
import { TracerProvider } from "../../src/trace/tracer-provider.ts";
import { silently } from "../stderr.ts";
import { recordedSpan } from "./recorded-span.ts";

const CONTEXT: SpanContext = { traceId: "a".repeat(32), spanId: "b".repeat(16), traceFlags: 1 };
const revoked = Proxy.revocable({}, {});
revoked.revoke();

describe("an event", () => {
  it("has a name, attributes and the time of the call, in the order of the calls", () => {
    const before = Date.now();
    const { events } = recordedSpan((span) => span.addEvent("a", { key: ["value"] }).addEvent("b"));
    expect(events.map(({ name, attributes }) => [name, attributes])).to.deep.equal([
      ["a", { key: ["value"] }],
      ["b", {}],
    ]);
    for (const { time } of events) {
      expect(time[0] * 1000 + time[1] / 1e6).to.be.within(before - 5, Date.now() + 5);
    }
  });

  it("has the time that it was given, as the second or the third argument, out of order or not", () => {
    const { events } = recordedSpan((span) => {
      span
        .addEvent("late", [4_000_000_000, 1])
        .addEvent("early", { a: 1 }, [1, 2])
        .addEvent("date", new Date(5000));
    });
    expect(events.map(({ time }) => time)).to.deep.equal([
      [4_000_000_000, 1],
      [1, 2],
      [5, 0],
    ]);
    expect(events[1]?.attributes).to.deep.equal({ a: 1 });
  });

  it("has the third argument as its time where both are times", () => {
    const { events } = recordedSpan((span) => span.addEvent("both", [1, 0], [2, 0]));
    expect(events[0]?.time).to.deep.equal([2, 0]);
  });

  it("has its own copy of attributes and time", () => {
    const attributes = { list: ["before"] };
    const time: [number, number] = [5, 0];
    const { events } = recordedSpan((span) => {
      span.addEvent("a", attributes, time);
      attributes.list[0] = "after";
      time[0] = 6;
    });
    expect(events[0]).to.deep.include({ attributes: { list: ["before"] }, time: [5, 0] });
  });

  for (const [what, nonsense] of Object.entries<unknown>({
    "a bigint": 5n,
    "a text": "text",
    "a negative number": -1,
    NaN: NaN,
    "a symbol": Symbol("attributes"),
    "a revoked proxy": revoked.proxy,
    "what only looks like a Date": Object.create(Date.prototype),
  })) {
    it(`costs at most itself where its attributes or its time are ${what}`, () => {
      const { events } = recordedSpan((span) => {
        span
          .addEvent("a", nonsense as never)
          .addEvent("b", {}, nonsense as TimeInput)
          .addEvent("c");
      });
      expect(events.at(-1)?.name).to.equal("c");
    });
  }

  it("is kept as the 128th, counted as the 129th", () => {
    const { events, dropped } = recordedSpan((span) => {
      for (let each = 1; each <= 129; each += 1) span.addEvent(`${each}`);
    });
    expect([events.length, events.at(-1)?.name, dropped.events]).to.deep.equal([128, "128", 1]);
  });
});

function* none(): Iterable<unknown> {
  for (;;) yield 1;
}

function* endless(): Iterable<Link> {
  for (;;) yield { context: CONTEXT };
}

describe("a link", () => {
  it("has the span context that it points to and attributes, in the order of the calls", () => {
    const { links } = recordedSpan((span) => {
      span.addLink({ context: CONTEXT, attributes: { a: 1 } });
      span.addLinks([{ context: { ...CONTEXT, spanId: "c".repeat(16) } }]);
    });
    expect(links).to.deep.equal([
      { traceId: CONTEXT.traceId, spanId: CONTEXT.spanId, attributes: { a: 1 } },
      { traceId: CONTEXT.traceId, spanId: "c".repeat(16), attributes: {} },
    ]);
  });

  it("says whether what it points to is remote, and carries its flags and tracestate", () => {
    const contexts: SpanContext[] = [];
    const provider = new TracerProvider({
      sink: { accept: ({ links }) => void contexts.push(...links.map(({ context }) => context)) },
    });
    const context = { ...CONTEXT, isRemote: true, traceFlags: 3, traceState: createTraceState("a=1") };
    const links = [{ context }, { context: CONTEXT }];
    provider.getTracer("test").startSpan("span", { links }, new Context()).end();
    expect(contexts[0]).to.deep.equal(context);
    expect(contexts[1]?.isRemote ?? false).to.equal(false);
  });

  it("has its own copy of the span context", () => {
    const context = { ...CONTEXT };
    const { links } = recordedSpan((span) => {
      span.addLink({ context });
      context.traceId = "c".repeat(32);
    });
    expect(links[0]?.traceId).to.equal(CONTEXT.traceId);
  });

  it("may point to a span context whose fields are getters of its class", () => {
    class TheirSpanContext implements SpanContext {
      get traceId(): string {
        return CONTEXT.traceId;
      }
      get spanId(): string {
        return CONTEXT.spanId;
      }
      get traceFlags(): number {
        return 1;
      }
    }
    const { links } = recordedSpan((span) => span.addLink({ context: new TheirSpanContext() }));
    expect(links).to.deep.equal([{ traceId: CONTEXT.traceId, spanId: CONTEXT.spanId, attributes: {} }]);
  });

  it("is kept as the 128th, counted as the 129th", () => {
    const { links, dropped } = recordedSpan((span) => {
      span.addLinks(Array.from({ length: 129 }, (_, each) => ({ context: CONTEXT, attributes: { each } })));
    });
    expect([links.length, links.at(-1)?.attributes, dropped.links]).to.deep.equal([128, { each: 127 }, 1]);
  });

  it("beyond the limit is counted with all that follow it, and they are not read", () => {
    let reads = 0;
    const many = Array.from({ length: 100_000 }, () => ({ context: CONTEXT }));
    const counted = new Proxy(many, {
      get: (list, key, receiver): unknown => {
        if (typeof key === "string" && key !== "length") reads++;
        return Reflect.get(list, key, receiver);
      },
    });
    const { links, dropped } = recordedSpan((span) => span.addLink({ context: CONTEXT }).addLinks(counted));
    expect([links.length, dropped.links]).to.deep.equal([128, 99_873]);
    expect(reads).to.be.at.most(130);
  });

  it("is counted beyond the limit also where many come from what is no array", () => {
    const { links, dropped } = recordedSpan((span) =>
      span.addLinks(
        new Set(Array.from({ length: 130 }, () => ({ context: CONTEXT }))) as Iterable<Link> as Link[],
      ),
    );
    expect([links.length, dropped.links]).to.deep.equal([128, 2]);
  });

  it("is read no further where there is no end of them", () => {
    const { links, dropped } = recordedSpan((span) => span.addLinks(endless() as Link[]));
    expect([links.length, dropped.links]).to.deep.equal([128, 9_872]);
    silently(() => expect(recordedSpan((span) => span.addLinks(none() as Link[])).links).to.deep.equal([]));
  });

  it("costs little where a million are none", () => {
    let took = Infinity;
    const nothing = Array.from({ length: 1_000_000 }) as Link[];
    silently(() => {
      const began = performance.now();
      recordedSpan((span) => span.addLinks(nothing));
      took = performance.now() - began;
    });
    expect(took).to.be.below(3_000);
  });

  for (const [what, nonsense] of Object.entries<unknown>({
    null: null,
    undefined: undefined,
    "a number": 5,
    "a text": "link",
    "a revoked proxy": revoked.proxy,
  })) {
    it(`costs at most itself where it is ${what}`, () => {
      const link = nonsense as Link;
      const { links } = recordedSpan((span) => {
        span
          .addLink(link)
          .addLinks([link, { context: CONTEXT }])
          .addLinks(nonsense as Link[])
          .addLink({ context: CONTEXT });
      });
      expect(links.filter(({ traceId }) => traceId === CONTEXT.traceId)).to.have.lengthOf(2);
    });
  }
});
