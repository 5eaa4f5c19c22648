// What runs in the workers of the tests' pool.
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { setTimeout as sleep } from "node:timers/promises";
import { threadId } from "node:worker_threads";
import { ContextVariable, counter, observableGauge, task, withSpan } from "throughline";

const tenant = new ContextVariable<string>("tenant", { travels: "process" });
const held = new ContextVariable<number[]>("held");
const jobs = counter("worker.jobs");
observableGauge("worker.level", (observe) => observe(7));

function heapUsed(): number {
  setFlagsFromString("--expose-gc");
  (runInNewContext("gc") as () => void)();
  return process.memoryUsage().heapUsed;
}

interface Job {
  readonly name?: string;
  readonly wait?: number;
  readonly act?: "throw" | "exit" | "spin" | "background" | "hold" | "heap";
  readonly bytes?: Uint8Array;
}

export default task(async ({ name = "job", wait = 0, act, bytes }: Job) => {
  const traceId = await withSpan(name, async (span) => {
    await sleep(wait);
    jobs.add(1);
    if (act === "throw") throw new Error(`no ${name}`);
    return span.spanContext().traceId;
  });
  if (act === "hold") held.set(Array.from({ length: 1_000 }, () => 0.5));
  if (act === "heap") return { heap: heapUsed() };
  if (act === "exit") process.exit(3);
  if (act === "spin") for (;;);
  if (act === "background")
    setTimeout(() => {
      withSpan("background", () => {});
      jobs.add(10);
    }, 20);
  return { traceId, tenant: tenant.tryGet(), threadId, bytes: bytes?.byteLength };
});
