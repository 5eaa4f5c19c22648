import { expect } from "chai";
import { EventEmitter } from "node:events";
import { setImmediate as turn } from "node:timers/promises";
import { promisify } from "node:util";
import { bind } from "../../src/context/bind.ts";
import { ContextVariable } from "../../src/context/context-variable.ts";
import { gather } from "../../src/context/gather.ts";
import { scope } from "../../src/context/open-scope.ts";

const REQUESTS = 2_000;

type Done<Value> = (error: null, value: Value) => void;

/** As drivers with callbacks are: whoever releases a connection calls whoever waits for one, and answers come over one wire. */
class Pool {
  readonly #waiting: Done<Connection>[] = [];
  readonly #free: Connection[];

  constructor(size: number) {
    this.#free = Array.from({ length: size }, () => new Connection());
  }

  acquire(done: Done<Connection>): void {
    const connection = this.#free.pop();
    if (connection === undefined) this.#waiting.push(done);
    else done(null, connection);
  }

  release(connection: Connection): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#free.push(connection);
    else next(null, connection);
  }
}

class Connection {
  readonly #wire = new EventEmitter();
  readonly #asked: Done<string>[] = [];
  #isBusy = false;

  constructor() {
    this.#wire.on("answer", () => this.#asked.shift()?.(null, "1 row"));
  }

  /** The wire is read from the context of whoever asked when it was idle. */
  query(_sql: string, done: Done<string>): void {
    this.#asked.push(done);
    if (!this.#isBusy) void this.#read();
  }

  async #read(): Promise<void> {
    this.#isBusy = true;
    while (this.#asked.length > 0) {
      await turn();
      this.#wire.emit("answer");
    }
    this.#isBusy = false;
  }
}

const user = new ContextVariable<number>("user");

/** Of so many requests at once that share a pool, how many read another's user, or nobody's, in their callback. */
async function wrongOf(serve: (pool: Pool, tell: () => void) => Promise<void> | void): Promise<number> {
  const pool = new Pool(3);
  let wrong = 0;
  await gather(
    Array.from({ length: REQUESTS }, (_, own) => async () => {
      user.set(own);
      if (own % 3 === 0) await turn();
      await new Promise<void>((resolve, reject) => {
        const served = serve(pool, () => {
          if (user.tryGet() !== own) wrong++;
          resolve();
        });
        void Promise.resolve(served).catch(reject);
      });
    }),
  );
  return wrong;
}

describe("a pool that calls back", () => {
  it("does so in the context of whoever releases, or of whoever reads the wire", async () => {
    const wrong = await wrongOf((pool, tell) =>
      pool.acquire((_none, connection) =>
        connection.query("SELECT 1", () => {
          tell();
          pool.release(connection);
        }),
      ),
    );
    expect(wrong).to.be.greaterThan(REQUESTS / 2);
  });

  it("calls back whoever asked where its callbacks are bound: none of thousands is another's", async () => {
    const wrong = await wrongOf((pool, tell) =>
      pool.acquire(
        bind((_none: null, connection: Connection) =>
          connection.query(
            "SELECT 1",
            bind(() => {
              tell();
              pool.release(connection);
            }),
          ),
        ),
      ),
    );
    expect(wrong).to.equal(0);
  });

  it("needs nothing where it is awaited", async () => {
    const wrong = await wrongOf(async (pool, tell) => {
      const connection = await promisify((done: Done<Connection>) => pool.acquire(done))();
      await promisify((done: Done<string>) => connection.query("SELECT 1", done))();
      tell();
      pool.release(connection);
    });
    expect(wrong).to.equal(0);
  });

  it("sees what is set after its callback was bound, for it is part of the same operation", () => {
    const pool = new Pool(1);
    let seen: number | undefined;
    pool.acquire((_none, held) => {
      scope(() => {
        user.set(1);
        pool.acquire(bind(() => (seen = user.get())));
        user.set(2);
      });
      pool.release(held);
    });
    expect(seen).to.equal(2);
  });
});
