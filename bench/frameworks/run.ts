// What tracing adds to a request on each framework: bare, ours and the official instrumentation in turn, each server in a
// process of its own, asked by autocannon in another.
import autocannon from "autocannon";
import { fork } from "node:child_process";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { FRAMEWORKS, type Mode } from "./apps.ts";

/** With so many connections the server has no rest. */
const SATURATED = { connections: 20, duration: 2 };

interface Measured {
  /** CPU time of the server's main thread for each request, in µs. */
  readonly cpu: number;
  readonly perSecond: number;
}

/** Rows of a table in Markdown. */
export async function frameworkRows(rounds: number, requests: number): Promise<string[]> {
  const rows: string[] = [];
  for (const framework of Object.keys(FRAMEWORKS)) {
    const all: Record<Mode, Measured[]> = { bare: [], ours: [], official: [] };
    for (let round = 0; round < rounds; round++)
      for (const mode of ["bare", "ours", "official"] as const)
        all[mode].push(await measured(framework, mode, requests));
    rows.push(row(framework, all));
    console.log(rows.at(-1));
  }
  return rows;
}

function row(framework: string, { bare, ours, official }: Record<Mode, readonly Measured[]>): string {
  const added = (mode: readonly Measured[]): number[] =>
    mode.map(({ cpu }, round) => cpu - (bare[round]?.cpu ?? Number.NaN));
  const ratios = added(official).map((cpu, round) => cpu / (added(ours)[round] ?? Number.NaN));
  const perSecond = [bare, ours, official].map((mode) =>
    median(mode.map((each) => each.perSecond)).toFixed(0),
  );
  const cells = [median(bare.map(({ cpu }) => cpu)), median(added(ours)), median(added(official))].map(
    (microseconds) => `${microseconds.toFixed(1)} µs`,
  );
  return `| ${framework} | ${cells.join(" | ")} | **${median(ratios).toFixed(1)}x** | ${perSecond.join(" / ")} |`;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}

async function measured(framework: string, mode: Mode, requests: number): Promise<Measured> {
  const sink = fork("bench/sink.ts");
  const [{ port: sinkPort }] = (await once(sink, "message")) as [AddressInfo];
  const server = fork("bench/frameworks/serve.ts", [framework, mode, `http://127.0.0.1:${sinkPort}`]);
  const [port] = (await once(server, "message")) as [number];
  const told = async (): Promise<number> => {
    server.send("tell");
    const [nanoseconds] = (await once(server, "message")) as [number];
    return nanoseconds;
  };
  const url = `http://127.0.0.1:${port}/users/7`;
  const warming = await autocannon({ url, connections: SATURATED.connections, amount: requests });
  await told();
  // One at a time: where the server has no rest, its client has, which the kernel must then wake for each answer. That
  // is counted as the server's, and a bare one, which is faster than its client, has least of it.
  const single = await autocannon({ url, connections: 1, amount: requests });
  const nanoseconds = await told();
  const saturated = await autocannon({ url, ...SATURATED });
  await told();
  sink.send("count");
  const [{ spans }] = (await once(sink, "message")) as [{ spans: number }];
  server.kill("SIGKILL");
  sink.kill();
  const made = warming["2xx"] + single["2xx"] + saturated["2xx"];
  if (single["2xx"] !== requests || (mode === "bare" ? spans > 0 : spans < made))
    throw new Error(`${framework}, ${mode}: of ${made} requests ${spans} spans arrived: this does not count`);
  return { cpu: nanoseconds / requests / 1000, perSecond: saturated["2xx"] / saturated.duration };
}
