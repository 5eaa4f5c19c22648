import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { startServer } from "./server-process.ts";

/** A series as Prometheus answers it. A native histogram's buckets are: how they are open, from, to, count. */
export interface Sample {
  readonly metric: Readonly<Record<string, string>>;
  readonly value?: readonly [time: number, value: string];
  readonly histogram?: readonly [
    time: number,
    histogram: {
      readonly count: string;
      readonly sum: string;
      readonly buckets: readonly (readonly [boundaries: number, from: string, to: string, count: string])[];
    },
  ];
}

export interface Prometheus {
  /** Where metrics are exported to. */
  readonly endpoint: string;
  /** The series that an expression has now. */
  query(expression: string): Promise<readonly Sample[]>;
  stop(): Promise<void>;
}

/** @param features of --enable-feature */
export async function startPrometheus(...features: readonly string[]): Promise<Prometheus> {
  const folder = mkdtempSync(path.join(tmpdir(), "throughline-prometheus-"));
  const server = await startServer({
    program: path.resolve("peers/build/prometheus"),
    args: [
      "--config.file=peers/prometheus/prometheus.yml",
      "--web.enable-otlp-receiver",
      "--web.listen-address=127.0.0.1:0",
      `--storage.tsdb.path=${folder}`,
      ...features.map((feature) => `--enable-feature=${feature}`),
    ],
    address: /msg="Listening on".* address=(\S+)\n/,
    ready: "Server is ready to receive web requests",
  });
  return {
    endpoint: `${server.url}/api/v1/otlp/v1/metrics`,
    query: async (expression) => {
      const response = await fetch(
        `${server.url}/api/v1/query?${new URLSearchParams({ query: expression })}`,
      );
      const answer = (await response.json()) as {
        readonly error?: string;
        readonly data?: { readonly result: readonly Sample[] };
      };
      if (answer.data === undefined) throw new Error(`${expression}: ${answer.error}`);
      return answer.data.result;
    },
    stop: () => server.stop().finally(() => rmSync(folder, { recursive: true, force: true })),
  };
}
