import { expect } from "chai";
import Knex from "knex";
import { createRequire } from "node:module";
import { activeSpan } from "../../src/trace/active-span.ts";
import { withSpan } from "../../src/trace/span-helpers.ts";
import { record } from "../recording.ts";

interface Statement {
  all(...values: unknown[]): unknown[];
  run(...values: unknown[]): object;
}

/** Node's own SQLite, newer than the types that the project builds with. */
const { DatabaseSync } = createRequire(import.meta.url)("node:sqlite") as {
  DatabaseSync: new (file: string) => { prepare(sql: string): Statement; close(): void };
};

const BetterSqlite3Client = createRequire(import.meta.url)(
  "knex/lib/dialects/better-sqlite3/index.js",
) as typeof Knex.Client;

/** What ran, and in which span. */
const ran: string[] = [];

/** Node's SQLite behind the face of the driver that knex knows. */
class Driver {
  readonly #database = new DatabaseSync(":memory:");

  prepare(sql: string): object {
    const statement = this.#database.prepare(sql);
    ran.push(`${sql} in ${(activeSpan() as { name?: string }).name}`);
    return {
      reader: sql.startsWith("select"),
      all: (values: unknown[]) => statement.all(...values),
      run: (values: unknown[]) => statement.run(...values),
    };
  }

  close(): void {
    this.#database.close();
  }
}

class Client extends BetterSqlite3Client {
  _driver(): unknown {
    return Driver;
  }
}

describe("a lazy query of knex that withSpan is given", () => {
  const database = Knex({ client: Client as never, connection: ":memory:", useNullAsDefault: true });

  before(() => database.schema.createTable("orders", (table) => table.integer("id")));
  after(() => database.destroy());

  it("runs exactly once, inside the span, which lasts until it has its result", async () => {
    await record(async ({ spans }) => {
      ran.length = 0;
      await withSpan("insert", () => database("orders").insert({ id: 7 }));
      expect(await withSpan("select", () => database("orders").select("id"))).to.deep.equal([{ id: 7 }]);
      expect(ran).to.deep.equal([
        "insert into `orders` (`id`) values (?) in insert",
        "select `id` from `orders` in select",
      ]);
      expect(spans.map(({ name, status }) => [name, status.code])).to.deep.equal([
        ["insert", 0],
        ["select", 0],
      ]);
    });
  });

  it("is rejected with its own error, which the span records", async () => {
    await record(async ({ spans }) => {
      const error: unknown = await withSpan("select", () => database("nowhere").select()).then(
        () => undefined,
        (reason: unknown) => reason,
      );
      expect(error).to.be.instanceOf(Error).with.property("message").that.includes("no such table");
      expect(spans[0]?.events[0]?.attributes["exception.message"]).to.include("no such table");
    });
  });
});
