// 1,000 orders at once, of which most go wrong, at every step at which they can; then the tables hold exactly what was
// committed, and the metrics say how long each waited for one of ten connections. node examples/a-thousand-orders.ts
import { deepStrictEqual } from "node:assert";
import type { Pool, PoolClient } from "pg";
import { alwaysOff, batch, start, transaction } from "throughline";
import { connect, type Order, OrderRepository, placeOrder, pool, shop } from "./order-repository.ts";

/** What goes wrong: in the order itself … */
const FAULTY: Readonly<Record<string, Partial<Order>>> = {
  "an order without a buyer": { buyer: null as never },
  "an order of no book": { books: 0 },
  "an order with no gift left": { gifts: 0 },
  "an order that is not paid": { isPaid: false },
  "a buyer whom the commit does not find": { buyer: "nobody" },
};
/** … or at the database. */
const LOST = ["connecting", "BEGIN", "ROLLBACK", "releasing"];
const NOTHING = "nothing";
const FAULTS = [...Object.keys(FAULTY), ...LOST, NOTHING];

/** The pool, but for what goes wrong. */
function poolLosing(lost: string): Pool {
  const whole = pool.get();
  const unreliable = async (): Promise<Pick<PoolClient, "query" | "release">> => {
    if (lost === "connecting") throw new Error("no connection");
    const client = await whole.connect();
    return {
      // The connection is cut, and the database told nothing.
      query: (async (sql: string, values?: unknown[]) => {
        if (sql === lost) await client.end();
        return await client.query(sql, values);
      }) as PoolClient["query"],
      release: (error) => {
        client.release(error);
        if (lost === "releasing") throw new Error("it was released, but something else failed");
      },
    };
  };
  return Object.assign(Object.create(whole) as Pool, { connect: unreliable });
}

const telemetry = start({ service: "shop", exporter: "console", sampler: alwaysOff() });
await using running = await shop.start();

const orders = Array.from({ length: 1_000 }, (_, index): Order & { readonly fault: string } => {
  const fault = FAULTS[index % FAULTS.length] ?? NOTHING;
  // What the connection is lost at is a rollback: something must have failed.
  const isPaid = fault !== "ROLLBACK";
  return { id: index, buyer: "ann", books: 1, gifts: 1, isPaid, ...FAULTY[fault], fault };
});
const { outcomes } = await batch(orders, { concurrency: orders.length }, ({ fault, ...order }) =>
  pool.run(poolLosing(fault), async () => ({ id: order.id, products: await placeOrder(order) })),
);

for (const [at, fault] of FAULTS.entries()) {
  const those = outcomes.filter((_, index) => index % FAULTS.length === at);
  const committed = those.filter(({ status }) => status === "fulfilled");
  const failed = those.find((outcome) => outcome.status === "rejected");
  const reason = failed === undefined ? "" : `: ${(failed.reason as Error).message}`;
  console.log(`${fault}: ${committed.length} of ${those.length} committed${reason}`);
}

const committed = outcomes.filter((outcome) => outcome.status === "fulfilled").map(({ value }) => value);
const held = await transaction(connect, (session) => new OrderRepository(session).all());
deepStrictEqual(held, committed);
console.log(`${running.name}: the tables hold exactly the ${held.length} orders that were committed`);
await telemetry.flush(); // while there is a pool whose usage can be told
