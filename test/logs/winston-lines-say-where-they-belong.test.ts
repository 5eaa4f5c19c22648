import { expect } from "chai";
import { setTimeout as sleep } from "node:timers/promises";
import winston from "winston";
import Transport from "winston-transport";
import { ContextVariable } from "../../src/context/context-variable.ts";
import type { LogBridgeOptions } from "../../src/logs/bridge-options.ts";
import { logFields } from "../../src/logs/log-fields.ts";
import { winstonOptions } from "../../src/logs/winston.ts";
import { currentRequest } from "../../src/request/current-request.ts";
import { operation } from "../../src/request/operation.ts";
import { testTelemetry } from "../../src/testing/test-telemetry.ts";
import { withSpan } from "../../src/trace/span-helpers.ts";
import { silently } from "../stderr.ts";
import { FORGED, placeIn, read } from "./raw-line.ts";

const { combine, errors, json, metadata, prettyPrint, simple, splat, timestamp } = winston.format;
const MESSAGE = Symbol.for("message");

const plan = new ContextVariable<string>("plan", { attribute: "test.winston.plan" });
const impostor = new ContextVariable<string>("impostor", { attribute: "message" });

/** Keeps the text of each line, at once or after a while. */
class Kept extends Transport {
  readonly lines: string[] = [];
  readonly #delay: number | undefined;

  constructor(delay?: number) {
    super();
    this.#delay = delay;
  }

  override log(info: Record<symbol, unknown>, next: () => void): void {
    this.lines.push(String(info[MESSAGE]));
    if (this.#delay === undefined) next();
    else setTimeout(next, this.#delay);
  }
}

function written(
  fn: (logger: winston.Logger) => void,
  options: winston.LoggerOptions = {},
  bridge?: LogBridgeOptions,
): string[] {
  const kept = new Kept();
  fn(winston.createLogger(winstonOptions({ ...options, transports: [kept] }, bridge)));
  return kept.lines;
}

function sayTwo(logger: winston.Logger): void {
  logger.child({ b: 2 }).info("said %s", "it", { a: 1 });
  logger.log({ level: "info", message: "said", c: 3 });
}

async function inRequest(fn: () => void): Promise<void> {
  await testTelemetry(() =>
    operation("job", () => {
      currentRequest().userId = "ann";
      withSpan("work", fn);
    }),
  )();
}

describe("a line of winston", () => {
  it("says what logFields says, once, whatever the format", () =>
    inRequest(() => {
      const formats = [undefined, json(), combine(errors({ stack: true }), splat(), timestamp(), json())];
      for (const format of formats)
        for (const line of written(
          (logger) => {
            logger.info("said");
            logger.info("said", { a: 1 });
            logger.log({ level: "info", message: "said" });
            logger.child({ component: "mail" }).error(new Error("on purpose"));
          },
          format === undefined ? {} : { format },
        )) {
          const { fields, repeated } = read(line);
          expect(placeIn(fields)).to.deep.equal(logFields());
          expect(Object.keys(logFields())).to.have.length(6);
          expect(repeated).to.deep.equal([]);
        }
    }));

  it("is a line of plain winston where nothing is active", () => {
    for (const format of [
      json(),
      simple(),
      prettyPrint(),
      combine(errors({ stack: true }), splat(), simple()),
    ]) {
      const plain = new Kept();
      sayTwo(winston.createLogger({ format, defaultMeta: { d: 4 }, transports: [plain] }));
      expect(written(sayTwo, { format, defaultMeta: { d: 4 } })).to.deep.equal(plain.lines);
    }
  });

  const failure = Object.assign(new Error("on purpose"), FORGED);
  const texts = {
    "errors, splat": combine(errors({ stack: true }), splat(), json()),
    "splat, errors": combine(splat(), errors(), json()),
    json: json(),
  };
  const ways: Readonly<Record<string, (logger: winston.Logger) => void>> = {
    "the fields of a call": (logger) => logger.info("said", { ...FORGED }),
    "a whole line": (logger) => logger.log({ level: "info", message: "said", ...FORGED }),
    "what is left of a splat": (logger) => logger.info("said %s", "it", { ...FORGED }),
    "a child": (logger) => logger.child(FORGED).child(FORGED).info("said"),
    "an error": (logger) => logger.error(failure),
    "an error for a message": (logger) => logger.log("error", failure),
    "an error as a message": (logger) => logger.log({ level: "error", message: failure as never }),
    "an error among the fields": (logger) => logger.error("said", failure),
    "a toJSON of its own": (logger) => logger.info("said", { toJSON: () => FORGED }),
    "a toJSON of what is left of a splat": (logger) =>
      logger.info("said %s", "it", { toJSON: () => ({ level: "info", message: "said", ...FORGED }) }),
    "a line that is written": (logger) => logger.write({ level: "info", message: "said", ...FORGED }),
  };
  for (const [format, made] of Object.entries(texts))
    for (const [way, say] of Object.entries(ways))
      it(`is not forged by ${way} with ${format}, in a request or out of one`, async () => {
        await inRequest(() => {
          const [line = ""] = written(say, { format: made });
          expect(placeIn(read(line).fields)).to.deep.equal(logFields());
          expect(read(line).repeated).to.deep.equal([]);
        });
        const [line = ""] = written(say, { format: made, defaultMeta: FORGED });
        expect(placeIn(read(line).fields)).to.deep.equal({});
      });

  it("belongs to its call, also where a slow transport has it made later", async () => {
    const kept = new Kept(1);
    const logger = winston.createLogger(winstonOptions({ transports: [kept] }));
    const child = logger.child({ component: "mail" });
    const ids: unknown[] = [];
    await testTelemetry(async () => {
      for (let index = 0; index < 100; index++)
        await operation("job", () => {
          ids.push(currentRequest().id);
          currentRequest().userId = `user ${index}`;
          (index % 2 === 0 ? logger : child).info("said");
          currentRequest().userId = "somebody else";
        });
      while (kept.lines.length < ids.length) await sleep(5);
    })();
    const places = kept.lines.map((line) => read(line).fields);
    expect(places.map(({ request_id: id }) => id)).to.deep.equal(ids);
    expect(places.map(({ user_id: user }) => user)).to.deep.equal(ids.map((_id, index) => `user ${index}`));
  });

  it("belongs to its call, also where an error is logged again", async () => {
    const again = new Error("on purpose");
    const kept = new Kept();
    const logger = winston.createLogger(winstonOptions({ transports: [kept] }));
    for (const say of [
      () => logger.child({ a: 1 }).error(again),
      () => logger.error(again),
      () => logger.error("said", again),
      () => logger.child({ a: 1 }).error("said", again),
    ])
      await inRequest(() => {
        say();
        expect(placeIn(read(kept.lines.at(-1) ?? "").fields)).to.deep.equal(logFields());
      });
  });

  it("has the variables that are attributes, which its call does not change", () =>
    inRequest(() => {
      plan.set("gold");
      impostor.set("forged");
      const [line = ""] = written((logger) => logger.info("said", { "test.winston.plan": "forged" }));
      expect(read(line).fields).to.include({ "test.winston.plan": "gold", message: "said" });
    }));

  it("leaves what the caller gave as it was, but for what winston does to it", () =>
    inRequest(() => {
      const [given, plain] = [
        { level: "info", message: "said", ...FORGED },
        { level: "info", message: "said", ...FORGED },
      ];
      written((logger) => logger.log(given));
      winston.createLogger({ format: winston.format((line) => line)(), transports: [new Kept()] }).log(plain);
      expect(Object.entries(given)).to.deep.equal(Object.entries(plain));
    }));

  it("keeps the getters of the user's own defaults", () => {
    let count = 0;
    const defaultMeta = {
      get count() {
        return ++count;
      },
    };
    const lines = written(
      (logger) => {
        logger.info("first");
        logger.info("second", { a: 1 });
      },
      { defaultMeta },
    );
    expect(lines.map((line) => read(line).fields["count"])).to.deep.equal([1, 2]);
  });

  it("may be put into one field by a format", () =>
    inRequest(() => {
      const [line = ""] = written((logger) => logger.info("said"), { format: combine(metadata(), json()) });
      expect(placeIn(read(line).fields["metadata"] as Record<string, unknown>)).to.deep.equal(logFields());
    }));

  it("is one line of JSON, whatever a user, a variable or a field is", () =>
    inRequest(() => {
      const text = 'a"\\\r\nb\u001b[31m\u009b2J\u2028\u2029\u007f';
      const cyclic: Record<string, unknown> = { ...JSON.parse('{"__proto__": {"polluted": 1}}'), big: 5n };
      cyclic["self"] = cyclic;
      currentRequest().userId = text;
      plan.set(text);
      for (const format of [undefined, json()]) {
        const [line = ""] = written(
          (logger) => logger.info(text, { cyclic, ...JSON.parse('{"__proto__": {"trace_id": "forged"}}') }),
          format === undefined ? {} : { format },
        );
        expect(line.split(/[\r\n]/)).to.have.length(1);
        const { fields } = read(line);
        expect(placeIn(fields)).to.deep.equal(logFields());
        expect(fields).to.include({ user_id: text, "test.winston.plan": text, message: text });
      }
    }));

  it("is written whatever the options are", () => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    silently(() => {
      for (const bridge of [proxy, null, 5, { level: 5, records: "yes" }])
        expect(written((logger) => logger.info("said"), {}, bridge as LogBridgeOptions)).to.have.length(1);
      expect(winstonOptions(proxy)).to.have.property("format");
    });
    expect(winstonOptions()).to.have.property("format");
  });
});
