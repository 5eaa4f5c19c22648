// What a submission to a pool takes of the main thread, in a process of its own: node bench/measure-pool.ts <bare|carried> <piscina|nowhere>
import { Piscina } from "piscina";
import { carryContext, ContextVariable, start, withSpan } from "throughline";
import { cpuOf } from "./thread-cpu.ts";

const [mode, pool] = process.argv.slice(2);
const SUBMISSIONS = pool === "nowhere" ? 1_000_000 : 50_000;
const AT_ONCE = 100;

/** A pool that takes no time. */
const nowhere = { run: (task: object): object => task };

const real = new Piscina({
  filename: new URL("pool-worker.ts", import.meta.url).href,
  minThreads: 1,
  maxThreads: 1,
  concurrentTasksPerWorker: AT_ONCE,
});
const submit: { run(task: object): unknown } = pool === "nowhere" ? nowhere : real;
if (mode === "carried") carryContext(submit);

const tenant = new ContextVariable<string>("tenant", { travels: "process" });

async function run(submissions: number): Promise<void> {
  for (let made = 0; made < submissions; made += AT_ONCE)
    await Promise.all(Array.from({ length: AT_ONCE }, (_, index) => submit.run({ order: index })));
}

start({ exporter: "none", http: false });
await withSpan("work", () =>
  tenant.run("acme", async () => {
    await run(SUBMISSIONS / 4);
    const nanoseconds = await cpuOf(() => run(SUBMISSIONS));
    process.send?.({ nanoseconds: nanoseconds / SUBMISSIONS, made: 0 });
  }),
);
await real.destroy();
