// A worker without a pool, which answers each message.
import { parentPort } from "node:worker_threads";
import { task } from "throughline";
import work from "./pool-worker.ts";

parentPort?.on(
  "message",
  task(async (job: Parameters<typeof work>[0]) => {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- of a window, which this is not
    parentPort?.postMessage(await work(job));
  }),
);
