import { Queue, Worker } from "bullmq";
import type { Delivered, Wire } from "./wire.ts";

interface Payload {
  readonly body: string;
}

/** BullMQ on Redis. What is told of a trace stands in the payload. */
export async function openBullWire(port: number, name: string): Promise<Wire> {
  // Once Redis is gone, all of it fails at once rather than wait for another.
  const connection = { host: "127.0.0.1", port, enableOfflineQueue: false, retryStrategy: () => null };
  const queue = new Queue<Payload>(name, { connection });
  queue.on("error", ignore);
  await queue.waitUntilReady();
  const workers: Worker<Payload>[] = [];
  return {
    send: async (fields, body) => {
      await queue.add("sent", { ...fields, body }, { attempts: 3 });
    },
    deliver: async (take: (delivered: Delivered) => Promise<void>) => {
      const worker = new Worker<Payload>(name, (job) => take({ message: job, body: job.data.body }), {
        connection: { ...connection, enableOfflineQueue: true, maxRetriesPerRequest: null },
        concurrency: 50,
        // By itself it waits 15 s before it looks whether it was closed.
        runRetryDelay: 50,
      });
      worker.on("error", ignore);
      workers.push(worker);
      await worker.waitUntilReady();
    },
    close: async () => {
      await Promise.allSettled(workers.map((worker) => worker.close(true)));
      await queue.close().catch(ignore);
    },
  };
}

/** What the client says of its own connection is not what is looked at. */
function ignore(): void {}
