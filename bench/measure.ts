// One measurement in a process of its own: node bench/measure.ts <ours|official> <workload> <spans> [endpoint]
import type { Contender, Destination } from "./contender.ts";
import { cpuOf } from "./thread-cpu.ts";
import { WORKLOADS } from "./workloads.ts";

const [side, name = "", count, endpoint] = process.argv.slice(2);
const workload = WORKLOADS[name];
if (workload === undefined) throw new Error(`no workload is called ${name}`);
const destination: Destination = endpoint === undefined ? (workload.destination ?? "nowhere") : { endpoint };
const contender = await load(destination);

const spans = Number(count);
const warmUp = Math.ceil(spans / 4 / 300) * 300;
await workload.run(contender, warmUp);
await contender.flush();
const nanoseconds = await cpuOf(async () => {
  await workload.run(contender, spans);
  await contender.flush();
});
process.send?.({ nanoseconds: nanoseconds / spans, made: warmUp + spans });
process.disconnect();

async function load(to: Destination): Promise<Contender> {
  if (side === "ours") return (await import("./ours.ts")).ours(to);
  return (await import("./official.ts")).official(to);
}
