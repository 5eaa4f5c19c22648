// A queue within the process: mails are sent after the request, each in its trace, and the books are kept for many orders
// at once, in a trace linked to theirs. node examples/messages-in-process.ts
import fastq from "fastq";
import { setTimeout as sleep } from "node:timers/promises";
import { carriers, consume, consumeBatch, withSpan } from "throughline";
import { ORDERS, printTraces, takeOrders } from "./order-traces.ts";
import { publishing } from "./publishing.ts";

interface Job {
  readonly order: number;
  readonly headers: Readonly<Record<string, string>>;
}

const mails = fastq.promise(
  (job: Job) => consume(job, { destination: "mails", system: "fastq" }, ({ order }) => sendMail(order)),
  2,
);

const entries: Job[] = [];

async function place(order: number): Promise<void> {
  await publishing("fastq", "mails", async () => {
    const job = { order, headers: carriers.message.inject({}) };
    void mails.push(job);
    entries.push(job);
  });
}

async function sendMail(order: number): Promise<void> {
  await withSpan("write mail", { attributes: { order } }, () => sleep(5));
}

async function keepBooks(): Promise<void> {
  await consumeBatch(entries.splice(0), { destination: "books" }, async (jobs) => {
    await withSpan("insert entries", () => sleep(5));
    console.log(`the books have ${jobs.length} of ${ORDERS} orders`);
  });
}

await printTraces(async () => {
  await takeOrders(place);
  await mails.drained();
  await keepBooks();
});
