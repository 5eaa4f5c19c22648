// Orders in PostgreSQL: settings, a server and a pool that are started in order, a repository that is given its session, and
// an order that is placed as a whole or not at all. a-thousand-orders.ts runs it, order-repository.node-test.ts tests it.
import { type ClientBase, Pool, type PoolClient } from "pg";
import { Lifecycle, measurePool, transaction } from "throughline";
import { z } from "zod";
import { startPostgres } from "./embedded-postgres.ts";

const Settings = z.object({ ORDERS_CONNECTIONS: z.coerce.number().int().positive().default(10) });

export const shop = new Lifecycle("shop");
export const settings = shop.add("settings", () => Settings.parse(process.env));
const server = shop.add("server", () => startPostgres(settings.get().ORDERS_CONNECTIONS));
export const pool = shop.add("pool", openPool, (connections) => connections.end());
shop.add("pool usage", () => measurePool(pool.get(), { name: "orders" }));

async function openPool(): Promise<Pool> {
  const { host, port, user, database } = server.get();
  const connections = new Pool({ host, port, user, database, max: settings.get().ORDERS_CONNECTIONS });
  // An idle connection that breaks must not end the process.
  connections.on("error", () => {});
  await connections.query(`
    CREATE TABLE buyers (name text PRIMARY KEY);
    INSERT INTO buyers VALUES ('ann');
    CREATE TABLE orders (
      id int PRIMARY KEY,
      buyer text NOT NULL REFERENCES buyers DEFERRABLE INITIALLY DEFERRED
    );
    CREATE TABLE lines (order_id int REFERENCES orders, product text, amount int CHECK (amount > 0));
  `);
  return connections;
}

/** One function for all: a transaction within another is recognised by it. */
export const connect = (): Promise<PoolClient> => pool.get().connect();

export class OrderRepository {
  readonly #session: ClientBase;

  constructor(session: ClientBase) {
    this.#session = session;
  }

  async add(id: number, buyer: string): Promise<void> {
    await this.#session.query("INSERT INTO orders VALUES ($1, $2)", [id, buyer]);
  }

  async addLine(id: number, product: string, amount: number): Promise<void> {
    await this.#session.query("INSERT INTO lines VALUES ($1, $2, $3)", [id, product, amount]);
  }

  async all(): Promise<{ id: number; products: string[] }[]> {
    const { rows } = await this.#session.query(
      `SELECT id, array_agg(product ORDER BY product) AS products
         FROM orders LEFT JOIN lines ON order_id = id GROUP BY id ORDER BY id`,
    );
    return rows as { id: number; products: string[] }[];
  }
}

export interface Order {
  readonly id: number;
  readonly buyer: string;
  readonly books: number;
  readonly gifts: number;
  readonly isPaid: boolean;
}

/** The products of the order. */
export async function placeOrder({ id, buyer, books, gifts, isPaid }: Order): Promise<string[]> {
  return await transaction(connect, async (session) => {
    const orders = new OrderRepository(session);
    await orders.add(id, buyer);
    await orders.addLine(id, "book", books);
    const hasGift = await addGift(id, gifts).then(
      () => true,
      () => false, // costs nobody the order
    );
    if (!isPaid) throw new Error("not paid");
    return hasGift ? ["book", "gift"] : ["book"];
  });
}

/** Alone, or a part of the transaction that it is called in, which is undone by itself. */
async function addGift(id: number, gifts: number): Promise<void> {
  const add = (session: ClientBase): Promise<void> => new OrderRepository(session).addLine(id, "gift", gifts);
  await transaction(connect, add, { savepoint: "gift" });
}
