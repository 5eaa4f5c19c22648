import { expect } from "chai";
import { setTimeout as sleep } from "node:timers/promises";
import pino from "pino";
import winston from "winston";
import Transport from "winston-transport";
import { Context } from "../../src/context/context.ts";
import { currentContext, providersIn, runIn } from "../../src/context/current.ts";
import { suppressed } from "../../src/context/suppression.ts";
import { troubles } from "../../src/core/diagnostics.ts";
import { jsonLogger } from "../../src/logs/json-logger.ts";
import { pinoOptions } from "../../src/logs/pino.ts";
import { winstonOptions } from "../../src/logs/winston.ts";
import { currentRequest } from "../../src/request/current-request.ts";
import { operation } from "../../src/request/operation.ts";
import { type TestTelemetry, testTelemetry } from "../../src/testing/test-telemetry.ts";
import { withSpan } from "../../src/trace/span-helpers.ts";
import { silently } from "../stderr.ts";

const noWrite = { write: () => {} };

/** Writes nowhere, and takes its time. */
class Slow extends Transport {
  override log(_info: unknown, next: () => void): void {
    setTimeout(next, 1);
  }
}

function silentWinston(options: winston.LoggerOptions = {}): winston.Logger {
  return winston.createLogger(winstonOptions({ ...options, transports: [new Slow()] }, { records: true }));
}

function severities({ logs }: TestTelemetry): unknown[] {
  return logs.map(({ severityText, severityNumber }) => [severityText, severityNumber]);
}

describe("a line that becomes a record", () => {
  const loggers: Readonly<Record<string, () => { info(message: string): void }>> = {
    throughline: () => jsonLogger({ records: true, ...noWrite }),
    pino: () => pino(pinoOptions({}, { records: true }), noWrite),
    winston: () => silentWinston(),
  };
  for (const [name, make] of Object.entries(loggers)) {
    it(
      `has the trace, text and severity of its call: ${name}`,
      testTelemetry((t) => {
        const logger = make();
        logger.info("outside");
        withSpan("work", (span) => {
          logger.info("within");
          const { traceId, spanId } = span.spanContext();
          expect(t.logs[1]).to.deep.include({ traceId, spanId });
        });
        expect(t.logs[0]).to.include({ traceId: undefined, spanId: undefined });
        for (const [index, body] of ["outside", "within"].entries())
          expect(t.logs[index]).to.deep.include({
            body,
            severityNumber: 9,
            severityText: "info",
            attributes: {},
            instrumentationScope: name,
          });
      }),
    );

    it(
      `is none where telemetry does its own work, nor what its provider writes: ${name}`,
      testTelemetry(async (t) => {
        const logger = make();
        runIn(suppressed(currentContext()), () => logger.info("said"));
        expect(t.logs).to.deep.equal([]);
        const providers = providersIn(currentContext()) ?? expect.fail();
        let emitted = 0;
        const loggerProvider = {
          getLogger: () => ({ enabled: () => true, emit: () => void (logger.info("again"), emitted++) }),
        };
        runIn(new Context(undefined, { ...providers, loggerProvider }), () => logger.info("said"));
        await sleep(20);
        expect(emitted).to.equal(1);
      }),
    );

    it(`costs the line nothing where the provider fails: ${name}`, () => {
      const before = troubles().plugin_failed ?? 0;
      testTelemetry(() => {
        const providers = providersIn(currentContext()) ?? expect.fail();
        const loggerProvider = {
          getLogger: () => {
            throw new Error("on purpose");
          },
        };
        silently(() =>
          runIn(new Context(undefined, { ...providers, loggerProvider }), () => make().info("said")),
        );
      })();
      expect(troubles().plugin_failed).to.equal(before + 1);
    });
  }

  it(
    "is none unless it is asked for, and none without a provider",
    testTelemetry((t) => {
      jsonLogger(noWrite).info("said");
      pino(pinoOptions(), noWrite).info("said");
      winston.createLogger(winstonOptions({ transports: [new Slow()] })).info("said");
      expect(t.logs).to.deep.equal([]);
      const lines: string[] = [];
      const { loggerProvider: _none, ...providers } = providersIn(currentContext()) ?? expect.fail();
      runIn(new Context(undefined, providers), () =>
        jsonLogger({ records: true, write: (line) => void lines.push(line) }).info("said"),
      );
      expect(lines).to.have.length(1);
    }),
  );

  it(
    "has the severity of each level",
    testTelemetry((t) => {
      const ours = jsonLogger({ level: "debug", records: true, ...noWrite });
      for (const level of ["debug", "info", "warn", "error"] as const) ours[level]("said");
      expect(severities(t).splice(0)).to.deep.equal([
        ["debug", 5],
        ["info", 9],
        ["warn", 13],
        ["error", 17],
      ]);
    }),
  );

  it(
    "has the severity of each level of pino, by number or name",
    testTelemetry((t) => {
      const levels = ["trace", "debug", "info", "warn", "error", "fatal"] as const;
      const named = { formatters: { level: (label: string) => ({ level: label.toUpperCase() }) } };
      for (const options of [{}, named]) {
        const logger = pino(pinoOptions({ ...options, level: "trace" }, { records: true }), noWrite);
        for (const level of levels) logger[level]("said");
      }
      const customLevels = { notice: 35, audit: 45 };
      const custom = pino(pinoOptions({ customLevels }, { records: true }), noWrite);
      custom.notice("said");
      custom.audit("said");
      expect(t.logs.map(({ severityNumber }) => severityNumber)).to.deep.equal([
        1, 5, 9, 13, 17, 21, 1, 5, 9, 13, 17, 21, 10, 13,
      ]);
      expect(t.logs.slice(-2).map(({ severityText }) => severityText)).to.deep.equal(["notice", "audit"]);
    }),
  );

  it(
    "is of the level of its own winston logger, where two are made of the same options",
    testTelemetry((t) => {
      const options = winstonOptions({ transports: [new Slow()] }, { records: true });
      const errors = winston.createLogger({ ...options, level: "error" });
      const all = winston.createLogger({ ...options, level: "debug" });
      for (const logger of [errors, all]) logger.debug("one").error("two");
      expect(t.logs.map(({ body }) => body)).to.deep.equal(["two", "one", "two"]);
    }),
  );

  it(
    "has the severity of each level of winston's sets, from the logger's own level on",
    testTelemetry((t) => {
      const say = (levels: winston.config.AbstractConfigSetLevels, level: string): unknown[] => {
        const logger = silentWinston({ levels, level });
        const before = t.logs.length;
        for (const own of Object.keys(levels)) logger.log(own, "said");
        return severities(t).slice(before);
      };
      expect(say(winston.config.npm.levels, "silly")).to.deep.equal([
        ["error", 17],
        ["warn", 13],
        ["info", 9],
        ["http", 7],
        ["verbose", 6],
        ["debug", 5],
        ["silly", 1],
      ]);
      expect(say(winston.config.syslog.levels, "notice")).to.deep.equal([
        ["emerg", 21],
        ["alert", 19],
        ["crit", 18],
        ["error", 17],
        ["warning", 13],
        ["notice", 10],
      ]);
      expect(say({ loud: 0, quiet: 1 }, "loud")).to.deep.equal([["loud", undefined]]);
    }),
  );

  it(
    "says what the line says: of children, cut, redacted, and errors by their attributes",
    testTelemetry((t) => {
      const failure = new RangeError("on purpose");
      const plain = pino(
        pinoOptions({ redact: ["secret"], serializers: { n: (n: number) => n + 1 } }, { records: true }),
        noWrite,
      );
      plain.child({ component: "mail" }).error({ err: failure, secret: "s", n: 1 }, "not sent");
      expect(t.logs[0]?.attributes).to.deep.equal({
        component: "mail",
        secret: "[Redacted]",
        n: 2,
        "exception.type": "RangeError",
        "exception.message": "on purpose",
        "exception.stacktrace": failure.stack,
      });
      jsonLogger({ records: true, ...noWrite }).error("not sent", { error: failure, when: new Date(0) });
      expect(t.logs[1]?.attributes).to.deep.equal({
        when: "1970-01-01T00:00:00.000Z",
        "exception.type": "RangeError",
        "exception.message": "on purpose",
        "exception.stacktrace": failure.stack,
      });
      const mask = winston.format((line) => Object.assign(line, { secret: "***" }));
      silentWinston({ format: mask() }).child({ component: "mail" }).error("not sent", { secret: "s" });
      expect(t.logs[2]).to.deep.include({
        body: "not sent",
        attributes: { component: "mail", secret: "***" },
      });
    }),
  );

  it(
    "takes pino's own names of keys, and any destination",
    testTelemetry((t) => {
      const lines: string[] = [];
      const options = { messageKey: "message", errorKey: "error", base: null };
      const streams = pino.multistream([
        { stream: { write: (line: string) => void lines.push(line) } },
        noWrite,
      ]);
      const logger = pino(pinoOptions(options, { records: true }), streams);
      logger.info({ error: "no error" }, "said");
      expect(lines).to.have.length(1);
      expect(t.logs[0]).to.deep.include({ body: "said", attributes: { error: "no error" } });
    }),
  );

  it(
    "has the trace of its call, also where winston comes to it later",
    testTelemetry(async (t) => {
      const logger = silentWinston();
      const traces: (string | undefined)[] = [];
      for (let index = 0; index < 100; index++)
        withSpan("work", (span) => {
          traces.push(span.spanContext().traceId);
          logger.info("said");
        });
      expect(t.logs.length).to.be.lessThan(100);
      while (t.logs.length < 100) await sleep(5);
      expect(t.logs.map(({ traceId }) => traceId)).to.deep.equal(traces);
    }),
  );

  it(
    "has the level of its call, whatever its fields say",
    testTelemetry((t) => {
      const logger = pino(pinoOptions({}, { records: true }), noWrite);
      const nested = { toJSON: () => logger.warn({ level: 60 }, "within") };
      logger.error({ level: 12, nested }, "said");
      logger.child({ level: "boss" }).error("said");
      expect(severities(t)).to.deep.equal([
        ["warn", 13],
        ["error", 17],
        ["error", 17],
      ]);
    }),
  );

  it(
    "has the ids of its request, though a child's serializers forge those in the line of pino",
    testTelemetry(async (t) => {
      const serializers = { request_id: (id: unknown) => id, user_id: (id: unknown) => id };
      const say = (options: pino.LoggerOptions = {}): void =>
        pino(pinoOptions(options, { records: true }), noWrite)
          .child({}, { serializers })
          .info({ request_id: "forged", user_id: "forged" }, "said");
      say();
      await operation("job", () => {
        say();
        const { id, correlationId } = currentRequest();
        expect(t.logs.map(({ attributes }) => attributes)).to.deep.equal([
          {},
          { request_id: id, correlation_id: correlationId },
        ]);
        // A hook of the user's own has the last word.
        say({ hooks: { streamWrite: (line) => line.replaceAll(id, "***").replaceAll("forged", "***") } });
        expect(t.logs[2]?.attributes).to.include({ request_id: "***", user_id: "***" });
      });
    }),
  );

  it(
    "has no colours, and the type and message of an error whose stack winston tells",
    testTelemetry((t) => {
      const { colorize, combine, errors, simple } = winston.format;
      silentWinston({ format: combine(colorize({ all: true }), simple()) }).error("said");
      expect(t.logs[0]).to.include({ body: "said", severityText: "error" });
      const failure = new TypeError("on purpose");
      const told = {
        "exception.type": "TypeError",
        "exception.message": "on purpose",
        "exception.stacktrace": failure.stack,
      };
      const logger = silentWinston({ format: errors({ stack: true }) });
      logger.error(failure);
      logger.error("said", failure);
      logger.log({ level: "error", message: failure as never });
      for (const { attributes } of t.logs.slice(1)) expect(attributes).to.include(told);
      expect(t.logs).to.have.length(4);
      const masked = winston.format((line) => Object.assign(line, { stack: "***" }));
      silentWinston({ format: combine(errors({ stack: true }), masked()) }).error(failure);
      expect(t.logs[4]?.attributes).to.deep.equal({ "exception.stacktrace": "***" });
    }),
  );

  it("goes where the context of its call sends telemetry", async () => {
    const logger = pino(pinoOptions({}, { records: true }), noWrite);
    const kept = await Promise.all(
      ["acme", "zeta"].map((tenant) =>
        testTelemetry(async (t) => {
          logger.info(tenant);
          await sleep(1);
          logger.info(tenant);
          return t.logs.map(({ body }) => body);
        })(),
      ),
    );
    expect(kept).to.deep.equal([
      ["acme", "acme"],
      ["zeta", "zeta"],
    ]);
  });
});
