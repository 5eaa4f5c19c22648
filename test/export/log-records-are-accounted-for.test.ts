import { expect } from "chai";
import * as fc from "fast-check";
import { deadlineIn } from "../../src/core/deadline.ts";
import { Account } from "../../src/export/account.ts";
import { ConsoleLogs } from "../../src/export/console-logs.ts";
import { DeliveryQueue } from "../../src/export/delivery-queue.ts";
import type { Outcome } from "../../src/export/outcome.ts";
import { RecordBatcher } from "../../src/export/record-batcher.ts";
import { LOGS } from "../../src/export/record-kind.ts";
import { LoggerProvider } from "../../src/logs/logger-provider.ts";
import { logRecord } from "../otlp/log-records.ts";
import { readLogs } from "../otlp/oracle.ts";
import { silently } from "../stderr.ts";

const RESOURCE = { attributes: { "service.name": "shop" } };
const MIB = 1024 * 1024;

function delivering(answer: (body: Uint8Array) => Outcome): {
  readonly account: Account;
  readonly bodies: Uint8Array[];
  readonly queue: DeliveryQueue;
} {
  const account = new Account();
  const bodies: Uint8Array[] = [];
  const send = async (body: Uint8Array): Promise<Outcome> => {
    bodies.push(body);
    return answer(body);
  };
  const transport = { joinedBytes: 0, send, close: () => {} };
  return { account, bodies, queue: new DeliveryQueue(transport, account, "http://collector.test") };
}

const bodiesIn = (body: Uint8Array): unknown[] =>
  readLogs(body).resourceLogs.flatMap(({ scopeLogs }) =>
    scopeLogs.flatMap(({ logRecords }) =>
      logRecords.map(({ body: told }) => (told as { stringValue?: string } | null)?.stringValue),
    ),
  );

const OUTCOMES: readonly Outcome[] = [
  { kind: "delivered", rejected: 0, reason: "" },
  { kind: "delivered", rejected: 1, reason: "one is none" },
  { kind: "rejected", reason: "HTTP 400" },
  { kind: "too_large" },
];

describe("log records are accounted for", () => {
  it("made is delivered, rejected, dropped and pending at any moment, whatever is emitted and answered", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom("good", "bad", "giant", "flush"), { maxLength: 30 }),
        fc.array(fc.constantFrom(...OUTCOMES), { minLength: 1, maxLength: 5 }),
        fc.record({
          batchRecords: fc.nat({ max: 5 }).map((count) => count + 1),
          queueRecords: fc.constantFrom(3, 100),
        }),
        async (acts, answers, limits) => {
          let at = 0;
          const { account, bodies, queue } = delivering(
            () => answers[at++ % answers.length] ?? expect.fail(),
          );
          const batcher = new RecordBatcher(LOGS, RESOURCE, queue, account, limits);
          const RECORDS = {
            good: logRecord(),
            bad: logRecord({ eventName: 5 as unknown as string }),
            giant: logRecord({ body: "x".repeat(300_000) }),
          };
          let made = 0;
          for (const act of acts) {
            // oxlint-disable-next-line no-await-in-loop -- one after the other is meant
            if (act === "flush") await batcher.flush(deadlineIn(1_000));
            else {
              made++;
              silently(() => batcher.accept(RECORDS[act]));
            }
            const report = account.report();
            const dropped = Object.values(report.dropped).reduce((sum, count) => sum + count, 0);
            expect(report.made).to.equal(made);
            expect(report.delivered + report.rejected + dropped + report.pending).to.equal(made);
          }
          await batcher.close(deadlineIn(1_000));
          silently(() => batcher.accept(RECORDS.good));
          const report = account.report();
          expect([report.made, report.pending, report.dropped.shutdown]).to.deep.equal([made + 1, 0, 1]);
          expect(report.dropped.encoding).to.be.at.most(acts.filter((act) => act === "bad").length);
          expect(bodies.flatMap(bodiesIn).length).to.be.at.least(report.delivered);
        },
      ),
      { numRuns: 60 },
    );
  });

  it("leave when they are 256 KiB, and one that is longer by itself goes alone", async () => {
    const { account, bodies, queue } = delivering(() => ({ kind: "delivered", rejected: 0, reason: "" }));
    const batcher = new RecordBatcher(LOGS, RESOURCE, queue, account);
    const logger = new LoggerProvider({ sink: batcher }).getLogger("test");
    for (let each = 0; each < 10; each++) logger.emit({ body: `small ${each}` });
    logger.emit({ body: "漢".repeat(MIB) });
    for (let each = 0; each < 300; each++) logger.emit({ body: "x".repeat(1_024) });
    await batcher.close(deadlineIn(1_000));
    expect(bodies.map((body) => bodiesIn(body).length)).to.deep.equal([10, 1, 250, 50]);
    expect(account.report()).to.include({ made: 311, delivered: 311, pending: 0 });
  });

  it("are delivered where they are printed: a line for each, in which nothing of theirs moves the cursor", () => {
    const account = new Account();
    const printed: string[] = [];
    const logs = new ConsoleLogs("shop", account, {
      width: 80,
      color: false,
      print: (text) => void printed.push(text),
    });
    const logger = new LoggerProvider({ sink: logs }).getLogger("test");
    logger.emit({ severityNumber: 9, body: "paid\n\u001b[2J" });
    logger.emit({ severityNumber: 17, severityText: "fatal!", body: { amount: 42 } });
    logger.emit({ eventName: "user.login" });
    logger.emit({ body: "x".repeat(10_000) });
    expect(printed.map((line) => line.slice(13))).to.deep.equal([
      "INFO   shop  paid\\u{a}\\u{1b}[2J",
      'FATAL!  shop  {"amount":42}',
      "       shop  user.login",
      `       shop  ${"x".repeat(2_000)}…`,
    ]);
    for (const line of printed) expect(line).to.match(/^\d\d:\d\d:\d\d\.\d{3} /);
    expect(account.report()).to.include({ made: 4, delivered: 4, pending: 0 });
  });
});
