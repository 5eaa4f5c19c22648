import { context, ROOT_CONTEXT, trace, TraceFlags } from "@opentelemetry/api";
import type { LogRecord as Emitted } from "@opentelemetry/api-logs";
import { expect } from "chai";
import { Context } from "../../src/context/context.ts";
import { ContextVariable } from "../../src/context/context-variable.ts";
import { runIn } from "../../src/context/current.ts";
import { SUPPRESSED } from "../../src/context/suppression.ts";
import { NO_LIMITS } from "../../src/core/limits.ts";
import { LoggerProvider } from "../../src/logs/logger-provider.ts";
import type { LogRecord } from "../../src/logs/record.ts";
import { alwaysOff } from "../../src/trace/sampler.ts";
import { withSpan } from "../../src/index.ts";
import { record, recording } from "../recording.ts";
import { silently } from "../stderr.ts";
import { attributesOf, emitted } from "./records.ts";

const REMOTE = { traceId: "0AF7651916cd43dd8448eb211c80319c", spanId: "b7ad6b7169203331", traceFlags: 1 };
const tenant = new ContextVariable<string>("tenant", { attribute: "log.tenant" });

const bodyOf = (body: unknown): unknown => emitted({ body: body as Emitted["body"] })?.body;

const severityOf = (severityNumber: unknown): unknown =>
  emitted({ severityNumber: severityNumber as number })?.severityNumber;

const milliseconds = ([seconds, nanoseconds]: readonly [number, number]): number =>
  seconds * 1e3 + nanoseconds / 1e6;

class Order {
  readonly id = 7;
  readonly lines = ["book"];
  readonly #secret = "kept";
  toString(): string {
    return this.#secret;
  }
}

describe("a log record", () => {
  it("says what it was given, and by whom", () => {
    const records: LogRecord[] = [];
    const provider = new LoggerProvider({ sink: { accept: (own) => records.push(own) } });
    const logger = provider.getLogger("shop", "1.2.0", { schemaUrl: "https://shop.test/1" });
    logger.emit({
      timestamp: [1_758_000_000, 1],
      observedTimestamp: new Date(1_758_000_001_000),
      severityNumber: 17,
      severityText: "error",
      body: "not paid",
      eventName: "payment.failed",
      attributes: { amount: 42 },
    } satisfies Emitted);
    expect(records).to.deep.equal([
      {
        time: [1_758_000_000, 1],
        observedTime: [1_758_000_001, 0],
        severityNumber: 17,
        severityText: "error",
        body: "not paid",
        eventName: "payment.failed",
        attributeList: ["amount", 42],
        droppedAttributesCount: 0,
        traceId: undefined,
        spanId: undefined,
        traceFlags: 0,
        instrumentationScope: { name: "shop", version: "1.2.0", schemaUrl: "https://shop.test/1" },
      },
    ]);
  });

  it("is of now where no time is given, or one that is none", () => {
    const before = Date.now() - 1;
    for (const timestamp of [undefined, null, "yesterday", -1, NaN, [1], new Date(NaN), {}] as never[]) {
      silently(() => {
        const { time, observedTime } = emitted({ timestamp, observedTimestamp: timestamp }) ?? expect.fail();
        expect(milliseconds(time)).to.be.within(before, Date.now() + 1);
        expect(observedTime).to.deep.equal(time);
      });
    }
  });

  it("has a severity from 1 to 24, or none", () => {
    expect([1, 9, 24].map(severityOf)).to.deep.equal([1, 9, 24]);
    silently(() => {
      for (const none of [undefined, null, 0, -1, 25, 1.5, NaN, Infinity, "9", {}, 9n])
        expect(severityOf(none)).to.equal(0);
    });
  });

  it("belongs to the active span, ours or another SDK's, sampled or not", () => {
    record(() =>
      withSpan("work", (span) => {
        const { traceId, spanId, traceFlags } = emitted({ body: "told" }) ?? expect.fail();
        expect([traceId?.hex, spanId?.hex, traceFlags]).to.deep.equal([
          span.spanContext().traceId,
          span.spanContext().spanId,
          span.spanContext().traceFlags,
        ]);
      }),
    );
    const { providers } = recording(undefined, { sampler: alwaysOff() });
    runIn(new Context(undefined, providers), () =>
      withSpan("refused", (span) => {
        const { traceId, traceFlags } = emitted({ body: "told" }) ?? expect.fail();
        expect(traceId?.hex).to.equal(span.spanContext().traceId);
        expect((traceFlags & TraceFlags.SAMPLED) === 0).to.equal(true);
      }),
    );
    const foreign = trace.setSpan(ROOT_CONTEXT, trace.wrapSpanContext(REMOTE));
    const { traceId, spanId, traceFlags } = emitted({ context: foreign }) ?? expect.fail();
    expect([traceId?.hex, spanId?.hex, traceFlags]).to.deep.equal([
      REMOTE.traceId.toLowerCase(),
      REMOTE.spanId,
      1,
    ]);
  });

  it("belongs to the context that it names, not to the current one", () => {
    record(() =>
      withSpan("work", () => {
        expect(emitted({ context: ROOT_CONTEXT })?.traceId).to.equal(undefined);
        expect(emitted({})?.traceId).to.not.equal(undefined);
      }),
    );
  });

  it("belongs to no trace where the span's ids are none", () => {
    for (const ids of [{ traceId: "0".repeat(32) }, { spanId: "x" }, { traceId: 5 as never }]) {
      const span = trace.wrapSpanContext({ ...REMOTE, ...ids });
      expect(emitted({ context: trace.setSpan(ROOT_CONTEXT, span) })?.traceId).to.equal(undefined);
    }
  });

  it("has the attributes of context variables, over which its own win", () => {
    tenant.run("acme", () => {
      expect(attributesOf(emitted({ attributes: { a: 1 } }))).to.deep.equal({ "log.tenant": "acme", a: 1 });
      expect(attributesOf(emitted({ attributes: { "log.tenant": "own" } }))).to.deep.equal({
        "log.tenant": "own",
      });
    });
  });

  it("tells an exception as attributes, over which its own win", () => {
    const exception = new TypeError("no route");
    const told = attributesOf(
      emitted({ body: "failed", exception, attributes: { "exception.message": "own" } }),
    );
    expect(told["exception.type"]).to.equal("TypeError");
    expect(told["exception.message"]).to.equal("own");
    expect(told["exception.stacktrace"]).to.match(/TypeError: no route\n/);
    expect(attributesOf(emitted({ exception: "text" }))).to.deep.equal({
      "exception.type": "string",
      "exception.message": "text",
    });
    for (const none of [undefined, null])
      expect(attributesOf(emitted({ exception: none }))).to.deep.equal({});
  });

  it("whose body is an error says its message, and the rest as attributes", () => {
    const own = emitted({ body: new RangeError("too far") as never });
    expect(own?.body).to.equal("too far");
    expect(attributesOf(own)).to.include({ "exception.type": "RangeError", "exception.message": "too far" });
    const other = emitted({ body: new Error("told") as never, exception: new RangeError("thrown") });
    expect(attributesOf(other)["exception.type"]).to.equal("RangeError");
  });

  it("tells in its body what OTLP has no value for", () => {
    expect(bodyOf(new Date(0))).to.equal("1970-01-01T00:00:00.000Z");
    expect(bodyOf(12n ** 30n)).to.equal(String(12n ** 30n));
    expect(bodyOf(Symbol("s"))).to.equal("Symbol(s)");
    expect(bodyOf(new Order())).to.deep.equal({ id: 7, lines: ["book"] });
    expect(bodyOf(new URL("http://shop.test/a"))).to.equal("http://shop.test/a");
    const deep = {
      at: new Date(0),
      count: 1n,
      map: new Map<unknown, unknown>([
        ["a", new Set([1])],
        [{}, 2],
      ]),
      error: new Error("no"),
      nothing: [undefined, null, () => 1],
    };
    const told = bodyOf(deep) as Record<string, Record<string, unknown>>;
    expect({ ...told, error: told["error"]?.["exception.message"] }).to.deep.equal({
      at: "1970-01-01T00:00:00.000Z",
      count: "1",
      map: { a: [1], "[object Object]": 2 },
      error: "no",
      nothing: [null, null, null],
    });
  });

  it("tells in its attributes what OTLP has no value for", () => {
    const attributes = { at: new Date(0), id: 5n, order: new Order(), by: new Map([["a", 1]]) } as never;
    expect(attributesOf(emitted({ attributes }))).to.deep.equal({
      at: "1970-01-01T00:00:00.000Z",
      id: "5",
      order: { id: 7, lines: ["book"] },
      by: { a: 1 },
    });
  });

  it("tells a boxed text as itself, and a list of numbers of any kind as far as 1,024", () => {
    expect(bodyOf(Object("text"))).to.equal("text");
    expect(bodyOf(Float64Array.of(0.5, 1))).to.deep.equal([0.5, 1]);
    expect(bodyOf(new Int16Array(2_000))).to.have.length(1_024);
  });

  it("has no body where none is given, or a function", () => {
    for (const none of [undefined, null]) expect(bodyOf(none)).to.equal(undefined);
    expect(bodyOf(() => 1)).to.equal(undefined);
  });

  it("is a copy: what its owner changes afterwards is not in it", () => {
    const body = { list: [1], bytes: Uint8Array.of(1) };
    const own = emitted({ body, attributes: { body } });
    body.list.push(2);
    body.bytes[0] = 2;
    const before = { list: [1], bytes: Uint8Array.of(1) };
    expect([own?.body, attributesOf(own)]).to.deep.equal([before, { body: before }]);
  });

  it("keeps 128 attributes, and counts the others", () => {
    const attributes = Object.fromEntries(Array.from({ length: 130 }, (_, index) => [`key ${index}`, index]));
    const own = emitted({ attributes });
    expect([own?.attributeList.length, own?.droppedAttributesCount]).to.deep.equal([256, 2]);
  });

  it("keeps what its provider's limits say", () => {
    const records: LogRecord[] = [];
    const limits = { ...NO_LIMITS, count: 1, valueLength: 3 };
    const provider = new LoggerProvider({ sink: { accept: (own) => records.push(own) }, limits });
    provider.getLogger("test").emit({ body: "a body", attributes: { a: "abcdef", b: 1 } });
    expect(records[0]).to.deep.include({
      body: "a body",
      attributeList: ["a", "abc"],
      droppedAttributesCount: 1,
    });
  });

  it("is not made where telemetry does its own work, and a logger says so beforehand", () => {
    const logger = new LoggerProvider({ sink: { accept: () => expect.fail() } }).getLogger("test");
    expect(logger.enabled()).to.equal(true);
    runIn(SUPPRESSED, () => {
      expect(logger.enabled()).to.equal(false);
      logger.emit({ body: "told" });
    });
    expect(logger.enabled({ context: SUPPRESSED })).to.equal(false);
    logger.emit({ body: "told", context: SUPPRESSED });
    expect(logger.enabled({ context: context.active(), severityNumber: 1 })).to.equal(true);
  });
});

describe("a logger", () => {
  const provider = new LoggerProvider({ sink: { accept: () => {} } });

  it("is the same for the same name, version and schema", () => {
    const loggers = [
      provider.getLogger("a"),
      provider.getLogger("a", "1"),
      provider.getLogger("a", "1", { schemaUrl: "s" }),
      provider.getLogger("b"),
    ];
    expect(new Set(loggers).size).to.equal(4);
    expect(provider.getLogger("a", "1", { schemaUrl: "s" })).to.equal(loggers[2]);
    expect(provider.getLogger("b", undefined, {})).to.equal(loggers[3]);
  });

  it("has at most 1,024 characters of a name, a version and a schema", () => {
    const records: LogRecord[] = [];
    const long = "x".repeat(1_025);
    const own = new LoggerProvider({ sink: { accept: (each) => records.push(each) } });
    own.getLogger(long, long, { schemaUrl: long }).emit({});
    const kept = "x".repeat(1_024);
    const scope = { name: kept, version: kept, schemaUrl: kept };
    expect(records[0]?.instrumentationScope).to.deep.equal(scope);
  });

  it("without a name works, and is told", () => {
    for (const name of ["", undefined, null, 5, {}] as never[]) {
      const told = silently(() => provider.getLogger(name, name, name).emit({ body: "told" }));
      expect(told === "" || told.includes("without a name")).to.equal(true);
    }
  });
});
