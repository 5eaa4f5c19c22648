import { PGlite } from "@electric-sql/pglite";
import { expect } from "chai";
import knex from "knex";
import type { Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { Pool, type PoolClient } from "pg";
import { type EmbeddedPostgres, startPostgres } from "../../examples/embedded-postgres.ts";
import { withTimeout } from "../../src/concurrency/with-timeout.ts";
import { measurePool } from "../../src/database/measure-pool.ts";
import { transaction } from "../../src/database/transaction.ts";
import { testTelemetry } from "../../src/testing/test-telemetry.ts";
import { failureOf } from "../trace/failures.ts";

const insert = (session: Pick<PoolClient, "query">, id: number): Promise<unknown> =>
  session.query("INSERT INTO held VALUES ($1)", [id]);

describe("PostgreSQL, embedded", function () {
  this.timeout(60_000);

  let server: EmbeddedPostgres;
  let pool: Pool;
  const connect = (): Promise<PoolClient> => pool.connect();
  const held = async (): Promise<number[]> => {
    const { rows } = await pool.query<{ id: number }>("SELECT id FROM held ORDER BY id");
    return rows.map(({ id }) => id);
  };
  before(async () => {
    server = await startPostgres(5);
    const { host, port, user, database } = server;
    pool = new Pool({ host, port, user, database, max: 3 });
    pool.on("error", () => {});
  });
  after(async () => {
    await pool.end();
    await server[Symbol.asyncDispose]();
  });
  beforeEach(() => pool.query("DROP TABLE IF EXISTS held; CREATE TABLE held (id int PRIMARY KEY)"));

  describe("a transaction on a client of pg", () => {
    it(
      "says of its spans which database it is, without being told",
      testTelemetry(async (telemetry) => {
        await transaction(connect, (session) => insert(session, 1));
        const attributes = {
          "db.system.name": "postgresql",
          "db.namespace": "postgres",
          "server.address": "127.0.0.1",
          "server.port": server.port,
        };
        expect(telemetry.spans.map(({ name, attributes: own }) => [name, own])).to.deep.equal([
          ["transaction", attributes],
          ["BEGIN postgres", { ...attributes, "db.operation.name": "BEGIN" }],
          ["COMMIT postgres", { ...attributes, "db.operation.name": "COMMIT" }],
        ]);
      }),
    );

    it("is not taken for committed where a failed statement was hushed up", async () => {
      const reason = await failureOf(
        transaction(connect, async (session) => {
          await insert(session, 1);
          await failureOf(insert(session, 1));
        }),
      );
      expect(reason).to.have.property("code", "THR_NOT_COMMITTED");
      expect(await held()).to.deep.equal([]);
    });

    it("goes on after a statement that failed in a part with a savepoint", async () => {
      await transaction(connect, async (session) => {
        await insert(session, 1);
        await failureOf(transaction(connect, (same) => insert(same, 1), { savepoint: "again" }));
        await insert(session, 2);
      });
      expect(await held()).to.deep.equal([1, 2]);
    });

    it("is rolled back by the server where its connection is cut, which no pool gets back", async () => {
      const reason = await failureOf(
        transaction(connect, async (session) => {
          await insert(session, 1);
          await (session as PoolClient & { end(): Promise<void> }).end();
          await insert(session, 2);
        }),
      );
      expect(String(reason)).to.include("Client was closed");
      expect((reason as { cleanupErrors?: unknown[] }).cleanupErrors).to.have.length(1);
      await Promise.all([4, 5, 6, 7].map((id) => transaction(connect, (session) => insert(session, id))));
      expect(await held()).to.deep.equal([4, 5, 6, 7]);
    });

    it("fails where its connection breaks, and ends no process", async () => {
      for (const at of ["work", "COMMIT"]) {
        const cut = async (): Promise<Pick<PoolClient, "query" | "release">> => {
          const client = await pool.connect();
          const { stream } = (client as unknown as { connection: { stream: Socket } }).connection;
          const query = (async (sql: string) => {
            if (sql === at) stream.destroy();
            return await client.query(sql === "work" ? "SELECT 1" : sql);
          }) as PoolClient["query"];
          return Object.assign(Object.create(client) as PoolClient, { query });
        };
        const reason = await failureOf(transaction(cut, (session) => session.query("work")));
        expect(String(reason)).to.include("Connection terminated unexpectedly");
      }
      await transaction(connect, (session) => insert(session, 1));
      expect(await held()).to.deep.equal([1]);
    });

    it("is given up while it waits for a connection, which is given back", async () => {
      const all = await Promise.all([connect(), connect(), connect()]);
      const reason = await failureOf(withTimeout(20, (signal) => transaction(connect, () => 1, { signal })));
      expect(reason).to.have.property("name", "TimeoutError");
      for (const client of all) client.release();
      await transaction(connect, (session) => insert(session, 1));
      expect([pool.waitingCount, pool.idleCount]).to.deep.equal([0, pool.totalCount]);
    });

    it("is undone in a test, and so is what fails within it, alone", async () => {
      await transaction.rollback(connect, async (session) => {
        await failureOf(
          transaction(connect, async (same) => {
            await insert(same, 1);
            await insert(same, 1);
          }),
        );
        await insert(session, 2);
        const { rows } = await session.query("SELECT id FROM held");
        expect(rows).to.deep.equal([{ id: 2 }]);
      });
      expect(await held()).to.deep.equal([]);
    });
  });

  it("takes a transaction of knex, which has begun already", async () => {
    const { host, port, user, database } = server;
    const builder = knex({ client: "pg", connection: { host, port, user, database } });
    const begin = () => builder.transaction();
    await transaction(begin, (session) => session("held").insert({ id: 1 }));
    await failureOf(
      transaction(begin, async (session) => {
        await session("held").insert({ id: 2 });
        throw new Error("work");
      }),
    );
    const abort = new AbortController();
    const late = failureOf(transaction(begin, () => 1, { signal: abort.signal }));
    abort.abort("why");
    expect(await late).to.equal("why");
    await sleep(50);
    expect((builder.client as { pool: { numUsed(): number } }).pool.numUsed()).to.equal(0);
    await builder.destroy();
    expect(await held()).to.deep.equal([1]);
  });

  it("has one transaction after the other on the one connection of PGlite", async () => {
    await using database = await PGlite.create();
    await database.exec("CREATE TABLE held (id int PRIMARY KEY)");
    await Promise.all(
      [1, 2, 3, 4].map((id) =>
        failureOf(
          transaction(
            () => database,
            async (session) => {
              await session.query("INSERT INTO held VALUES ($1)", [id]);
              if (id % 2 === 0) throw new Error("work");
            },
          ),
        ),
      ),
    );
    const { rows } = await database.query("SELECT id FROM held ORDER BY id");
    expect(rows).to.deep.equal([{ id: 1 }, { id: 3 }]);
  });

  describe("a pool of pg that is measured", () => {
    it(
      "tells how it is used, how long it is waited for and held, and by whom in vain",
      testTelemetry(async (telemetry) => {
        const { host, port, user, database } = server;
        const measured = new Pool({ host, port, user, database, max: 1, connectionTimeoutMillis: 50 });
        measured.on("error", () => {});
        using usage = measurePool(measured);
        expect(usage).to.have.property("end");
        const name = { "db.client.connection.pool.name": `${host}:${port}/${database}` };
        const count = (state: string): unknown =>
          telemetry
            .metric("db.client.connection.count")
            .value({ ...name, "db.client.connection.state": state });
        const client = await measured.connect();
        const waiting = measured.query("SELECT 1");
        expect([count("used"), count("idle")]).to.deep.equal([1, 0]);
        expect(telemetry.metric("db.client.connection.pending_requests").value(name)).to.equal(1);
        expect(telemetry.metric("db.client.connection.max").value(name)).to.equal(1);
        client.release();
        await waiting;
        expect([count("used"), count("idle")]).to.deep.equal([0, 1]);
        const again = await measured.connect();
        expect(String(await failureOf(measured.query("SELECT 1")))).to.include("timeout");
        again.release();
        expect(telemetry.metric("db.client.connection.timeouts").value(name)).to.equal(1);
        for (const metric of ["wait_time", "use_time"])
          expect(telemetry.metric(`db.client.connection.${metric}`).count(name)).to.equal(3);
        await measured.end();
      }),
    );

    it(
      "gives everybody what it gave before, also by callbacks, and is itself again in the end",
      testTelemetry(async (telemetry) => {
        const usage = measurePool(pool, { name: "orders" });
        const given = await new Promise((resolve, reject) => {
          pool.connect((error, client, done) => {
            if (error !== undefined) return reject(error);
            done();
            resolve(client);
          });
        });
        expect(given).to.have.property("query");
        usage.end();
        expect(Object.hasOwn(pool, "connect")).to.equal(false);
        expect(pool.listenerCount("release")).to.equal(0);
        await pool.query("SELECT 1");
        const waits = telemetry.metric("db.client.connection.wait_time");
        expect(waits.count({ "db.client.connection.pool.name": "orders" })).to.equal(1);
      }),
    );
  });
});
