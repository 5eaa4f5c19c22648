// Starts the two services as processes, drives them with concurrent orders, and stops them again.
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import type { TelemetryReport } from "throughline";

export interface Run {
  /** The status of each answer, in the order of the orders. */
  readonly statuses: readonly number[];
  /** The account that each service gave as it stopped. */
  readonly reports: readonly TelemetryReport[];
}

/** Sends all orders at once; `endpoint` is where the services export to. */
export async function runServices(
  endpoint: string,
  orders: readonly { amount: number; tier: string }[],
): Promise<Run> {
  // Of the variables that may be set here, those of the exporter alone are meant for the services.
  const inherited = Object.entries(process.env).filter(([name]) => !/^OTEL_(?!EXPORTER_OTLP_)/.test(name));
  const environment = { ...Object.fromEntries(inherited), OTEL_EXPORTER_OTLP_ENDPOINT: endpoint };
  const payments = await startService("payments.ts", environment);
  const shop = await startService("orders.ts", { ...environment, PAYMENTS_URL: payments.url });
  const answers = await Promise.all(
    orders.map((order) => fetch(`${shop.url}/orders`, { method: "POST", body: JSON.stringify(order) })),
  );
  const reports = [await stopService(shop.process), await stopService(payments.process)];
  return { statuses: answers.map((answer) => answer.status), reports };
}

async function startService(
  file: string,
  env: NodeJS.ProcessEnv,
): Promise<{ process: ChildProcess; url: string }> {
  const service = fork(new URL(file, import.meta.url), { env });
  const [address] = (await Promise.race([once(service, "message"), failure(service, file)])) as [AddressInfo];
  return { process: service, url: `http://127.0.0.1:${address.port}` };
}

async function stopService(service: ChildProcess): Promise<TelemetryReport> {
  service.send("stop");
  const [report] = (await once(service, "message")) as [TelemetryReport];
  return report;
}

async function failure(service: ChildProcess, file: string): Promise<never> {
  const [code] = (await once(service, "exit")) as [number];
  throw new Error(`${file} ended with exit code ${code} before it was ready`);
}
