import { expect } from "chai";
import { setTimeout as sleep } from "node:timers/promises";
import pino from "pino";
import winston from "winston";
import { jsonLogger } from "../../src/logs/json-logger.ts";
import { logFields } from "../../src/logs/log-fields.ts";
import { pinoOptions } from "../../src/logs/pino.ts";
import { winstonOptions } from "../../src/logs/winston.ts";
import { currentRequest } from "../../src/request/current-request.ts";
import { operation } from "../../src/request/operation.ts";
import { testTelemetry } from "../../src/testing/test-telemetry.ts";
import { withSpan } from "../../src/trace/span-helpers.ts";
import { placeIn } from "./raw-line.ts";

const REQUESTS = 2_000;

interface Kept {
  readonly logger: { info(message: string): unknown };
  readonly lines: string[];
}

/** Children made once, before any request. */
const LOGGERS: Readonly<Record<string, () => Kept>> = {
  jsonLogger: () => {
    const lines: string[] = [];
    const write = (line: string): void => void lines.push(line);
    return { logger: jsonLogger({ write }).child({ component: "mail" }), lines };
  },
  pino: () => {
    const lines: string[] = [];
    const write = (line: string): void => void lines.push(line);
    return { logger: pino(pinoOptions(), { write }).child({ component: "mail" }), lines };
  },
  winston: () => {
    const lines: string[] = [];
    const log = (info: Record<symbol, unknown>, next: () => void): void => {
      lines.push(String(info[Symbol.for("message")]));
      next();
    };
    const transports = [new winston.transports.Console({ log })];
    return {
      logger: winston.createLogger(winstonOptions({ transports })).child({ component: "mail" }),
      lines,
    };
  },
};

for (const [name, make] of Object.entries(LOGGERS))
  describe(`a child of ${name} that is kept`, () => {
    it(`belongs to each of ${REQUESTS} requests side by side, and to its spans`, async function () {
      this.timeout(20_000);
      const { logger, lines } = make();
      const places = new Map<unknown, object>();
      const say = (): void => {
        const message = String(places.size);
        places.set(message, logFields());
        logger.info(message);
      };
      await testTelemetry(async () => {
        const one = async (): Promise<void> => {
          currentRequest().userId = `user ${places.size}`;
          say();
          await sleep(Math.random() * 10);
          say();
          await withSpan("work", async () => {
            await sleep(1);
            say();
          });
        };
        await Promise.all(Array.from({ length: REQUESTS }, () => operation("request", one)));
        say();
      })();
      expect(places.size).to.equal(3 * REQUESTS + 1);
      for (const line of lines) {
        const { msg, message = msg, ...fields } = JSON.parse(line) as Record<string, unknown>;
        expect(fields["component"]).to.equal("mail");
        expect(placeIn(fields)).to.deep.equal(places.get(message));
      }
      expect(lines).to.have.length(places.size);
    });
  });
