import { expect } from "chai";
import * as fc from "fast-check";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as sleep } from "node:timers/promises";
import { transaction } from "../../src/database/transaction.ts";
import { testTelemetry } from "../../src/testing/test-telemetry.ts";
import { failureOf } from "../trace/failures.ts";

/** What is done in a transaction, some of it at once, some in parts of it. */
type Act = { readonly kind: "insert" } | Part;
interface Part {
  readonly kind: "part";
  readonly savepoint: boolean;
  readonly acts: readonly Act[];
  readonly isAtOnce: boolean;
  readonly fails: boolean;
  /** Whether what it is a part of hears of its failure. */
  readonly isCaught: boolean;
}

const { part } = fc.letrec<{ act: Act; part: Part }>((tie) => ({
  act: fc.oneof(
    { maxDepth: 4 },
    { weight: 3, arbitrary: fc.constant({ kind: "insert" as const }) },
    { weight: 2, arbitrary: tie("part") },
  ),
  part: fc.record({
    kind: fc.constant("part" as const),
    savepoint: fc.boolean(),
    acts: fc.array(tie("act"), { maxLength: 4 }),
    isAtOnce: fc.boolean(),
    fails: fc.constantFrom(false, false, true),
    isCaught: fc.boolean(),
  }),
}));

/** Numbers for what is inserted, in the order of the tree. */
function numbered(transactions: readonly Part[]): Map<Act, number> {
  const numbers = new Map<Act, number>();
  const visit = (act: Act): void => {
    numbers.set(act, numbers.size);
    if (act.kind === "part") act.acts.forEach(visit);
  };
  transactions.forEach(visit);
  return numbers;
}

/** What a part leaves behind, if its whole is committed; undefined where it fails. What fails one after the other ends its part. */
function expected({ acts, fails, isAtOnce }: Part, numbers: ReadonlyMap<Act, number>): number[] | undefined {
  const left: number[] = [];
  let isFailed = fails;
  for (const act of acts) {
    if (act.kind === "insert") {
      left.push(numbers.get(act) ?? -1);
      continue;
    }
    const inner = expected(act, numbers);
    if (inner !== undefined) left.push(...inner);
    else if (!act.savepoint || !act.isCaught) isFailed = true;
    if (inner === undefined && !act.isCaught && !isAtOnce) break;
  }
  return isFailed ? undefined : left;
}

/** A new object for each act, for the same may stand in a tree twice. */
function copied(one: Part): Part {
  return { ...one, acts: one.acts.map((act) => (act.kind === "insert" ? { ...act } : copied(act))) };
}

describe("transactions on the one connection of node:sqlite", function () {
  this.timeout(60_000);

  it("leave exactly what was committed, however they nest, fail and run at once", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(part, { minLength: 1, maxLength: 4 }), async (drawn) => {
        const transactions = drawn.map(copied);
        const numbers = numbered(transactions);
        using database = new DatabaseSync(":memory:");
        database.exec("CREATE TABLE held (id INT)");
        const connect = (): DatabaseSync => database;
        const insert = async (act: Act): Promise<void> => {
          await sleep(0);
          database.exec(`INSERT INTO held VALUES (${numbers.get(act) ?? -1})`);
        };
        // What is done beside a savepoint is a part too, or would be undone with it.
        const insertBeside = (act: Act): Promise<void> => transaction(connect, () => insert(act));
        const run = async (one: Part): Promise<void> => {
          const work = async (): Promise<void> => {
            const acts = one.acts.map((act) => async () => {
              if (act.kind === "insert") await (one.isAtOnce ? insertBeside : insert)(act);
              else if (act.isCaught) await failureOf(run(act));
              else await run(act);
            });
            if (one.isAtOnce) await settledAll(acts.map((act) => act()));
            else for (const act of acts) await act();
            if (one.fails) throw new Error("fails");
          };
          await transaction(connect, work, one.savepoint ? { savepoint: "part" } : {});
        };
        const failures = await Promise.all(transactions.map((one) => failureOf(run(one))));
        const left = transactions.map((one) => expected(one, numbers));
        expect(failures.map((failure) => failure === "no failure")).to.deep.equal(
          left.map((ids) => ids !== undefined),
        );
        const held = database.prepare("SELECT id FROM held ORDER BY id").all();
        expect(held.map(({ id }) => id)).to.deep.equal(
          left.flatMap((ids) => ids ?? []).toSorted((a, b) => a - b),
        );
      }),
      { numRuns: 300 },
    );
  });

  it(
    "say which system it is",
    testTelemetry(async (telemetry) => {
      using database = new DatabaseSync(":memory:");
      await transaction(
        () => database,
        () => 1,
      );
      expect(
        telemetry.spans.map(({ name, attributes }) => [name, attributes["db.system.name"]]),
      ).to.deep.equal([
        ["transaction", "sqlite"],
        ["BEGIN", "sqlite"],
        ["COMMIT", "sqlite"],
      ]);
    }),
  );

  it("are refused by the database where somebody else has begun one, which goes on", async () => {
    using database = new DatabaseSync(":memory:");
    database.exec("CREATE TABLE held (id INT); BEGIN; INSERT INTO held VALUES (1)");
    const reason = await failureOf(
      transaction(
        () => database,
        () => 1,
      ),
    );
    expect(String(reason)).to.include("cannot start a transaction within a transaction");
    database.exec("COMMIT");
    expect(database.prepare("SELECT id FROM held").all()).to.have.length(1);
  });
});

/** As gather does: all come to their end before the first failure is told. */
async function settledAll(all: readonly Promise<void>[]): Promise<void> {
  const outcomes = await Promise.allSettled(all);
  const failed = outcomes.find((outcome) => outcome.status === "rejected");
  if (failed !== undefined) throw failed.reason as Error;
}
