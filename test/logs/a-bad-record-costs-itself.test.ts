import { expect } from "chai";
import { troubles } from "../../src/core/diagnostics.ts";
import { LoggerProvider } from "../../src/logs/logger-provider.ts";
import type { LogRecord } from "../../src/logs/record.ts";
import { writeLog } from "../../src/otlp/encode-log.ts";
import { RecordBatchEncoder } from "../../src/otlp/record-batch-encoder.ts";
import { silently } from "../stderr.ts";
import { attributesOf, emitted } from "./records.ts";

const MIB = 1024 * 1024;

/** In bytes: what a body may have, of characters that take three bytes each, and what encoding adds. */
const MOST_BYTES = 1.5 * MIB;

/** In ms of CPU time; the least of several, for what runs first is compiled. */
const LONGEST = 50;
const TRIES = 8;

function nested(levels: number, wrap: (inner: unknown) => unknown): unknown {
  let value: unknown = "core";
  for (let level = 0; level < levels; level++) value = wrap(value);
  return value;
}

function throwing(): never {
  throw new Error("a getter's own");
}

/** Two to the 26th leaves, in 26 objects. */
const shared = nested(26, (inner) => ({ left: inner, right: inner }));

class Order {
  [field: string]: unknown;
}

function cyclic(): unknown {
  const object: Record<string, unknown> = {};
  const list: unknown[] = [];
  const map = new Map<string, unknown>();
  const all = { object, list, map, order: new Order() };
  Object.assign(object, all);
  Object.assign(all.order, all);
  list.push(...Object.values(all));
  for (const [key, value] of Object.entries(all)) map.set(key, value);
  return all;
}

function mapOfItself(members: number): unknown {
  const map = new Map<number, unknown>();
  for (let index = 0; index < members; index++) map.set(index, map);
  return map;
}

function revoked(): unknown {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

const BODIES: Readonly<Record<string, () => unknown>> = {
  "cyclic in every kind of container": cyclic,
  "10,000 objects deep": () => nested(10_000, (inner) => ({ inner })),
  "10,000 lists deep": () => nested(10_000, (inner) => [inner]),
  "10,000 maps deep": () => nested(10_000, (inner) => new Map([["inner", inner]])),
  "26 objects, shared into 67 million": () => shared,
  "26 maps, shared into 67 million": () =>
    nested(
      26,
      (inner) =>
        new Map([
          ["left", inner],
          ["right", inner],
        ]),
    ),
  "a map of 40,000 times itself": () => mapOfItself(40_000),
  "a map of 1,000 times itself": () => mapOfItself(1_000),
  "a text of 1 MiB": () => "x".repeat(MIB),
  "a text of 1 MiB that takes three bytes a character": () => "漢".repeat(MIB),
  "a thousand texts of 1 MiB": () => Array.from({ length: 1_000 }, () => "x".repeat(MIB)),
  "a key of 1 MiB": () => ({ ["k".repeat(MIB)]: 1, other: 2 }),
  "1 MiB of bytes": () => new Uint8Array(MIB),
  "a list of a million": () => Array.from({ length: 1_000_000 }, () => 1),
  "a list without elements that is four billion long": () => Object.assign([], { length: 2 ** 32 - 1 }),
  "a million numbers": () => new Float64Array(1_000_000),
  "a boxed text of 1 MiB": () => Object("x".repeat(MIB)) as unknown,
  "a bigint of a million digits": () => 1n << 3_000_000n,
  "a set of a million": () => new Set(Array.from({ length: 1_000_000 }, (_, index) => index)),
  "an object with a getter that throws": () => ({
    get a() {
      return throwing();
    },
    b: 1,
  }),
  "a revoked proxy": revoked,
  "a list of revoked proxies": () => [revoked(), 1],
  "a proxy that throws at each trap": () =>
    new Proxy({}, { ownKeys: throwing, getPrototypeOf: throwing, get: throwing, has: throwing }),
  "what throws as JSON": () => ({
    a: { toJSON: throwing, constructor: Object },
    b: new (class Bad {
      toJSON = throwing;
    })(),
  }),
  "what is for ever another as JSON": () => {
    class Again {
      toJSON(): unknown {
        return new Again();
      }
    }
    return { again: new Again() };
  },
  "an invalid date": () => ({ date: new Date(NaN) }),
};

/** The bytes of a record, and how long it took to emit and to write it, at best. */
function costOf(body: unknown, attributes: unknown): { bytes: number; time: number } {
  let bytes = 0;
  const encoder = new RecordBatchEncoder({ attributes: {} }, writeLog);
  const sink = {
    accept: (record: LogRecord) => {
      expect(encoder.append(record)).to.equal(true);
      bytes = encoder.take().byteLength;
    },
  };
  const logger = new LoggerProvider({ sink }).getLogger("test");
  let time = Infinity;
  for (let each = 0; each < TRIES && time > LONGEST; each++) {
    const before = process.cpuUsage();
    logger.emit({ body, attributes });
    const { user, system } = process.cpuUsage(before);
    time = Math.min(time, (user + system) / 1_000);
  }
  return { bytes, time };
}

describe("a bad log record costs itself", () => {
  for (const [what, make] of Object.entries(BODIES)) {
    it(`where its body is ${what}: a bounded record, and soon`, () => {
      const body = make();
      silently(() => {
        const { bytes, time } = costOf(body, undefined);
        expect(bytes).to.be.within(1, MOST_BYTES);
        expect(time).to.be.below(LONGEST);
      });
    });

    it(`where its attribute is ${what}: a bounded record, and soon`, () => {
      const attributes = { bad: make(), good: 1 };
      silently(() => {
        const { bytes, time } = costOf("told", attributes);
        expect(bytes).to.be.within(1, MOST_BYTES);
        expect(time).to.be.below(LONGEST);
        expect(attributesOf(emitted({ attributes: attributes as never }))["good"]).to.equal(1);
      });
    });
  }

  it("and keeps what can be read of a body", () => {
    const body = {
      get bad() {
        return throwing();
      },
      list: [revoked(), 1],
      deep: nested(20, (inner) => ({ inner })),
      good: 1,
    };
    const { bad, list, good } = { ...(emitted({ body: body as never })?.body as Record<string, unknown>) };
    expect([bad, list, good]).to.deep.equal([
      "Error: a getter's own",
      ["TypeError: Cannot perform 'IsArray' on a proxy that has been revoked", 1],
      1,
    ]);
  });

  it("keeps 16 levels of a body, and 256 KiB of it", () => {
    const levels = (value: unknown): number =>
      typeof value === "object" && value !== null ? 1 + levels(Object.values(value)[0]) : 0;
    expect(levels(emitted({ body: nested(30, (inner) => ({ inner })) as never })?.body)).to.equal(16);
    expect(emitted({ body: "x".repeat(MIB) })?.body).to.have.length(256 * 1024);
    expect(emitted({ body: "x".repeat(256 * 1024) })?.body).to.have.length(256 * 1024);
  });

  it("where each of its fields is of the wrong kind, and the record is kept", () => {
    const fields = [
      "timestamp",
      "observedTimestamp",
      "severityNumber",
      "severityText",
      "body",
      "attributes",
      "exception",
      "eventName",
      "context",
    ];
    const wrong = [
      null,
      0,
      -1,
      NaN,
      "text",
      true,
      5n,
      Symbol("s"),
      () => 1,
      [],
      {},
      revoked(),
      new Date(NaN),
    ];
    for (const field of fields) {
      for (const value of wrong) {
        silently(() => {
          const own = emitted({ body: "kept", [field]: value });
          expect(own, field).to.not.equal(undefined);
          if (field !== "body") expect(own?.body).to.equal("kept");
        });
      }
      silently(() => {
        const record = Object.defineProperty({ body: "kept" }, field, { get: throwing });
        const own = emitted(record);
        expect(own, field).to.not.equal(undefined);
        if (field !== "body") expect(own?.body).to.equal("kept");
      });
    }
  });

  it("where it is none: it is reported, and nothing is kept", () => {
    for (const none of [undefined, null, 5, "text", true, 5n, Symbol("s"), () => 1]) {
      const before = troubles().invalid_argument ?? 0;
      silently(() => expect(emitted(none as never)).to.equal(undefined));
      expect(troubles().invalid_argument).to.equal(before + 1);
    }
    silently(() => expect(emitted(revoked() as never)?.body).to.equal(undefined));
  });

  it("and who emits it does not suffer where the sink throws", () => {
    const logger = new LoggerProvider({ sink: { accept: throwing } }).getLogger("test");
    const told = silently(() => logger.emit({ body: "told" }));
    expect(told === "" || told.includes("lost on its way out")).to.equal(true);
  });

  it("whose toJSON is a promise that fails, which nobody is to handle", async () => {
    const failed: unknown[] = [];
    const note = (reason: unknown): void => void failed.push(reason);
    process.on("unhandledRejection", note);
    class Slow {
      async toJSON(): Promise<never> {
        return throwing();
      }
    }
    emitted({ body: { slow: new Slow() } as never });
    await new Promise((resolve) => setImmediate(resolve));
    process.off("unhandledRejection", note);
    expect(failed).to.deep.equal([]);
  });
});
