// Money that is transferred within one process: all share the one connection of node:sqlite, which has one transaction after
// the other. node examples/accounts-on-sqlite.ts
import { setTimeout as sleep } from "node:timers/promises";
import { DatabaseSync } from "node:sqlite";
import { gather, transaction } from "throughline";

using database = new DatabaseSync(":memory:");
database.exec(`
  CREATE TABLE accounts (name TEXT PRIMARY KEY, balance INT CHECK (balance >= 0));
  INSERT INTO accounts VALUES ('ann', 100), ('bob', 0), ('cleo', 0);
`);
const connect = (): DatabaseSync => database;

async function transfer(from: string, to: string, amount: number): Promise<void> {
  await transaction(connect, async (session) => {
    const move = session.prepare("UPDATE accounts SET balance = balance + ? WHERE name = ?");
    move.run(amount, to);
    await sleep(1); // others have their turn, and begin no transaction
    move.run(-amount, from);
  });
}

const transfers = Array.from(
  { length: 150 },
  (_, index) => () =>
    transfer("ann", index % 2 === 0 ? "bob" : "cleo", 1).then(
      () => 1,
      () => 0, // there was not enough
    ),
);
const done = (await gather(transfers)).filter((one) => one === 1).length;
console.log(`${done} of ${transfers.length} transfers`);
for (const { name, balance } of database.prepare("SELECT * FROM accounts").all())
  console.log(`${String(name)} has ${String(balance)}`);
