import { expect } from "chai";
import { EventEmitter } from "node:events";
import { Pool } from "pg";
import { setTimeout as sleep } from "node:timers/promises";
import { measurePool } from "../../src/database/measure-pool.ts";
import { type TestTelemetry, testTelemetry } from "../../src/testing/test-telemetry.ts";
import { telling } from "../stderr.ts";
import { failureOf } from "../trace/failures.ts";
import { refuse } from "./told-session.ts";

/** With the interface of pg's, and one connection that fails as it is told. */
class FakePool extends EventEmitter {
  readonly totalCount = 3;
  readonly idleCount = 1;
  readonly waitingCount = 2;
  options: object = { max: 5 };
  fault: Error | undefined;

  async connect(): Promise<{ release(): void }> {
    await sleep(20);
    if (this.fault !== undefined) throw this.fault;
    const client = { release: () => void this.emit("release", undefined, client) };
    return client;
  }
}

const own = async (): Promise<{ release(): void }> => ({ release: () => {} });

const WITHOUT_TEXT = Object.defineProperty(new Error("own"), "message", { value: 5 });

const named = (name: string): Record<string, string> => ({ "db.client.connection.pool.name": name });

function values(t: TestTelemetry, name: string): unknown[] {
  const metric = (suffix: string) => t.metric(`db.client.connection.${suffix}`);
  const state = (now: string) => ({ ...named(name), "db.client.connection.state": now });
  return [
    metric("count").value(state("used")),
    metric("count").value(state("idle")),
    metric("max").value(named(name)),
    metric("pending_requests").value(named(name)),
  ];
}

describe("a pool that is measured", () => {
  it(
    "is asked how it is used at each collection, until that is ended",
    testTelemetry((t) => {
      let used = 1;
      const usage = measurePool(() => ({ used: used++, idle: 2, pending: 3, max: 4 }), { name: "own" });
      const first = t
        .metric("db.client.connection.count")
        .value({ ...named("own"), "db.client.connection.state": "used" });
      const [second, ...rest] = values(t, "own");
      expect(rest).to.deep.equal([2, 4, 3]);
      expect(second).to.be.greaterThan(first ?? Infinity);
      usage.end();
      usage.end();
      expect(t.metrics().filter(({ name }) => name.startsWith("db.client"))).to.deep.equal([]);
    }),
  );

  it(
    "tells nothing of what it does not know",
    testTelemetry((t) => {
      using usage = measurePool(() => ({ used: 1, idle: 2 }), { name: "own" });
      expect(usage).to.have.property("end");
      expect(values(t, "own")).to.deep.equal([1, 2, undefined, undefined]);
    }),
  );

  it(
    "of pg tells how it is used, and times its connections in seconds",
    testTelemetry(async (t) => {
      const pool = new FakePool();
      using usage = measurePool(pool, { name: "orders" });
      expect(usage).to.have.property("end");
      expect(values(t, "orders")).to.deep.equal([2, 1, 5, 2]);
      const client = await pool.connect();
      await sleep(20);
      client.release();
      client.release();
      for (const metric of ["wait_time", "use_time"]) {
        const times = t.metric(`db.client.connection.${metric}`);
        expect(times.count(named("orders"))).to.equal(1);
        expect(times.value(named("orders"))).to.be.within(0.015, 1);
      }
    }),
  );

  it(
    "tells time-outs from other failures",
    testTelemetry(async (t) => {
      const pool = new FakePool();
      using usage = measurePool(pool, { name: "orders" });
      expect(usage).to.have.property("end");
      for (const message of ["timeout exceeded when trying to connect", "refused"]) {
        pool.fault = new Error(message);
        expect(await failureOf(pool.connect())).to.equal(pool.fault);
      }
      expect(t.metric("db.client.connection.timeouts").value(named("orders"))).to.equal(1);
    }),
  );

  it(
    "measures no more once that is ended, though its connect was wrapped meanwhile",
    testTelemetry(async (t) => {
      const pool = new FakePool();
      const usage = measurePool(pool, { name: "orders" });
      const inner = pool.connect.bind(pool);
      pool.connect = () => inner();
      await pool.connect();
      usage.end();
      expect(await pool.connect()).to.have.property("release");
      expect(t.metric("db.client.connection.wait_time").count(named("orders"))).to.equal(1);
      expect(pool.listenerCount("release")).to.equal(0);
    }),
  );

  for (const [title, connect, expected] of [
    ["a client that is none", async () => 5, 5],
    ["no promise, and the arguments", (...args: unknown[]) => args, ["shop"]],
    ["what it throws", refuse("at once"), "Error: at once"],
    ["an error without a text", () => Promise.reject(WITHOUT_TEXT), "Error: 5"],
  ] as const)
    it(
      `gives everybody what it gave before: ${title}`,
      testTelemetry(async (t) => {
        const pool = Object.assign(new FakePool(), { connect });
        using usage = measurePool(pool, { name: "orders" });
        expect(usage).to.have.property("end");
        const ask = async (): Promise<unknown> => await pool.connect("shop");
        expect(await ask().catch(String)).to.deep.equal(expected);
        expect(t.metric("db.client.connection.wait_time").count()).to.equal(0);
      }),
    );

  it("gives a callback what it gave before, also no client", () => {
    const pool = Object.assign(new FakePool(), {
      connect: (told: (...answer: unknown[]) => void) => told(null, null, 3),
    });
    using usage = measurePool(pool as never, { name: "orders" });
    expect(usage).to.have.property("end");
    const given: unknown[] = [];
    pool.connect((...answer) => given.push(answer));
    expect(given).to.deep.equal([[null, null, 3]]);
  });

  it("leaves a rejection that nobody handles unhandled", async () => {
    const listeners = process.listeners("unhandledRejection");
    process.removeAllListeners("unhandledRejection");
    const unhandled: unknown[] = [];
    process.on("unhandledRejection", (reason) => unhandled.push(reason));
    const pool = new FakePool();
    pool.fault = new Error("refused");
    using usage = measurePool(pool, { name: "orders" });
    expect(usage).to.have.property("end");
    void pool.connect();
    await sleep(30);
    process.removeAllListeners("unhandledRejection");
    for (const listener of listeners) process.on("unhandledRejection", listener);
    expect(unhandled).to.deep.equal([pool.fault]);
  });

  it(
    "is counted though it cannot be timed, which is told",
    testTelemetry(async (t) => {
      const { told } = await telling(() => measurePool(Object.freeze(new FakePool()), { name: "orders" }));
      expect(told).to.match(/throughline: the connections of a pool cannot be timed/);
      expect(values(t, "orders")).to.deep.equal([2, 1, 5, 2]);
    }),
  );

  it(
    "is itself again once none of several measures it, whichever ends first",
    testTelemetry(async (t) => {
      for (const order of [
        [0, 1],
        [1, 0],
      ]) {
        const pool = new FakePool();
        const both = ["a", "b"].map((name) => measurePool(pool, { name }));
        await pool.connect();
        for (const index of order) both[index]?.end();
        await pool.connect();
        expect([Object.hasOwn(pool, "connect"), pool.listenerCount("release")]).to.deep.equal([false, 0]);
      }
      expect(t.metric("db.client.connection.wait_time").count()).to.equal(4);
    }),
  );

  it("has its own connect again in the end, where it had one", () => {
    const pool = Object.assign(new FakePool(), { connect: own });
    measurePool(pool, { name: "orders" }).end();
    expect(pool).to.have.property("connect", own);
  });

  it(
    "is named by what it connects to, and by no secret",
    testTelemetry((t) => {
      for (const options of [
        { host: "db", port: 6432, database: "shop" },
        { connectionString: "postgres://ann:s3cret@db.test/shop?application_name=shop" },
        { connectionString: "postgres://ann:s3cret@db.test:6432/shop" },
      ])
        measurePool(new Pool(options));
      process.env["PGHOST"] = "db.environment";
      measurePool(new Pool({ database: "shop" }));
      delete process.env["PGHOST"];
      const names = t
        .metric("db.client.connection.pending_requests")
        .measurements.map(({ attributes }) => attributes["db.client.connection.pool.name"]);
      expect(names).to.deep.equal([
        "db:6432/shop",
        "db.test:5432/shop",
        "db.test:6432/shop",
        "db.environment:5432/shop",
      ]);
    }),
  );

  for (const [title, act, code] of [
    ["no pool", () => measurePool(undefined as never), "THR_NOT_A_POOL"],
    ["a text", () => measurePool("pool" as never), "THR_NOT_A_POOL"],
    ["counts that are none", () => measurePool({ totalCount: 1, idleCount: "1" } as never), "THR_NOT_A_POOL"],
    [
      "what cannot connect",
      () => measurePool({ totalCount: 1, idleCount: 1, waitingCount: 1 } as never),
      "THR_NOT_A_POOL",
    ],
    [
      "what throws as it is looked at",
      () =>
        measurePool(
          new Proxy({} as never, {
            get: () => {
              throw new Error("getter");
            },
          }),
        ),
      "THR_NOT_A_POOL",
    ],
    [
      "a function without a name",
      () => measurePool(() => ({ used: 1, idle: 1 }), {} as never),
      "THR_NOT_A_NAME",
    ],
    ["a name that is none", () => measurePool(new FakePool(), { name: 5 as never }), "THR_NOT_A_NAME"],
  ] as const)
    it(`is refused: ${title}`, () => {
      expect(act).to.throw(TypeError).with.property("code", code);
    });
});
