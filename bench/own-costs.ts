// What parts of ours take that have no counterpart: rows of bench/README.md. Each in a process of its own, in turn.
import { fork } from "node:child_process";
import { once } from "node:events";

async function measured(program: string, ...args: readonly string[]): Promise<number> {
  const child = fork(`bench/${program}`, args);
  const [{ nanoseconds }] = (await once(child, "message")) as [{ nanoseconds: number }];
  await once(child, "exit");
  return nanoseconds;
}

const nothing = () => measured("measure-logs.ts", "fields", "empty");

/** What is measured, and what of that is not ours. */
const COSTS: Readonly<Record<string, readonly [() => Promise<number>, () => Promise<number>]>> = {
  "`logFields()` in a request, with its span": [
    () => measured("measure-logs.ts", "fields", "request"),
    nothing,
  ],
  "`logFields()` with nothing active": [() => measured("measure-logs.ts", "fields", "nothing"), nothing],
  "a task's context, with a variable that travels, put into its envelope": [
    () => measured("measure-pool.ts", "carried", "nowhere"),
    () => measured("measure-pool.ts", "bare", "nowhere"),
  ],
  "the same task sent to a worker by piscina, main thread": [
    () => measured("measure-pool.ts", "carried", "piscina"),
    () => measured("measure-pool.ts", "bare", "piscina"),
  ],
  "redaction of a span with eight attributes, URL without a query, against its end and encoding": [
    () => measured("measure-redaction.ts", "redacting", ""),
    () => measured("measure-redaction.ts", "plain", ""),
  ],
  "the same, URL with two parameters": [
    () => measured("measure-redaction.ts", "redacting", "?page=2&sort=price"),
    () => measured("measure-redaction.ts", "plain", "?page=2&sort=price"),
  ],
};

export async function ownCostRows(rounds: number): Promise<string[]> {
  const rows: string[] = [];
  for (const [title, [whole, rest]] of Object.entries(COSTS)) {
    const pairs: { readonly whole: number; readonly rest: number }[] = [];
    for (let round = 0; round < rounds; round++) pairs.push({ whole: await whole(), rest: await rest() });
    const without = median(pairs.map((pair) => pair.rest));
    const added = median(pairs.map((pair) => pair.whole - pair.rest));
    console.log(`${title}: ${added.toFixed(0)} ns over ${without.toFixed(0)} ns`);
    rows.push(`| ${title} | ${without.toFixed(0)} ns | ${added.toFixed(0)} ns |`);
  }
  return rows;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}
