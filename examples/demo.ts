// The demo: two service processes under concurrent load, with worker threads, a queue and child processes, and one trace
// across all of them for every request, with the log lines of all. It receives what they export and draws it or, with
// OTEL_EXPORTER_OTLP_ENDPOINT set, lets them send it there.
import { readFileSync } from "node:fs";
import type { TelemetryReport } from "throughline";
import {
  drawStoredMetrics,
  drawStoredTrace,
  startReceiver,
  type StoreChange,
  type StoredTrace,
} from "throughline/devtools";
import { type Run, runServices } from "./services.ts";
import { parseTrees, treeOf } from "./trace-trees.ts";

/** Every seventh order is dearer than the payments service allows. */
const ORDERS = Array.from({ length: 200 }, (_, index) => ({
  amount: index % 7 === 3 ? 1200 : 20 + index,
  tier: index % 3 === 0 ? "gold" : "standard",
}));
/** How many orders end as which of expected-traces.txt: from 215 EUR on they are audited, too. */
const EXPECTED: Readonly<Record<string, number>> = {
  paid: ORDERS.filter(({ amount }) => amount < 215).length,
  "paid and audited": ORDERS.filter(({ amount }) => amount >= 215 && amount < 1200).length,
  declined: ORDERS.filter(({ amount }) => amount === 1200).length,
};

/** How many log lines each of them has. */
const LINES: Readonly<Record<string, number>> = { paid: 4, "paid and audited": 5, declined: 1 };

type Log = StoreChange["logs"][number];

const width = process.stdout.columns ?? 100;
const elsewhere = process.env["OTEL_EXPORTER_OTLP_ENDPOINT"];
const problems = elsewhere ? await sendTo(elsewhere) : await receiveAndShow();
for (const problem of problems) console.error(`✗ ${problem}`);
process.exitCode = problems.length === 0 ? 0 : 1;

async function receiveAndShow(): Promise<string[]> {
  await using receiver = await startReceiver({ port: 0 });
  const logs: Log[] = [];
  receiver.store.onChange((change) => logs.push(...change.logs));
  const run = await runServices(receiver.endpoint, ORDERS);
  const found = classify(receiver.store.traces());
  for (const name of Object.keys(EXPECTED)) {
    const traces = found.get(name) ?? [];
    if (traces[0] === undefined) continue;
    console.log(`\nOne of ${traces.length} ${name} orders:\n`);
    process.stdout.write(drawStoredTrace(receiver.store, traces[0].traceId, { width }));
    console.log(`\n${linesOf(traces[0], logs).join("\n")}`);
  }
  console.log(`\nThe metrics of the services:\n\n${drawStoredMetrics(receiver.store, { width })}`);
  console.log(summary(run, `${receiver.store.traces().length} traces`));
  console.log(
    "All orders were sent at once, so they wait for each other. To watch a program of yours: npx throughline view",
  );
  return [...problemsOf(run), ...unexpectedTrees(found), ...missingLines(found, logs)];
}

async function sendTo(endpoint: string): Promise<string[]> {
  console.log(`OTEL_EXPORTER_OTLP_ENDPOINT is set: the telemetry of both services goes to ${endpoint}`);
  const run = await runServices(endpoint, ORDERS);
  console.log(summary(run, `sent to ${endpoint}`));
  return problemsOf(run);
}

function classify(traces: readonly StoredTrace[]): Map<string, StoredTrace[]> {
  const expected = parseTrees(readFileSync(new URL("expected-traces.txt", import.meta.url), "utf8"));
  return Map.groupBy(traces, (trace) => {
    const tree = treeOf(trace);
    return expected.entries().find(([, text]) => text === tree)?.[0] ?? "unexpected";
  });
}

/** The log lines of a trace, of whatever process and thread, in their order. */
function linesOf({ traceId }: StoredTrace, logs: readonly Log[]): string[] {
  return logs
    .filter((log) => log.traceId === traceId)
    .toSorted((a, b) => (a.timeUnixNano < b.timeUnixNano ? -1 : 1))
    .map(({ resource, body }) => `${String(resource["service.name"]).padEnd(8)}  ${String(body)}`);
}

/** Each order has a line of payments; one that is paid also of the orders service, its worker and its queue, and so on. */
function missingLines(found: Map<string, StoredTrace[]>, logs: readonly Log[]): string[] {
  return Object.entries(LINES).flatMap(([name, expected]) =>
    (found.get(name) ?? [])
      .map((trace) => [trace, linesOf(trace, logs)] as const)
      .filter(([, lines]) => lines.length !== expected)
      .slice(0, 1)
      .map(([, lines]) => `expected ${expected} log lines of a ${name} order, found:\n${lines.join("\n")}`),
  );
}

function unexpectedTrees(found: Map<string, StoredTrace[]>): string[] {
  const [unexpected] = found.get("unexpected") ?? [];
  return [
    ...Object.entries(EXPECTED)
      .map(([name, count]) => [name, count, found.get(name)?.length ?? 0] as const)
      .filter(([, expected, count]) => count !== expected)
      .map(([name, expected, count]) => `expected ${expected} traces of ${name} orders, found ${count}`),
    ...(unexpected === undefined
      ? []
      : [
          `${found.get("unexpected")?.length} traces are none of expected-traces.txt; the first:\n${treeOf(unexpected)}`,
        ]),
  ];
}

function problemsOf({ statuses, reports }: Run): string[] {
  const wrong = statuses.filter(
    (status, index) => status !== (ORDERS[index]?.amount === 1200 ? 402 : 201),
  ).length;
  return [
    ...(wrong === 0 ? [] : [`${wrong} of ${ORDERS.length} requests were not answered as they should be`]),
    ...(reports.every(isAllDelivered) ? [] : [`not everything was delivered: ${arrived(reports)}`]),
  ];
}

function isAllDelivered({ spans, metrics, logs }: TelemetryReport): boolean {
  return [spans, metrics, logs].every(({ made, delivered }) => made > 0 && made === delivered);
}

/** How much of what was made has arrived. */
function arrived(reports: Run["reports"]): string {
  const of = (signal: "spans" | "metrics" | "logs", word: string): string => {
    const sum = (key: "made" | "delivered"): number =>
      reports.reduce((total, report) => total + report[signal][key], 0);
    return `${sum("delivered")} of ${sum("made")} ${word}`;
  };
  return `${of("spans", "spans")}, ${of("logs", "log records")} and ${of("metrics", "data points")} delivered`;
}

function summary({ statuses, reports }: Run, destination: string): string {
  const count = (status: number): number => statuses.filter((answer) => answer === status).length;
  const answered = `${statuses.length} requests: ${count(201)} paid, ${count(402)} declined`;
  return `${answered}; ${arrived(reports)}; ${destination}`;
}
