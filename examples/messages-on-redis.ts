// Jobs in Redis, with BullMQ: mails are sent in the trace of the order, also at the second attempt; a partner's are traces
// of their own; and the books are kept for many orders at once. node examples/messages-on-redis.ts
import { type Job, Queue, Worker } from "bullmq";
import { carriers, consume, consumeBatch, withSpan } from "throughline";
import { type Broker, startBroker } from "./broker.ts";
import { ORDERS, printTraces, takeOrders } from "./order-traces.ts";
import { publishing } from "./publishing.ts";

interface Order {
  readonly order: number;
}

await using broker = await startBroker("redis-server");
if (broker !== undefined) await printTraces(() => sellOn(broker));

async function sellOn({ port }: Broker): Promise<void> {
  const connection = { host: "127.0.0.1", port };
  const queues = ["mails", "partners", "books"].map((name) => new Queue<Order>(name, { connection }));
  const mailer = new Worker<Order>(
    "mails",
    (job) => consume(job, { destination: "mails", system: "bullmq" }, sendMail),
    { connection, concurrency: 3 },
  );
  const partner = new Worker<Order>(
    "partners",
    (job) => consume(job, { destination: "partners", system: "bullmq", trust: "link" }, () => {}),
    { connection },
  );
  const done = [mailer, partner].map((worker) => completed(worker, ORDERS));
  await takeOrders(async (order) => {
    for (const queue of queues) await send(queue, order);
  });
  await Promise.all(done);
  await keepBooks(connection);
  for (const each of [mailer, partner, ...queues]) await each.close();
}

/** A payload is JSON: what says which trace goes on stands in it beside the order. */
async function send(queue: Queue<Order>, order: number): Promise<void> {
  await publishing("bullmq", queue.name, () =>
    queue.add("placed", carriers.message.inject({ order }), { attempts: 2 }),
  );
}

async function sendMail({ data: { order }, attemptsMade }: Job<Order>): Promise<void> {
  if (order === 3 && attemptsMade === 0) throw new Error("the mail server is busy");
  await withSpan("write mail", async () => {});
}

/** As many jobs as there are, as one. */
async function keepBooks(connection: { readonly host: string; readonly port: number }): Promise<void> {
  const keeper = new Worker<Order>("books", null, { connection });
  const jobs: Job<Order>[] = [];
  for (let job = await keeper.getNextJob("keeper"); job; job = await keeper.getNextJob("keeper"))
    jobs.push(job);
  await consumeBatch(jobs, { destination: "books", system: "bullmq" }, async (all) => {
    for (const job of all) await job.moveToCompleted(undefined, "keeper", false);
  });
  await keeper.close();
}

async function completed(worker: Worker, count: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  let left = count;
  worker.on("completed", () => {
    left--;
    if (left === 0) resolve();
  });
  await promise;
}
