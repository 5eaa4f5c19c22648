import { expect } from "chai";
import { fastify } from "fastify";
import pino from "pino";
import { ContextVariable } from "../../src/context/context-variable.ts";
import type { LogBridgeOptions } from "../../src/logs/bridge-options.ts";
import { logFields } from "../../src/logs/log-fields.ts";
import { pinoOptions } from "../../src/logs/pino.ts";
import { currentRequest } from "../../src/request/current-request.ts";
import { operation } from "../../src/request/operation.ts";
import { testTelemetry } from "../../src/testing/test-telemetry.ts";
import { withSpan } from "../../src/trace/span-helpers.ts";
import { silently } from "../stderr.ts";
import { FORGED, placeIn, read } from "./raw-line.ts";

const plan = new ContextVariable<string>("plan", { attribute: "test.pino.plan" });

/** The raw lines that are written while `fn` logs. */
function written(
  fn: (logger: pino.Logger) => void,
  options: pino.LoggerOptions = {},
  bridge?: LogBridgeOptions,
): string[] {
  const lines: string[] = [];
  fn(pino(pinoOptions(options, bridge), { write: (line) => void lines.push(line) }));
  return lines;
}

function sayOne(logger: pino.Logger): void {
  logger.child({ b: 2 }).info({ a: 1 }, "said");
}

/** In a request of a user, in a span. */
async function inRequest(fn: () => void): Promise<void> {
  await testTelemetry(() =>
    operation("job", () => {
      currentRequest().userId = "ann";
      withSpan("work", fn);
    }),
  )();
}

describe("a line of pino", () => {
  it("says what logFields says, at its top and once, whatever else is in it", () =>
    inRequest(() => {
      for (const options of [
        {},
        { nestedKey: "payload" },
        { timestamp: false },
        { base: null },
        { crlf: true },
      ])
        for (const line of written((logger) => {
          logger.info("said");
          logger.info({ a: 1 }, "said %s", "it");
          logger.child({ component: "mail" }).error(new Error("on purpose"));
        }, options)) {
          const { fields, repeated } = read(line);
          expect(placeIn(fields)).to.deep.equal(logFields());
          expect(Object.keys(logFields())).to.have.length(6);
          expect(repeated).to.deep.equal([]);
        }
    }));

  it("is a line of plain pino where nothing is active", () => {
    const options = { base: { name: "shop" }, timestamp: () => ',"time":7' };
    const plain: string[] = [];
    sayOne(pino(options, { write: (line) => void plain.push(line) }));
    expect(written(sayOne, options)).to.deep.equal(plain);
  });

  const failure = Object.assign(new Error("on purpose"), FORGED);
  const ways: Readonly<Record<string, readonly [(logger: pino.Logger) => void, pino.LoggerOptions?]>> = {
    "the object of a call": [(logger) => logger.info({ ...FORGED }, "said")],
    "the bindings of a child": [(logger) => logger.child(FORGED).info("said")],
    "the bindings of a child with options": [
      (logger) => logger.child(FORGED, { level: "debug", redact: ["other"], serializers: {} }).info("said"),
    ],
    setBindings: [
      (logger) => {
        logger.setBindings(FORGED);
        logger.info("said");
      },
    ],
    "the base": [(logger) => logger.info("said"), { base: FORGED }],
    "a mixin": [(logger) => logger.info("said"), { mixin: () => ({ ...FORGED }) }],
    "a strategy of merging": [
      (logger) => logger.info("said"),
      { mixin: () => ({}), mixinMergeStrategy: () => ({ ...FORGED }) },
    ],
    "a formatter": [(logger) => logger.info("said"), { formatters: { log: () => ({ ...FORGED }) } }],
    "a formatter of bindings": [(logger) => logger.info("said"), { formatters: { bindings: () => FORGED } }],
    "a formatter of a child": [
      (logger) => logger.child({}, { formatters: { log: () => ({ ...FORGED }) } }).info("said"),
    ],
    "an error": [(logger) => logger.info(failure)],
    "a nested key": [(logger) => logger.child(FORGED).info({ ...FORGED }, "said"), { nestedKey: "payload" }],
  };
  for (const [way, [say, options]] of Object.entries(ways))
    it(`is not forged by ${way}, in a request or out of one`, async () => {
      await inRequest(() => {
        const [line = ""] = written(say, options);
        expect(placeIn(read(line).fields)).to.deep.equal(logFields());
        expect(read(line).repeated).to.deep.equal([]);
      });
      const [line = ""] = written(say, options);
      expect(placeIn(read(line).fields)).to.deep.equal({});
    });

  it("has the variables that are attributes, which its call does not change", () =>
    inRequest(() => {
      plan.set("gold");
      const [line = ""] = written((logger) => logger.info({ "test.pino.plan": "forged" }, "said"));
      expect(read(line).fields).to.include({ "test.pino.plan": "gold" });
      expect(read(line).repeated).to.deep.equal([]);
      const [bound = ""] = written((logger) => logger.child({ "test.pino.plan": "forged" }).info("said"));
      expect(read(bound).fields).to.include({ "test.pino.plan": "gold" });
    }));

  it("keeps what the user's own options add to it", () => {
    const options: pino.LoggerOptions = {
      level: "debug",
      base: null,
      messageKey: "message",
      timestamp: pino.stdTimeFunctions.isoTime,
      mixin: (_call, level) => ({ mixed: level, a: 0 }),
      serializers: { b: (value: number) => value + 1 },
      redact: ["secret"],
      formatters: { level: (label) => ({ severity: label }) },
      hooks: {
        logMethod(args, method) {
          method.apply(this, args);
        },
        streamWrite: (line) => line.replace("word", "***"),
      },
    };
    const [line = ""] = written((logger) => logger.debug({ a: 1, b: 1, secret: "s" }, "the word"), options);
    const { time, ...fields } = JSON.parse(line) as Record<string, unknown>;
    expect(time).to.match(/^\d{4}-/);
    expect(fields).to.deep.equal({
      severity: "debug",
      mixed: 20,
      a: 1,
      b: 2,
      secret: "[Redacted]",
      message: "the ***",
    });
  });

  it("is typed as pino's own options are", () => {
    const lines: string[] = [];
    const logger = pino(
      pinoOptions({ customLevels: { notice: 35 }, mixin: (_call, level) => ({ tens: level / 10 }) }),
      { write: (line) => void lines.push(line) },
    );
    logger.notice("said");
    expect(JSON.parse(lines[0] ?? "")).to.include({ level: 35, tens: 3.5 });
  });

  it("is written by Fastify's own logger, too", () =>
    inRequest(() => {
      const lines: string[] = [];
      const stream = { write: (line: string) => void lines.push(line) };
      const app = fastify({ logger: pinoOptions({ level: "info", stream }) });
      app.log.info({ ...FORGED }, "said");
      expect(placeIn(read(lines[0] ?? "").fields)).to.deep.equal(logFields());
      expect(read(lines[0] ?? "").repeated).to.deep.equal([]);
    }));

  it("hands the user's strategy of merging what pino would", () => {
    const options: pino.LoggerOptions = {
      mixin: () => ({ a: "mixin" }),
      mixinMergeStrategy: (call, mixed) => ({ ...call, ...mixed }),
    };
    const [line = ""] = written((logger) => logger.info({ a: "call" }), options);
    expect(JSON.parse(line)).to.include({ a: "mixin" });
  });

  it("is one line of JSON, whatever a user, a variable or a field is", () =>
    inRequest(() => {
      const text = 'a"\\\r\nb\u001b[31m\u009b2J\u2028\u2029\u007f';
      const cyclic: Record<string, unknown> = { ...JSON.parse('{"__proto__": {"polluted": 1}}'), big: 5n };
      cyclic["self"] = cyclic;
      currentRequest().userId = text;
      plan.set(text);
      const lines = written((logger) => {
        logger.info(
          { cyclic, deep: Array.from({ length: 500 }).reduce<object>((inner) => ({ inner }), {}) },
          text,
        );
        logger.info(JSON.parse('{"__proto__": {"trace_id": "forged"}, "constructor": 1}') as object);
      });
      for (const line of lines) {
        expect(line.trimEnd().split(/[\r\n]/)).to.have.length(1);
        expect(placeIn(read(line).fields)).to.deep.equal(logFields());
      }
      expect(read(lines[0] ?? "").fields).to.include({ user_id: text, "test.pino.plan": text, msg: text });
    }));

  it("is written whatever the options are", () => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    silently(() => {
      for (const bridge of [proxy, null, 5, { level: 5, records: "yes" }])
        expect(written((logger) => logger.info("said"), {}, bridge as LogBridgeOptions)).to.have.length(1);
      expect(pinoOptions(proxy)).to.have.property("timestamp");
    });
    expect(pinoOptions()).to.have.property("timestamp");
  });
});
