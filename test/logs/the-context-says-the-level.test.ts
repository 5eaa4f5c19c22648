import { expect } from "chai";
import { setTimeout as sleep } from "node:timers/promises";
import pino from "pino";
import winston from "winston";
import { ContextVariable } from "../../src/context/context-variable.ts";
import { gather } from "../../src/context/gather.ts";
import { troubles } from "../../src/core/diagnostics.ts";
import { jsonLogger } from "../../src/logs/json-logger.ts";
import type { LevelByContext, LogLevel } from "../../src/logs/level.ts";
import { pinoOptions } from "../../src/logs/pino.ts";
import { winstonOptions } from "../../src/logs/winston.ts";
import { carriers } from "../../src/propagation/carriers.ts";
import { consume } from "../../src/request/consume.ts";
import { testTelemetry } from "../../src/testing/test-telemetry.ts";
import { silently } from "../stderr.ts";

const verbosity = new ContextVariable<LogLevel>("log.level");
const propagated = new ContextVariable<LogLevel>("log.propagated", { travels: "baggage" });
const LEVELS: readonly LogLevel[] = ["debug", "info", "warn", "error"];

interface Said {
  readonly say: (level: LogLevel) => void;
  readonly levels: () => unknown[];
}

/** A logger that asks `level`, of which a child says what is said; and the levels of the lines that it has written. */
const LOGGERS: Readonly<Record<string, (level: LevelByContext) => Said>> = {
  jsonLogger: (level) => {
    const lines: string[] = [];
    const logger = jsonLogger({ level, write: (line) => void lines.push(line) }).child({ a: 1 });
    return { say: (own) => logger[own]("said"), levels: () => lines.map((line) => levelIn(line)) };
  },
  pino: (level) => {
    const lines: string[] = [];
    const options: pino.LoggerOptions = {
      level: "debug",
      formatters: { level: (label) => ({ level: label }) },
    };
    const sink = { write: (line: string) => void lines.push(line) };
    const logger = pino(pinoOptions(options, { level }), sink).child({ a: 1 });
    return { say: (own) => logger[own]("said"), levels: () => lines.map((line) => levelIn(line)) };
  },
  winston: (level) => {
    const lines: string[] = [];
    const stream = new winston.transports.Console({
      log: (info: Record<symbol, unknown>, next: () => void) => {
        lines.push(String(info[Symbol.for("message")]));
        next();
      },
    });
    const logger = winston
      .createLogger(winstonOptions({ level: "debug", transports: [stream] }, { level }))
      .child({ a: 1 });
    return { say: (own) => logger[own]("said"), levels: () => lines.map((line) => levelIn(line)) };
  },
};

function saidBy({ say, levels }: Said): unknown[] {
  for (const level of LEVELS) say(level);
  return levels();
}

function levelIn(line: string): unknown {
  return (JSON.parse(line) as { level: unknown }).level;
}

for (const [name, made] of Object.entries(LOGGERS))
  describe(`the level of ${name} by context`, () => {
    it("is what the function says", () => {
      for (const [index, level] of LEVELS.entries())
        expect(saidBy(made(() => level))).to.deep.equal(LEVELS.slice(index));
    });

    it("is that of each operation, side by side", async () => {
      const { say, levels } = made(() => verbosity.tryGet() ?? "error");
      await gather(
        [undefined, "debug", undefined, "warn"].map((level) => async () => {
          if (level !== undefined) verbosity.set(level as LogLevel);
          await sleep(1);
          for (const own of LEVELS) say(own);
        }),
      );
      expect(levels()).to.deep.equal(["error", ...LEVELS, "error", "warn", "error"]);
    });

    it("is as without the function where it gives undefined", () => {
      expect(saidBy(made(() => undefined))).to.deep.equal(name === "jsonLogger" ? LEVELS.slice(1) : LEVELS);
    });

    for (const [what, level] of Object.entries<() => unknown>({
      "a level that is none": () => "loud",
      "a promise that rejects": async () => {
        throw new Error("on purpose");
      },
      "what throws": () => {
        throw new Error("on purpose");
      },
    }))
      it(`is info after ${what}, which is counted`, () => {
        const before = troubles().plugin_failed ?? 0;
        silently(() => expect(saidBy(made(level as LevelByContext))).to.deep.equal(LEVELS.slice(1)));
        expect(troubles().plugin_failed).to.equal(before + LEVELS.length);
      });
  });

describe("the level by context of pino and winston", () => {
  it("lets nothing pass that their own level refuses", () => {
    const lines: string[] = [];
    const options = pinoOptions({ level: "warn" }, { level: () => "debug" });
    pino(options, { write: (line) => void lines.push(line) }).info("said");
    expect(lines).to.deep.equal([]);
  });

  it("asks the user's own hook of pino only for what is wanted", () => {
    const asked: number[] = [];
    const options: pino.LoggerOptions = {
      level: "trace",
      hooks: { logMethod: (_args, _method, level) => void asked.push(level) },
    };
    const logger = pino(pinoOptions(options, { level: () => "warn" }), { write: () => {} });
    for (const level of ["trace", "debug", "info", "warn", "error", "fatal"] as const) logger[level]("said");
    expect(asked).to.deep.equal([40, 50, 60]);
  });
});

describe("a level that travels", () => {
  for (const [name, loggerOf] of Object.entries(LOGGERS))
    it(
      `${name}: may come by a message's baggage, for the one who handles that and no other`,
      testTelemetry(async () => {
        const logger = loggerOf(() => propagated.tryGet());
        const headers = propagated.run("error", () => carriers.message.inject({}));
        await gather(
          [{ headers }, { headers: { baggage: "log.propagated=nonsense" } }].map(
            (message) => () =>
              consume(message, async () => {
                await sleep(1);
                for (const level of LEVELS) logger.say(level);
              }),
          ),
        );
        const nonsense = ["info", "warn", "error"];
        expect(logger.levels().toSorted()).to.deep.equal(["error", ...nonsense].toSorted());
      }),
    );
});
