import { type Attributes, createContextKey, type Span, SpanStatusCode, trace } from "@opentelemetry/api";
import { expect } from "chai";
import { setImmediate as turn } from "node:timers/promises";
import { troubles } from "../../src/core/diagnostics.ts";
import { DEFAULT_LIMITS, type Limits } from "../../src/core/limits.ts";
import { alwaysOff } from "../../src/trace/sampler.ts";
import type { SpanProcessor } from "../../src/trace/span-processor.ts";
import { TracerProvider } from "../../src/trace/tracer-provider.ts";
import { type RecordedSpan, recording } from "../recording.ts";
import { EMPTY, REMOTE, under } from "./traced.ts";

type Seen = Parameters<SpanProcessor["onEnd"]>[0];

const revoked = Proxy.revocable({}, {});
revoked.revoke();

const throws = (): never => {
  throw new Error("on purpose");
};

const processor = (own: Partial<SpanProcessor>): SpanProcessor => ({
  onStart: () => {},
  onEnd: () => {},
  forceFlush: async () => {},
  shutdown: async () => {},
  ...own,
});

/** A tracer whose spans these see, and what the sink gets. */
function seenBy(...processors: Partial<SpanProcessor>[]) {
  const { spans, providers } = recording(undefined, { processors: processors.map(processor) });
  return { tracer: providers.tracerProvider.getTracer("library"), spans, provider: providers.tracerProvider };
}

/** What the sink gets of one span after `use`, seen by one processor. */
function sunk(
  own: Partial<SpanProcessor>,
  use: (span: Span) => void = () => {},
  limits: Partial<Limits> = {},
): RecordedSpan {
  const { spans, providers } = recording(undefined, {
    processors: [processor(own)],
    limits: { ...DEFAULT_LIMITS, ...limits },
  });
  const span = providers.tracerProvider.getTracer("library").startSpan("span", {}, EMPTY);
  use(span);
  span.end();
  expect(spans).to.have.lengthOf(1);
  return spans[0] ?? expect.fail("no span ended");
}

/** How often a plugin failed while `use` ran. */
function failuresIn(use: () => void): number {
  const before = troubles().plugin_failed ?? 0;
  use();
  return (troubles().plugin_failed ?? 0) - before;
}

/** Changes every attribute of a kind that is not to leave the process. */
function redact(attributes: Attributes = {}): void {
  if ("secret" in attributes) attributes["secret"] = "redacted";
  delete attributes["password"];
}

/** Puts others in their place, as it can with the official SDK's spans. */
const replacing = (span: object): void =>
  void Object.assign(span, {
    attributes: { replaced: true, long: "abcdef" },
    status: { code: SpanStatusCode.ERROR, message: "replaced" },
  });

/** A span that had something in each field, after its end. */
function full(provider: TracerProvider): Seen {
  const options = { attributes: { a: 1 }, links: [{ context: REMOTE }] };
  const span = provider.getTracer("library").startSpan("span", options, EMPTY).addEvent("event");
  span.end();
  return span as unknown as Seen;
}

describe("processors see a span", () => {
  it("as it starts, as it is ending and when it has ended, in the order of their registration", () => {
    const moments: string[] = [];
    const noting = (name: string): Partial<SpanProcessor> => ({
      onStart: () => void moments.push(`${name} start`),
      onEnding: () => void moments.push(`${name} ending`),
      onEnd: () => void moments.push(`${name} end`),
    });
    const { onEnding: _, ...withoutEnding } = noting("b");
    const { tracer } = seenBy(noting("a"), withoutEnding, noting("c"));
    const span = tracer.startSpan("span", {}, EMPTY);
    expect(moments.splice(0)).to.deep.equal(["a start", "b start", "c start"]);
    span.end();
    expect(moments).to.deep.equal(["a ending", "c ending", "a end", "b end", "c end"]);
  });

  it("before its sink does, and the host's own span at that", () => {
    const order: unknown[] = [];
    const provider = new TracerProvider({
      sink: { accept: (span) => void order.push("sink", span) },
      processors: [
        processor({ onStart: (span) => void order.push(span), onEnd: (span) => void order.push(span) }),
      ],
    });
    const span = provider.getTracer("library").startSpan("span", {}, EMPTY);
    span.end();
    expect(order).to.deep.equal([span, span, "sink", span]);
  });

  it("with all that it was started with, and with its context", () => {
    const key = createContextKey("key");
    const context = under(REMOTE).setValue(key, "value");
    const seen: unknown[] = [];
    const { tracer } = seenBy({
      onStart: (span, parentContext) => {
        const { attributes, links, startTime, endTime, duration, ended, parentSpanContext } = span;
        seen.push({ attributes, links, startTime, endTime, duration, ended, parentSpanContext });
        seen.push(parentContext);
      },
    });
    const link = { context: REMOTE, attributes: { b: 2 } };
    tracer.startSpan("span", { attributes: { a: 1 }, links: [link], startTime: [5, 6] }, context);
    expect(seen).to.deep.equal([
      {
        attributes: { a: 1 },
        links: [{ ...link, droppedAttributesCount: 0 }],
        startTime: [5, 6],
        endTime: [0, 0],
        duration: [-1, -1],
        ended: false,
        parentSpanContext: REMOTE,
      },
      context,
    ]);
    expect(seen[1]).to.equal(context);
  });

  it("without its parent where it is a root, as a sampler does", () => {
    const parents: unknown[] = [];
    const { tracer } = seenBy({
      onStart: (span, context) => void parents.push(span.parentSpanContext, trace.getSpan(context)),
    });
    tracer.startSpan("span", { root: true }, under(REMOTE));
    expect(parents).to.deep.equal([undefined, undefined]);
  });

  it("only where it is recorded", () => {
    const seen: unknown[] = [];
    const noting = processor({
      onStart: (span) => void seen.push(span),
      onEnd: (span) => void seen.push(span),
    });
    const { providers } = recording(undefined, { processors: [noting], sampler: alwaysOff() });
    providers.tracerProvider.getTracer("library").startSpan("span", {}, EMPTY).end();
    expect(seen).to.deep.equal([]);
  });

  it("once, however often it is ended", () => {
    const moments: string[] = [];
    const { tracer } = seenBy({
      onEnding: () => void moments.push("ending"),
      onEnd: () => void moments.push("end"),
    });
    const span = tracer.startSpan("span", {}, EMPTY);
    for (const time of [undefined, [4_000_000_000, 0] as [number, number]]) span.end(time);
    expect(moments).to.deep.equal(["ending", "end"]);
  });
});

describe("a span that starts", () => {
  it("takes what a processor sets, and the next processor sees it", () => {
    const seen: object[] = [];
    const { tracer, spans } = seenBy(
      { onStart: (span) => void span.setAttribute("by", "processor").updateName("renamed") },
      { onStart: ({ name, attributes }) => void seen.push({ name, attributes }) },
    );
    tracer.startSpan("span", { attributes: { by: "host" } }, EMPTY).end();
    expect(seen).to.deep.equal([{ name: "renamed", attributes: { by: "processor" } }]);
    expect(spans[0]).to.deep.include({ name: "renamed", attributes: { by: "processor" } });
  });

  it("may be ended by a processor, for good", () => {
    const moments: string[] = [];
    const { tracer, spans } = seenBy({
      onStart: (span) => span.end(),
      onEnd: ({ name }) => void moments.push(name),
    });
    const span = tracer.startSpan("span", {}, EMPTY);
    expect(span.isRecording()).to.equal(false);
    span.setAttribute("late", 1).end();
    expect([moments, spans.map(({ attributes }) => attributes)]).to.deep.equal([["span"], [{}]]);
  });
});

describe("a span that is ending", () => {
  it("can still be changed, and the sink gets what it has become", () => {
    const isRecording: boolean[] = [];
    const span = sunk({
      onEnding: (ending) => {
        isRecording.push(ending.isRecording());
        ending.setAttribute("a", 1).addEvent("event").addLink({ context: REMOTE }).updateName("renamed");
        ending.setStatus({ code: SpanStatusCode.ERROR, message: "m" });
      },
    });
    expect(span).to.deep.include({
      name: "renamed",
      attributes: { a: 1 },
      status: { code: SpanStatusCode.ERROR, message: "m" },
    });
    expect([span.events.map(({ name }) => name), span.links.length]).to.deep.equal([["event"], 1]);
    expect(isRecording).to.deep.equal([true]);
  });

  it("has its end and its duration already, and keeps them where it is ended again", () => {
    const seen: unknown[] = [];
    const { end } = sunk(
      {
        onEnding: (span) => {
          span.end([4_100_000_000, 0]);
          seen.push(span.endTime, span.duration, span.ended);
        },
        onEnd: (span) => void seen.push(span.endTime, span.duration, span.ended),
      },
      (span) => span.end([4_000_000_000, 7]),
    );
    expect(end).to.deep.equal([4_000_000_000, 7]);
    expect([seen[0], seen[2], seen[3], seen[5]]).to.deep.equal([end, false, end, true]);
    expect(seen[1]).to.deep.equal(seen[4]);
  });

  it("is told of once where it is ended again meanwhile", () => {
    const moments: string[] = [];
    const again: Partial<SpanProcessor> = {
      onEnding: (span) => {
        moments.push("ending");
        span.end();
      },
      onEnd: (span) => {
        moments.push("end");
        (span as unknown as Span).end();
      },
    };
    const { tracer, spans } = seenBy(again, again);
    tracer.startSpan("span", {}, EMPTY).end();
    expect([moments, spans.length]).to.deep.equal([["ending", "ending", "end", "end"], 1]);
  });

  it("that has ended takes nothing more", () => {
    const isRecording: boolean[] = [];
    const sent = sunk({
      onEnd: (ended) => {
        const span = ended as unknown as Span;
        isRecording.push(span.isRecording());
        span.setAttribute("late", 1).addEvent("late").addLink({ context: REMOTE }).updateName("late");
        span.setStatus({ code: SpanStatusCode.ERROR, message: "late" });
      },
    });
    expect(sent).to.deep.include({ name: "span", attributes: {}, events: [], links: [] });
    expect(sent.status.code).to.equal(SpanStatusCode.UNSET);
    expect(isRecording).to.deep.equal([false]);
  });
});

describe("what a processor changes of a span that has ended is what the sink gets:", () => {
  const SECRETS = { secret: "s3cret", password: "1234", other: 1 };
  const REDACTED = { secret: "redacted", other: 1 };

  it("its attributes", () => {
    const { attributes } = sunk({ onEnd: (span) => redact(span.attributes) }, (span) =>
      span.setAttributes(SECRETS),
    );
    expect(attributes).to.deep.equal(REDACTED);
  });

  it("its attributes, where they are changed as it is ending, and set afterwards", () => {
    const { attributes } = sunk(
      {
        onEnding: (span) => {
          redact(span.attributes);
          span.setAttribute("later", 1);
        },
      },
      (span) => span.setAttributes(SECRETS),
    );
    expect(attributes).to.deep.equal({ ...REDACTED, later: 1 });
  });

  it("its attributes, where there was none", () => {
    const { attributes } = sunk({ onEnd: (span) => Object.assign(span.attributes, { added: true }) });
    expect(attributes).to.deep.equal({ added: true });
  });

  it("what is within an attribute", () => {
    const { attributes } = sunk(
      { onEnd: (span) => void (span.attributes["list"] as string[]).splice(0, 1, "redacted") },
      (span) => span.setAttribute("list", ["s3cret", "b"]),
    );
    expect(attributes).to.deep.equal({ list: ["redacted", "b"] });
  });

  it("its attributes, within its limits, and what was dropped stays counted", () => {
    const { attributes, dropped } = sunk(
      { onEnd: (span) => Object.assign(span.attributes, { c: "added", a: "too long" }) },
      (span) => span.setAttributes({ a: 1, b: 2, dropped: 3 }),
      { attributeCountLimit: 2, attributeValueLengthLimit: 3 },
    );
    expect([attributes, dropped.attributes]).to.deep.equal([{ a: "too", b: 2 }, 2]);
  });

  it("the attributes of its events and links, and the names of events", () => {
    const { events, links } = sunk(
      {
        onEnd: (span) => {
          for (const event of span.events) {
            redact(event.attributes);
            Object.assign(event, { name: "redacted" });
          }
          for (const link of span.links) redact(link.attributes);
        },
      },
      (span) => span.addEvent("event", SECRETS).addLink({ context: REMOTE, attributes: SECRETS }),
    );
    expect(events.map(({ name, attributes }) => [name, attributes])).to.deep.equal([["redacted", REDACTED]]);
    expect(links.map(({ attributes }) => attributes)).to.deep.equal([REDACTED]);
  });

  it("the message of its status", () => {
    const { status } = sunk({ onEnd: (span) => void (span.status.message = "redacted") }, (span) =>
      span.setStatus({ code: SpanStatusCode.ERROR, message: "s3cret" }),
    );
    expect(status.message).to.equal("redacted");
  });

  for (const [what, use] of Object.entries<(span: Span) => unknown>({
    "some events and links": (span) => span.addEvent("event").addLink({ context: REMOTE }),
    "no event and no link": () => {},
  })) {
    it(`its lists, where they are emptied of ${what}`, () => {
      const { events, links, attributes } = sunk(
        {
          onEnd: (span) => {
            span.events.length = 0;
            span.links.splice(0);
            redact(span.attributes);
          },
        },
        (span) => use(span.setAttributes(SECRETS)),
      );
      expect([events, links, attributes]).to.deep.equal([[], [], REDACTED]);
    });
  }

  for (const moment of ["onEnding", "onEnd"] as const) {
    it(`its attributes and its status, where they are replaced in ${moment}`, () => {
      const { attributes, status } = sunk(
        { [moment]: replacing },
        (span) => span.setAttributes(SECRETS).setStatus({ code: SpanStatusCode.ERROR, message: "s3cret" }),
        { attributeValueLengthLimit: 3 },
      );
      expect(attributes).to.deep.equal({ replaced: true, long: "abc" });
      expect(status).to.deep.equal({ code: SpanStatusCode.ERROR, message: "replaced" });
    });
  }

  it("its attributes, where they are replaced as it is ending, and one is set afterwards", () => {
    const { attributes } = sunk(
      {
        onEnding: (span) => {
          Object.assign(span, { attributes: { replaced: true } });
          span.setAttribute("later", 1);
        },
      },
      (span) => span.setAttributes(SECRETS),
    );
    expect(attributes).to.deep.equal({ replaced: true, later: 1 });
  });

  it("and what the next processor sees", () => {
    const seen: Attributes[] = [];
    const { tracer } = seenBy(
      { onEnd: (span) => redact(span.attributes) },
      { onEnd: (span) => void seen.push({ ...span.attributes }) },
    );
    tracer.startSpan("span", { attributes: SECRETS }, EMPTY).end();
    expect(seen).to.deep.equal([REDACTED]);
  });

  it("but for this span alone", () => {
    const { tracer, spans } = seenBy({
      onEnd: (span) => {
        if (span.name !== "first") return;
        Object.assign(span.attributes, { changed: true });
      },
    });
    for (const name of ["first", "second"]) tracer.startSpan(name, {}, EMPTY).end();
    expect(spans.map(({ attributes }) => attributes)).to.deep.equal([{ changed: true }, {}]);
  });
});

describe("a processor that is shut down", () => {
  it("sees no span that starts or ends later, and is neither flushed nor shut down again", async () => {
    const calls: string[] = [];
    const noting = Object.fromEntries(
      ["onStart", "onEnding", "onEnd", "forceFlush", "shutdown"].map((each) => [
        each,
        async () => void calls.push(each),
      ]),
    );
    const { tracer, provider, spans } = seenBy(noting);
    const open = tracer.startSpan("open", {}, EMPTY);
    await (provider as TracerProvider).shutdown();
    open.end();
    tracer.startSpan("late", {}, EMPTY).end();
    await (provider as TracerProvider).forceFlush();
    await (provider as TracerProvider).shutdown();
    expect(calls).to.deep.equal(["onStart", "shutdown"]);
    expect(spans.map(({ name }) => name)).to.deep.equal(["open", "late"]);
  });
});

describe("a processor that fails", () => {
  const MOMENTS = ["onStart", "onEnding", "onEnd"] as const;
  const FAILING: Record<string, () => unknown> = {
    "throws an error": throws,
    "throws what cannot be shown": () => {
      // oxlint-disable-next-line no-throw-literal, typescript/only-throw-error -- on purpose
      throw revoked.proxy;
    },
    "calls what is no function": () => (revoked.proxy as { call: () => void }).call(),
  };

  for (const moment of MOMENTS) {
    for (const [what, fail] of Object.entries(FAILING)) {
      it(`as it ${what} in ${moment} costs nobody anything, and is counted`, () => {
        const moments: string[] = [];
        const noting = Object.fromEntries(MOMENTS.map((each) => [each, () => void moments.push(each)]));
        const { tracer, spans } = seenBy(noting, { [moment]: fail }, noting);
        const failures = failuresIn(() => {
          tracer
            .startSpan("span", { attributes: { a: 1 } }, EMPTY)
            .setAttribute("b", 2)
            .end();
        });
        expect(failures).to.equal(1);
        expect(moments).to.deep.equal(MOMENTS.flatMap((each) => [each, each]));
        expect(spans.map(({ attributes }) => attributes)).to.deep.equal([{ a: 1, b: 2 }]);
      });
    }
  }

  for (const [what, none] of Object.entries({
    "has no method": {},
    "is a revoked proxy": revoked.proxy,
    "has methods that throw as they are read": Object.defineProperties(
      {},
      Object.fromEntries(MOMENTS.map((moment) => [moment, { get: throws }])),
    ),
  })) {
    it(`for it ${what} costs nobody anything, and is counted`, async () => {
      const names: string[] = [];
      const provider = new TracerProvider({
        sink: { accept: ({ name }) => void names.push(name) },
        processors: [none as SpanProcessor, processor({ onEnd: ({ name }) => void names.push(name) })],
      });
      const before = troubles().plugin_failed ?? 0;
      provider.getTracer("library").startSpan("span", {}, EMPTY).end();
      expect(names).to.deep.equal(["span", "span"]);
      await provider.forceFlush();
      await provider.shutdown();
      expect((troubles().plugin_failed ?? 0) - before).to.be.at.least(4);
    });
  }

  it("later, by a promise that is rejected, costs nobody anything, and is counted", async () => {
    const unhandled: unknown[] = [];
    const note = (reason: unknown): void => void unhandled.push(reason);
    const others = process.listeners("unhandledRejection");
    process.removeAllListeners("unhandledRejection").on("unhandledRejection", note);
    try {
      const reject = async (): Promise<void> => throws();
      const { tracer, spans } = seenBy({ onStart: reject, onEnding: reject, onEnd: reject });
      const before = troubles().plugin_failed ?? 0;
      tracer.startSpan("span", {}, EMPTY).end();
      await turn();
      await turn();
      expect([spans.length, unhandled]).to.deep.equal([1, []]);
      expect((troubles().plugin_failed ?? 0) - before).to.equal(3);
    } finally {
      process.off("unhandledRejection", note);
      for (const other of others) process.on("unhandledRejection", other);
    }
  });

  it("to flush or to shut down keeps no other from it, and is counted", async () => {
    const calls: string[] = [];
    const { provider } = seenBy(
      { forceFlush: throws, shutdown: async () => throws() },
      { forceFlush: async () => void calls.push("flush"), shutdown: async () => void calls.push("shutdown") },
    );
    const before = troubles().plugin_failed ?? 0;
    await (provider as TracerProvider).forceFlush();
    await (provider as TracerProvider).shutdown();
    expect(calls).to.deep.equal(["flush", "shutdown"]);
    expect((troubles().plugin_failed ?? 0) - before).to.equal(2);
  });
});

describe("a processor that starts spans", () => {
  for (const moment of ["onStart", "onEnding", "onEnd"] as const) {
    it(`in ${moment} sees them, too, and the sink gets them`, () => {
      const { tracer, spans } = seenBy({
        [moment]: (span: Span & Seen) => {
          if (span.name !== "span") return;
          tracer.startSpan("own", {}, trace.setSpan(EMPTY, span)).end();
        },
      });
      const span = tracer.startSpan("span", {}, EMPTY);
      span.end();
      expect(spans.map(({ name }) => name)).to.deep.equal(["own", "span"]);
      expect(spans[0]?.parentSpanId).to.equal(span.spanContext().spanId);
    });
  }

  it("without end costs no error", () => {
    const { tracer, spans } = seenBy({ onStart: () => void tracer.startSpan("own", {}, EMPTY) });
    expect(failuresIn(() => tracer.startSpan("span", {}, EMPTY).end())).to.be.at.least(1);
    expect(spans.map(({ name }) => name)).to.deep.equal(["span"]);
  });
});

describe("the fields of a span that has ended", () => {
  const sink = { accept: () => {} };

  it("stay where a processor may read them later", () => {
    const { attributes, events, links } = full(new TracerProvider({ sink, processors: [processor({})] }));
    expect([attributes, events.length, links.length]).to.deep.equal([{ a: 1 }, 1, 1]);
  });

  it("stay where the sink keeps spans", () => {
    const { attributes, events, links } = full(new TracerProvider({ sink, keepsEnded: true }));
    expect([attributes, events.length, links.length]).to.deep.equal([{ a: 1 }, 1, 1]);
  });

  it("are let go of where neither is", () => {
    const { attributes, events, links } = full(new TracerProvider({ sink, processors: [] }));
    expect([attributes, events, links]).to.deep.equal([{}, [], []]);
  });

  it("say where the parent was, remote or not, whoever reads them", () => {
    const remote = under({ ...REMOTE, traceFlags: 1 });
    const parents = [{ processors: [processor({})] }, { keepsEnded: true }].map((options) => {
      const tracer = new TracerProvider({ sink, ...options }).getTracer("library");
      return (tracer.startSpan("span", {}, remote) as unknown as Seen).parentSpanContext;
    });
    expect(parents).to.deep.equal([REMOTE, REMOTE]);
  });
});
