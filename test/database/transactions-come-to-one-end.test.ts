import { expect } from "chai";
import { EventEmitter, getEventListeners } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { withTimeout } from "../../src/concurrency/with-timeout.ts";
import { emptyScope } from "../../src/context/open-scope.ts";
import { transaction } from "../../src/database/transaction.ts";
import { testTelemetry } from "../../src/testing/test-telemetry.ts";
import { failureOf } from "../trace/failures.ts";
import { telling } from "../stderr.ts";
import { refuse, toldSession } from "./told-session.ts";

const never = (): Promise<never> => new Promise(() => {});

describe("a transaction", () => {
  it("is committed where its work succeeds, and gives what that gives", async () => {
    const { connect, told, session } = toldSession();
    const seen: unknown[] = [];
    const result = await transaction(connect, async (given) => {
      seen.push(given);
      await given.exec("INSERT");
      return 42;
    });
    expect(result).to.equal(42);
    expect(seen).to.deep.equal([session]);
    expect(told).to.deep.equal(["BEGIN", "INSERT", "COMMIT", "release"]);
  });

  it("takes work that returns at once", async () => {
    const { connect, told } = toldSession();
    expect(await transaction(connect, () => 1)).to.equal(1);
    expect(told).to.deep.equal(["BEGIN", "COMMIT", "release"]);
  });

  for (const [title, reason] of [
    ["an error", new Error("work")],
    ["what is no error", "work"],
    ["nothing", undefined],
    ["what is frozen", Object.freeze(new Error("work"))],
  ] as const)
    it(`is rolled back where its work rejects with ${title}, and rejects with that`, async () => {
      const { connect, told } = toldSession();
      expect(await failureOf(transaction(connect, () => Promise.reject(reason as Error)))).to.equal(reason);
      expect(told).to.deep.equal(["BEGIN", "ROLLBACK", "release"]);
    });

  it("is rolled back where its work throws at once", async () => {
    const { connect, told } = toldSession();
    expect(String(await failureOf(transaction(connect, refuse("work"))))).to.equal("Error: work");
    expect(told).to.deep.equal(["BEGIN", "ROLLBACK", "release"]);
  });

  for (const [title, faults, steps, first, later] of [
    ["begin", ["BEGIN"], ["BEGIN", "close"], "BEGIN", []],
    ["begin and release", ["BEGIN", "close"], ["BEGIN", "close"], "BEGIN", ["close"]],
    ["commit", ["COMMIT"], ["BEGIN", "COMMIT", "ROLLBACK", "release"], "COMMIT", []],
    [
      "commit and rollback",
      ["COMMIT", "ROLLBACK"],
      ["BEGIN", "COMMIT", "ROLLBACK", "close"],
      "COMMIT",
      ["ROLLBACK"],
    ],
  ] as const)
    it(`is released where it fails to ${title}, and rejects with the first error`, async () => {
      const { connect, told } = toldSession(Object.fromEntries(faults.map((step) => [step, refuse(step)])));
      const reason = (await failureOf(transaction(connect, () => 1))) as Error & { cleanupErrors?: Error[] };
      expect(reason.message).to.equal(first);
      expect((reason.cleanupErrors ?? []).map(({ message }) => message)).to.deep.equal(later);
      expect(told).to.deep.equal(steps);
    });

  it("has the errors of rollback and release attached to that of the work", async () => {
    const { connect, told } = toldSession({ ROLLBACK: refuse("ROLLBACK"), close: refuse("close") });
    const reason = (await failureOf(transaction(connect, refuse("work")))) as Error & {
      cleanupErrors: Error[];
    };
    expect(reason.message).to.equal("work");
    expect(reason.cleanupErrors.map(({ message }) => message)).to.deep.equal(["ROLLBACK", "close"]);
    expect(told).to.deep.equal(["BEGIN", "ROLLBACK", "close"]);
  });

  it("gathers no more than 16 errors on one that is thrown again and again", async () => {
    const same = new Error("work") as Error & { cleanupErrors?: unknown[] };
    const { connect } = toldSession({ ROLLBACK: refuse("ROLLBACK") });
    await telling(async () => {
      for (let times = 0; times < 20; times++)
        await failureOf(transaction(connect, () => Promise.reject(same)));
    });
    expect(same.cleanupErrors).to.have.length(16);
  });

  it("fails with a stack that leads to whoever asked, also where it had to wait for its turn", async () => {
    const { connect } = toldSession();
    const placeOrder = async (): Promise<void> => {
      await transaction(connect, async () => {
        await transaction(connect, () => sleep(1).then(refuse("work")));
      });
    };
    const [, second] = [failureOf(placeOrder()), failureOf(placeOrder())];
    expect(((await second) as Error).stack).to.include("placeOrder");
  });

  it("attaches no error to itself, and reports what cannot be attached", async () => {
    const lost = new Error("connection lost");
    const same = toldSession({ ROLLBACK: () => Promise.reject(lost) });
    expect(await failureOf(transaction(same.connect, () => Promise.reject(lost)))).to.equal(lost);
    expect(lost).not.to.have.property("cleanupErrors");

    const { connect } = toldSession({ ROLLBACK: refuse("ROLLBACK") });
    const { told } = await telling(() => failureOf(transaction(connect, () => Promise.reject("work"))));
    expect(told).to.include("throughline: a transaction failed (work), and then again (Error: ROLLBACK)\n");
  });

  it("stands though its session cannot be released, and says so", async () => {
    const { connect } = toldSession({ release: refuse("gone") });
    const { result, told } = await telling(() => transaction(connect, () => 1));
    expect(result).to.equal(1);
    expect(told).to.include(
      "throughline: a session could not be released (Error: gone) after its transaction\n",
    );
  });

  it("rejects with what connecting throws, and releases nothing", async () => {
    expect(String(await failureOf(transaction(refuse("refused"), () => 1)))).to.equal("Error: refused");
    expect(
      String(
        await failureOf(
          transaction(
            () => Promise.reject(new Error("later")),
            () => 1,
          ),
        ),
      ),
    ).to.equal("Error: later");
  });

  it("is told where a database rolls back what it was to commit", async () => {
    for (const answer of [{ command: "ROLLBACK" }, [{ command: "SELECT" }, { command: "ROLLBACK" }]]) {
      const { connect, told } = toldSession({ COMMIT: () => answer });
      expect(await failureOf(transaction(connect, () => 1))).to.have.property("code", "THR_NOT_COMMITTED");
      expect(told.at(-1)).to.equal("release");
    }
  });
});

describe("a transaction with a signal", () => {
  it("waits no longer for a connection, and releases one that comes later", async () => {
    const { session, told } = toldSession();
    let connect: ((given: typeof session) => void) | undefined;
    const connecting = new Promise<typeof session>((resolve) => (connect = resolve));
    const reason = await failureOf(
      withTimeout(10, (signal) =>
        transaction(
          () => connecting,
          () => 1,
          { signal },
        ),
      ),
    );
    expect(reason).to.have.property("name", "TimeoutError");
    expect(told).to.deep.equal([]);
    connect?.(session);
    await sleep(5);
    expect(told).to.deep.equal(["release"]);
  });

  it("does not connect where it is aborted already", async () => {
    let connects = 0;
    const connect = () => {
      connects++;
      return toldSession().session;
    };
    const reason = await failureOf(transaction(connect, () => 1, { signal: AbortSignal.abort("why") }));
    expect([reason, connects]).to.deep.equal(["why", 0]);
  });

  it("is not committed once it is aborted, though its work does not heed it", async () => {
    const abort = new AbortController();
    const { connect, told } = toldSession();
    const reason = await failureOf(
      transaction(
        connect,
        async (session) => {
          abort.abort("why");
          await session.exec("INSERT");
        },
        { signal: abort.signal },
      ),
    );
    expect(reason).to.equal("why");
    expect(told).to.deep.equal(["BEGIN", "INSERT", "ROLLBACK", "release"]);
  });

  it("is not waited for longer than its signal says, though the session or the transaction around it is not free", async () => {
    const { connect, told } = toldSession({ INSERT: never });
    const given: unknown[] = [];
    const ask = async (): Promise<void> => {
      const signal = AbortSignal.timeout(5);
      given.push(await failureOf(transaction(connect, () => 1, { signal })));
    };
    void transaction(connect, async () => {
      void transaction(connect, (session) => session.exec("INSERT"));
      await ask();
    });
    await sleep(1);
    await ask();
    await sleep(10);
    expect(given.map((reason) => (reason as Error).name)).to.deep.equal(["TimeoutError", "TimeoutError"]);
    expect(told).to.deep.equal(["BEGIN", "INSERT"]);
  });

  it("undoes a part once it is aborted, and that alone where it can", async () => {
    for (const savepoint of [undefined, "item"]) {
      const abort = new AbortController();
      const { connect, told } = toldSession();
      const part = { savepoint, signal: abort.signal };
      await failureOf(
        transaction(connect, () => failureOf(transaction(connect, () => abort.abort("why"), part))),
      );
      expect(told.slice(-2)).to.deep.equal([savepoint === undefined ? "ROLLBACK" : "COMMIT", "release"]);
    }
  });

  it("has all rolled back where a part that joins is given up before its turn", async () => {
    const { connect, told } = toldSession();
    const reason = await failureOf(
      transaction(connect, () =>
        Promise.allSettled([
          transaction(connect, async (session) => {
            await sleep(20);
            await session.exec("DEBIT");
          }),
          transaction(connect, (session) => session.exec("CREDIT"), { signal: AbortSignal.timeout(5) }),
        ]),
      ),
    );
    expect(reason).to.have.property("name", "TimeoutError");
    expect(told).to.deep.equal(["BEGIN", "DEBIT", "ROLLBACK", "release"]);
  });

  it("undoes what has begun by itself when nobody waits for it any more", async () => {
    const told: string[] = [];
    const act = (what: string) => () => void told.push(what);
    const begun = { commit: act("commit"), rollback: act("rollback"), release: act("release") };
    let connect: ((given: typeof begun) => void) | undefined;
    const connecting = new Promise<typeof begun>((resolve) => (connect = resolve));
    await failureOf(
      transaction(
        () => connecting,
        () => 1,
        { signal: AbortSignal.timeout(5) },
      ),
    );
    connect?.(begun);
    await sleep(1);
    expect(told).to.deep.equal(["rollback", "release"]);
    const abort = new AbortController();
    const connected = (): typeof begun => {
      abort.abort();
      return begun;
    };
    await failureOf(transaction(connected, () => 1, { signal: abort.signal }));
    expect(told.slice(2)).to.deep.equal(["rollback", "release"]);
  });

  it("leaves what it has given up to whoever has it, and releases what cannot be undone", async () => {
    const told: string[] = [];
    const act = (what: string) => () => void told.push(what);
    const begun = { commit: act("commit"), rollback: act("rollback"), release: act("release") };
    const late = async (): Promise<typeof begun> => {
      await sleep(10);
      return begun;
    };
    const first = transaction(
      () => begun,
      () => sleep(20),
    );
    await failureOf(transaction(late, () => 1, { signal: AbortSignal.timeout(5) }));
    await first;
    await sleep(5);
    expect(told).to.deep.equal(["commit", "release", "release"]);

    const faults: unknown[] = [];
    const broken = {
      commit: () => {},
      rollback: refuse("gone"),
      release: (fault?: Error) => faults.push(fault),
    };
    const lateBroken = async (): Promise<typeof broken> => {
      await sleep(10);
      return broken;
    };
    const { told: reported } = await telling(async () => {
      await failureOf(transaction(lateBroken, () => 1, { signal: AbortSignal.timeout(5) }));
      await sleep(100);
    });
    expect(faults.map(String)).to.deep.equal(["Error: its state is not known"]);
    expect(reported).to.match(/could not be released \(Error: gone\)/);
  });

  it("has the transaction around it rolled back where it was to have the same session, and is given up", async () => {
    const { session, told } = toldSession();
    const late = async (): Promise<typeof session> => {
      await sleep(10);
      return session;
    };
    const reason = await failureOf(
      transaction(
        () => session,
        async () => {
          await failureOf(transaction(late, () => 1, { signal: AbortSignal.timeout(5) }));
          await sleep(10);
        },
      ),
    );
    expect(reason).to.have.property("name", "TimeoutError");
    expect(told).to.deep.equal(["BEGIN", "ROLLBACK", "release"]);
  });

  it("does no work where it is aborted as it begins", async () => {
    const abort = new AbortController();
    const { connect, told } = toldSession({ BEGIN: () => abort.abort("why") });
    let works = 0;
    expect(await failureOf(transaction(connect, () => works++, { signal: abort.signal }))).to.equal("why");
    expect([works, told]).to.deep.equal([0, ["BEGIN", "ROLLBACK", "release"]]);
  });

  it("reports a session that comes late and cannot be released", async () => {
    let connect: ((given: { exec(): void; release(): void }) => void) | undefined;
    const connecting = new Promise<{ exec(): void; release(): void }>((resolve) => (connect = resolve));
    await failureOf(
      transaction(
        () => connecting,
        () => 1,
        { signal: AbortSignal.timeout(5) },
      ),
    );
    const { told } = await telling(() => {
      connect?.({ exec: () => {}, release: refuse("gone") });
      return sleep(1);
    });
    expect(told).to.match(/throughline: a session could not be released \(Error: gone\)/);
  });

  it("adds nothing to the error of work that has heeded it", async () => {
    const signal = AbortSignal.timeout(5);
    const reason = await failureOf(
      transaction(toldSession().connect, () => sleep(1_000, undefined, { signal }), { signal }),
    );
    expect(reason).to.have.property("name", "AbortError");
    expect(reason).not.to.have.property("cleanupErrors");
  });

  it("leaves no listener on it", async () => {
    const { signal } = new AbortController();
    await transaction(toldSession().connect, () => 1, { signal });
    await failureOf(transaction(toldSession().connect, refuse("work"), { signal }));
    expect(getEventListeners(signal, "abort")).to.deep.equal([]);
  });
});

describe("a session that is given to several", () => {
  it("has one transaction after the other", async () => {
    const { told, session } = toldSession();
    await Promise.all(
      [1, 2, 3].map((id) =>
        failureOf(
          // Known by its session, for each gives a function of its own.
          transaction(
            () => session,
            async (given) => {
              await given.exec(`INSERT ${id}`);
              if (id === 2) throw new Error("work");
            },
          ),
        ),
      ),
    );
    expect(told.join(", ")).to.equal(
      "BEGIN, INSERT 1, COMMIT, release, BEGIN, INSERT 2, ROLLBACK, release, BEGIN, INSERT 3, COMMIT, release",
    );
  });
});

describe("a transaction within another", () => {
  it("joins it, and is given the same session", async () => {
    const { connect, told } = toldSession();
    const result = await transaction(connect, async (outer) => {
      await outer.exec("1");
      return transaction(connect, async (inner) => {
        await inner.exec("2");
        return transaction(connect, (innermost) => innermost === outer);
      });
    });
    expect(result).to.equal(true);
    expect(told).to.deep.equal(["BEGIN", "1", "2", "COMMIT", "release"]);
  });

  it("is known by its session too", async () => {
    const { session, told } = toldSession();
    await transaction(
      () => session,
      () =>
        transaction(
          () => session,
          () => 1,
        ),
    );
    expect(told).to.deep.equal(["BEGIN", "COMMIT", "release"]);
  });

  it("has all rolled back where it has joined and fails, though its failure is caught", async () => {
    const { connect, told } = toldSession();
    const reason = await failureOf(
      transaction(connect, async () => {
        await failureOf(transaction(connect, refuse("part")));
        return "as if nothing had been";
      }),
    );
    expect(String(reason)).to.equal("Error: part");
    expect(told).to.deep.equal(["BEGIN", "ROLLBACK", "release"]);
  });

  it("is undone alone where it has a savepoint", async () => {
    const { connect, told } = toldSession();
    await transaction(connect, async () => {
      await transaction(connect, () => 1, { savepoint: "kept" });
      const reason = await failureOf(transaction(connect, refuse("part"), { savepoint: "lost" }));
      expect(String(reason)).to.equal("Error: part");
    });
    expect(told).to.deep.equal([
      "BEGIN",
      "SAVEPOINT kept_1",
      "RELEASE SAVEPOINT kept_1",
      "SAVEPOINT lost_1",
      "ROLLBACK TO SAVEPOINT lost_1",
      "RELEASE SAVEPOINT lost_1",
      "COMMIT",
      "release",
    ]);
  });

  it("has a savepoint of its own within one of the same name", async () => {
    const { connect, told } = toldSession();
    const savepoint = "item";
    await transaction(connect, () =>
      transaction(connect, () => transaction(connect, () => 1, { savepoint }), { savepoint }),
    );
    expect(told.slice(1, 5)).to.deep.equal([
      "SAVEPOINT item_1",
      "SAVEPOINT item_2",
      "RELEASE SAVEPOINT item_2",
      "RELEASE SAVEPOINT item_1",
    ]);
  });

  it("has all rolled back by the first of those that fail", async () => {
    const { connect } = toldSession();
    const reason = await failureOf(
      transaction(connect, async () => {
        await failureOf(transaction(connect, refuse("first")));
        await failureOf(transaction(connect, refuse("second")));
      }),
    );
    expect(String(reason)).to.equal("Error: first");
  });

  it("has all rolled back where its savepoint cannot be undone", async () => {
    const { connect, told } = toldSession({ "ROLLBACK TO SAVEPOINT item_1": refuse("gone") });
    const reason = await failureOf(
      transaction(connect, async () => {
        await failureOf(transaction(connect, refuse("part"), { savepoint: "item" }));
      }),
    );
    expect(String(reason)).to.equal("Error: gone");
    expect(told.slice(-2)).to.deep.equal(["ROLLBACK", "release"]);
  });

  it("comes after the one beside it, so that a savepoint undoes nothing of another", async () => {
    const { connect, told } = toldSession();
    await transaction(connect, () =>
      Promise.all([
        transaction(connect, async (session) => {
          await session.exec("1");
          await sleep(5);
          await session.exec("2");
        }),
        failureOf(
          transaction(
            connect,
            async (session) => {
              await session.exec("3");
              throw new Error("part");
            },
            { savepoint: "item" },
          ),
        ),
      ]),
    );
    expect(told.slice(1, 6)).to.deep.equal([
      "1",
      "2",
      "SAVEPOINT item_1",
      "3",
      "ROLLBACK TO SAVEPOINT item_1",
    ]);
  });

  it("is waited for, though nobody else does, before anything is committed", async () => {
    const { connect, told } = toldSession();
    await transaction(connect, () => {
      void transaction(connect, async (session) => {
        await sleep(5);
        await session.exec("late");
      });
    });
    expect(told).to.deep.equal(["BEGIN", "late", "COMMIT", "release"]);
  });

  it("is one of its own where the other is over", async () => {
    const { connect, told } = toldSession();
    let late: Promise<unknown> | undefined;
    await transaction(connect, () => {
      late = sleep(20).then(() => transaction(connect, () => 1));
    });
    await late;
    expect(told).to.deep.equal(["BEGIN", "COMMIT", "release", "BEGIN", "COMMIT", "release"]);
  });

  it("is one of its own in what is detached from the other, and of another database", async () => {
    const [one, other, third] = [toldSession(), toldSession(), toldSession()];
    await transaction(one.connect, () =>
      transaction(other.connect, async () => {
        await transaction(one.connect, (session) => session.exec("joined"));
        await emptyScope(() => transaction(third.connect, () => 1));
      }),
    );
    expect(one.told).to.deep.equal(["BEGIN", "joined", "COMMIT", "release"]);
    expect(other.told).to.deep.equal(["BEGIN", "COMMIT", "release"]);
    expect(third.told).to.deep.equal(["BEGIN", "COMMIT", "release"]);
  });
});

describe("a transaction for a test", () => {
  it("is rolled back where all went well, and gives what its work gives", async () => {
    const { connect, told } = toldSession();
    expect(await transaction.rollback(connect, () => 1)).to.equal(1);
    expect(String(await failureOf(transaction.rollback(connect, refuse("work"))))).to.equal("Error: work");
    const once = ["BEGIN", "ROLLBACK", "release"];
    expect(told).to.deep.equal([...once, ...once]);
  });

  it("fails where it cannot be rolled back", async () => {
    const { connect, told } = toldSession({ ROLLBACK: refuse("gone") });
    expect(String(await failureOf(transaction.rollback(connect, () => 1)))).to.equal("Error: gone");
    expect(told.at(-1)).to.equal("close");
  });

  it("has a transaction within undone by itself, as it would be alone", async () => {
    const { connect, told } = toldSession();
    await transaction.rollback(connect, async () => {
      await failureOf(transaction(connect, refuse("tested")));
      await transaction(connect, () => transaction(connect, (session) => session.exec("joined")));
    });
    expect(told).to.deep.equal([
      "BEGIN",
      "SAVEPOINT part_1",
      "ROLLBACK TO SAVEPOINT part_1",
      "RELEASE SAVEPOINT part_1",
      "SAVEPOINT part_1",
      "joined",
      "RELEASE SAVEPOINT part_1",
      "ROLLBACK",
      "release",
    ]);
  });

  it("undoes itself within another", async () => {
    const { connect, told } = toldSession();
    await transaction(connect, () => transaction.rollback(connect, (session) => session.exec("undone")));
    expect(told).to.deep.equal([
      "BEGIN",
      "SAVEPOINT part_1",
      "undone",
      "ROLLBACK TO SAVEPOINT part_1",
      "RELEASE SAVEPOINT part_1",
      "COMMIT",
      "release",
    ]);
  });
});

/** A session that is told by methods of its own, the first of this name. */
function methods(begin: string) {
  const told: string[] = [];
  const act = (what: string) => () => void told.push(what);
  const session = { [begin]: act("begin"), commit: act("commit"), rollback: act("rollback") } as never;
  return { told, session };
}

describe("a session with methods of its own", () => {
  for (const begin of ["begin", "beginTransaction"])
    it(`is told by them: ${begin}`, async () => {
      const { told, session } = methods(begin);
      await transaction(
        () => session,
        () => 1,
      );
      await failureOf(transaction(() => session, refuse("work")));
      expect(told).to.deep.equal(["begin", "commit", "begin", "rollback"]);
    });

  it("is destroyed where nobody knows its state, for its pool would take it back, as that of mysql2 does", async () => {
    const { told, session } = methods("begin");
    const pooled = {
      ...(session as object),
      rollback: refuse("gone"),
      release: () => void told.push("release"),
      destroy: () => void told.push("destroy"),
    };
    await failureOf(transaction(() => pooled as never, refuse("work")));
    expect(told).to.deep.equal(["begin", "destroy"]);
    await transaction(
      () => pooled as never,
      () => 1,
    );
    expect(told.slice(2)).to.deep.equal(["begin", "commit", "release"]);
  });

  it("has begun where there is nothing to begin by", async () => {
    const { told, session } = methods("beginLater");
    await transaction(
      () => session,
      () => 1,
    );
    expect(told).to.deep.equal(["commit"]);
  });

  it("has no savepoints, and says so; a test joins then", async () => {
    const { told, session } = methods("begin");
    const connect = () => session;
    const reason = await failureOf(
      transaction(connect, () => transaction(connect, () => 1, { savepoint: "item" })),
    );
    expect(reason).to.have.property("code", "THR_NO_SAVEPOINT");
    await transaction.rollback(connect, () => transaction(connect, () => 1));
    expect(told).to.deep.equal(["begin", "rollback", "begin", "rollback"]);
  });

  it("is listened to once for all that wait for it, and released though it takes no listener", async () => {
    const session = Object.assign(new EventEmitter(), { exec: () => sleep(0) });
    let most = 0;
    const work = (): void => void (most = Math.max(most, session.listenerCount("error")));
    await Promise.all(Array.from({ length: 20 }, () => transaction(() => session, work)));
    expect([most, session.listenerCount("error")]).to.deep.equal([1, 0]);
    for (const listeners of [
      { on: refuse("on"), off: () => {} },
      { on: () => {}, off: refuse("off") },
      { on: 5, off: 5 },
    ]) {
      const told = toldSession();
      await transaction(
        () => Object.assign(told.session, listeners),
        () => 1,
      );
      expect(told.told).to.deep.equal(["BEGIN", "COMMIT", "release"]);
    }
  });

  it("is released where it throws as it is looked at, and has no ear for errors left", async () => {
    const session = Object.assign(new EventEmitter(), { release: () => void released++ });
    let released = 0;
    Object.defineProperty(session, "exec", { get: refuse("getter") });
    expect(
      String(
        await failureOf(
          transaction(
            () => session as never,
            () => 1,
          ),
        ),
      ),
    ).to.equal("Error: getter");
    expect([released, session.listenerCount("error")]).to.deep.equal([1, 0]);
  });

  it("is released though it cannot be told what to do", async () => {
    let releases = 0;
    const session = { release: () => releases++ } as never;
    expect(
      await failureOf(
        transaction(
          () => session,
          () => 1,
        ),
      ),
    ).to.have.property("code", "THR_NOT_A_SESSION");
    expect(releases).to.equal(1);
  });
});

describe("the spans of a transaction", () => {
  it(
    "are those of what the database was told, below one for all",
    testTelemetry(async (telemetry) => {
      const { connect } = toldSession();
      const attributes = { "db.system.name": "postgresql", "db.namespace": "shop" };
      await transaction(connect, () => transaction(connect, () => 1, { savepoint: "item" }), { attributes });
      const [root] = telemetry.trees();
      expect(root?.name).to.equal("transaction");
      expect(root?.span.attributes).to.deep.equal(attributes);
      const [begin, savepoint, commit] = root?.children ?? [];
      expect([begin?.name, savepoint?.name, commit?.name]).to.deep.equal([
        "BEGIN shop",
        "savepoint item",
        "COMMIT shop",
      ]);
      expect(begin?.span.kind).to.equal(2);
      expect(begin?.span.attributes).to.deep.equal({ ...attributes, "db.operation.name": "BEGIN" });
      expect(savepoint?.children.map(({ span }) => span.attributes["db.query.text"])).to.deep.equal([
        "SAVEPOINT item_1",
        "RELEASE SAVEPOINT item_1",
      ]);
    }),
  );

  it(
    "say which system it is where the session can be told by its looks, and never guess",
    testTelemetry(async (telemetry) => {
      const { session } = methods("begin");
      const looks: object[] = [
        { threadId: 1, config: { host: "db", port: 3306, database: "shop" } },
        { config: {} },
        {
          get config() {
            throw new Error("getter");
          },
        },
      ];
      for (const look of looks) {
        const given = Object.defineProperties(
          { ...(session as object) },
          Object.getOwnPropertyDescriptors(look),
        );
        await transaction(
          () => given as never,
          () => 1,
        );
      }
      const begins = telemetry.spans.filter(({ name }) => name.startsWith("BEGIN"));
      expect(
        begins.map(({ attributes: { "db.operation.name": operation, ...attributes } }) => [
          operation,
          attributes,
        ]),
      ).to.deep.equal([
        ["BEGIN", { "db.system.name": "mysql", "db.namespace": "shop", "server.address": "db" }],
        ["BEGIN", { "db.system.name": "other_sql" }],
        ["BEGIN", { "db.system.name": "other_sql" }],
      ]);
    }),
  );

  it(
    "tell of a part by which code it has failed, and what was said of it",
    testTelemetry(async (telemetry) => {
      const { connect } = toldSession();
      const fault = Object.assign(new Error("duplicate key"), { code: "23505" });
      const attributes = { "db.collection.name": "gifts" };
      await transaction(connect, () =>
        failureOf(transaction(connect, () => Promise.reject(fault), { savepoint: "gift", attributes })),
      );
      const part = telemetry.spans.find(({ name }) => name === "savepoint gift");
      expect(part?.attributes).to.deep.equal({
        "db.system.name": "other_sql",
        ...attributes,
        "error.type": "23505",
        "db.response.status_code": "23505",
      });
    }),
  );

  it(
    "take no code of the operating system for one of the database",
    testTelemetry(async (telemetry) => {
      const fault = Object.assign(new Error("write EPIPE"), { code: "EPIPE" });
      const { connect } = toldSession({ BEGIN: () => Promise.reject(fault) });
      await failureOf(transaction(connect, () => 1));
      const attributes = telemetry.spans[1]?.attributes;
      expect(attributes)
        .to.include({ "error.type": "EPIPE" })
        .and.not.have.property("db.response.status_code");
    }),
  );

  it(
    "say what failed, and by which code",
    testTelemetry(async (telemetry) => {
      const fault = Object.assign(new Error("duplicate key"), { code: "23505" });
      const { connect } = toldSession({ COMMIT: () => Promise.reject(fault) });
      await failureOf(transaction(connect, () => 1));
      const [all, , commit, rollback] = telemetry.spans;
      for (const span of [all, commit]) {
        expect(span?.status).to.deep.equal({ code: 2, message: "duplicate key" });
        expect(span?.attributes).to.include({ "error.type": "23505", "db.response.status_code": "23505" });
      }
      expect(rollback?.name).to.equal("ROLLBACK");
      expect(rollback?.status.code).to.equal(0);
    }),
  );
});

describe("misuse of a transaction", () => {
  for (const pool of [
    { query: () => {}, totalCount: 0, idleCount: 0, waitingCount: 0, connect: () => {} },
    { query: () => {}, getConnection: () => {} },
  ])
    it(`is told: a pool in the place of a session of it, with ${Object.keys(pool).join(", ")}`, async () => {
      const reason = await failureOf(
        transaction(
          () => pool,
          () => 1,
        ),
      );
      expect(reason).to.have.property("code", "THR_NOT_A_SESSION");
    });

  const { connect } = toldSession();
  for (const [title, act, code] of [
    ["no connect", () => transaction(undefined as never, () => 1), "THR_NOT_A_FUNCTION"],
    ["a pool in its place", () => transaction({ connect } as never, () => 1), "THR_NOT_A_FUNCTION"],
    ["no work", () => transaction(connect, undefined as never), "THR_NOT_A_FUNCTION"],
    ["no work for a test", () => transaction.rollback(connect, 5 as never), "THR_NOT_A_FUNCTION"],
    ...["", "1st", "a b", "a;DROP TABLE orders", 'a"', "ä", "a\n", "a".repeat(41), 5, {}, null].map(
      (savepoint) =>
        [
          `a savepoint named ${JSON.stringify(savepoint)}`,
          () => transaction(connect, () => 1, { savepoint: savepoint as never }),
          "THR_NOT_A_SAVEPOINT",
        ] as const,
    ),
  ] as const)
    it(`is told: ${title}`, () => {
      expect(act).to.throw(TypeError).with.property("code", code);
    });

  for (const session of [undefined, null, 5, "BEGIN", {}, { commit: () => {} }, { exec: 5 }])
    it(`is told: a session that is none, ${JSON.stringify(session)}`, async () => {
      const reason = await failureOf(
        transaction(
          () => session as never,
          () => 1,
        ),
      );
      expect(reason).to.have.property("code", "THR_NOT_A_SESSION");
    });

  it("copies what is said of its spans before it connects", async () => {
    let connects = 0;
    const attributes = Object.defineProperty({}, "db.namespace", { enumerable: true, get: refuse("getter") });
    const counted = () => {
      connects++;
      return toldSession().session;
    };
    expect(() => transaction(counted, () => 1, { attributes })).to.throw("getter");
    expect(connects).to.equal(0);
  });

  it("keeps a savepoint's name of 40", async () => {
    await transaction(connect, () => 1, { savepoint: "a".repeat(40) });
  });
});
