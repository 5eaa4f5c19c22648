// npm run bench: each workload on both sides in turn, each time in a process of its own; writes bench/README.md.
import { fork } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { cpus } from "node:os";
import { frameworkRows } from "./frameworks/run.ts";
import { ownCostRows } from "./own-costs.ts";
import { WORKLOADS } from "./workloads.ts";

const ROUNDS = 7;
const SPANS = 300_000;
const REQUESTS = 20_000;
const FRAMEWORK_REQUESTS = 10_000;
const FRAMEWORK_ROUNDS = 5;

/** What both sides took in one round, in ns. */
interface Pair {
  readonly ours: number;
  readonly official: number;
}

/** Measurements through our accessors into the official metrics SDK, against the same without them. */
const MEASUREMENTS: Readonly<Record<string, readonly string[]>> = {
  "counter add, no attributes, by our accessor into the official recorder": ["add", "0"],
  "counter add, 3 fresh attributes": ["add", "3"],
  "counter add, 8 fresh attributes": ["add", "8"],
  "counter add, bound to 3 attributes, against the same object each time": ["bound", "3"],
  "histogram record, 3 fresh attributes": ["record", "3"],
};

const rows: string[] = [];
for (const [name, { title, isExported }] of Object.entries(WORKLOADS)) {
  const pairs: Pair[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const ours = await measure("ours", name, isExported);
    const official = await measure("official", name, isExported);
    pairs.push({ ours, official });
    console.log(
      `${name} ${round + 1}/${ROUNDS}: ours ${ours.toFixed(0)} ns, official ${official.toFixed(0)} ns, ${(official / ours).toFixed(1)}x`,
    );
  }
  rows.push(row(title, pairs));
}
for (const [title, args] of Object.entries(MEASUREMENTS)) rows.push(await measurement(title, args));
rows.push(await ofLines());
rows.push(await overHttp());
const costs = await ownCostRows(ROUNDS);
const onFrameworks = await frameworkRows(FRAMEWORK_ROUNDS, FRAMEWORK_REQUESTS);
const readme = page(rows, costs, onFrameworks);
writeFileSync("bench/README.md", readme);
console.log(`\n${readme}`);

async function measurement(title: string, args: readonly string[]): Promise<string> {
  const pairs: Pair[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const [ours, official] = [
      await measured("bench/measure-accessors.ts", ["ours", ...args]),
      await measured("bench/measure-accessors.ts", ["official", ...args]),
    ];
    pairs.push({ ours: ours.nanoseconds, official: official.nanoseconds });
    console.log(
      `${args.join(" ")} ${round + 1}/${ROUNDS}: ${ours.nanoseconds.toFixed(0)} ns, official ${official.nanoseconds.toFixed(0)} ns`,
    );
  }
  return row(title, pairs);
}

/** What each side adds to a line of pino's. */
async function ofLines(): Promise<string> {
  const rounds: (Pair & { readonly bare: number })[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const [bare, ours, official] = [await line("bare"), await line("ours"), await line("official")];
    rounds.push({ bare, ours: ours - bare, official: official - bare });
    console.log(
      `pino ${round + 1}/${ROUNDS}: bare ${bare.toFixed(0)} ns, ours adds ${(ours - bare).toFixed(0)} ns, official ${(official - bare).toFixed(0)} ns`,
    );
  }
  const bare = median(rounds.map((round) => round.bare)).toFixed(0);
  return row(`added to a line of pino in an active span, written nowhere (bare: ${bare} ns)`, rounds);
}

async function line(mode: "bare" | "ours" | "official"): Promise<number> {
  return (await measured("bench/measure-logs.ts", ["pino", mode])).nanoseconds;
}

/** What each side adds to the CPU of a bare server and client. */
async function overHttp(): Promise<string> {
  const rounds: (Pair & { readonly bare: number })[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const [bare, ours, official] = [await request("bare"), await request("ours"), await request("official")];
    rounds.push({ bare, ours: ours - bare, official: official - bare });
    console.log(
      `http ${round + 1}/${ROUNDS}: bare ${bare.toFixed(0)} ns, ours adds ${(ours - bare).toFixed(0)} ns, official ${(official - bare).toFixed(0)} ns`,
    );
  }
  const bare = median(rounds.map((round) => round.bare)).toFixed(0);
  return row(
    `added to a request over node:http, server and client in one process, both traced, exported to another, and measured (bare: ${bare} ns)`,
    rounds,
  );
}

/** CPU time of a request; each is two spans. */
async function request(mode: "bare" | "ours" | "official"): Promise<number> {
  return exported("bench/measure-http.ts", [mode, String(REQUESTS)], mode === "bare");
}

async function measure(side: "ours" | "official", workload: string, isExported: boolean): Promise<number> {
  const args = [side, workload, String(SPANS)];
  if (isExported) return exported("bench/measure.ts", args);
  return (await measured("bench/measure.ts", args)).nanoseconds;
}

/** The program is given the URL of a sink, which has to take all that it made. */
async function exported(program: string, args: readonly string[], makesNothing = false): Promise<number> {
  const sink = fork("bench/sink.ts");
  const [{ port }] = (await once(sink, "message")) as [AddressInfo];
  const result = await measured(program, [...args, `http://127.0.0.1:${port}`]);
  sink.send("count");
  const [{ spans }] = (await once(sink, "message")) as [{ spans: number }];
  sink.kill();
  if (spans !== (makesNothing ? 0 : result.made))
    throw new Error(`${args.join(" ")} made ${result.made} spans, ${spans} arrived: this does not count`);
  return result.nanoseconds;
}

async function measured(
  program: string,
  args: readonly string[],
): Promise<{ nanoseconds: number; made: number }> {
  const child = fork(program, args);
  const [result] = (await once(child, "message")) as [{ nanoseconds: number; made: number }];
  await once(child, "exit");
  return result;
}

function row(title: string, pairs: readonly Pair[]): string {
  const official = median(pairs.map((pair) => pair.official)).toFixed(0);
  const ours = median(pairs.map((pair) => pair.ours)).toFixed(0);
  const ratios = pairs.map((pair) => pair.official / pair.ours);
  const range = `${Math.min(...ratios).toFixed(1)}–${Math.max(...ratios).toFixed(1)}`;
  return `| ${title} | ${official} ns | ${ours} ns | **${median(ratios).toFixed(1)}x** (${range}) |`;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}

function page(table: readonly string[], ownCosts: readonly string[], frameworks: readonly string[]): string {
  const { devDependencies } = JSON.parse(readFileSync("package.json", "utf8")) as {
    devDependencies: Record<string, string>;
  };
  const [cpu] = cpus();
  return `# Benchmarks

CPU time of the main thread for each span, or for what the line names, against the official OpenTelemetry SDK in the same run: each side in a
process of its own, in turn, ${ROUNDS} rounds of ${SPANS.toLocaleString("en")} spans after a warm-up; the medians, and of the ratio also
its range. What is exported is counted where it arrives: a round in which a span is missing does not count.

| workload | official | ours | ratio |
| --- | --- | --- | --- |
${table.join("\n")}

What has no counterpart, and what it adds, in turn with what is measured without it, medians of ${ROUNDS} rounds:

| what | without | added |
| --- | --- | --- |
${ownCosts.join("\n")}

A request on each framework, to a route with a parameter that answers at once: CPU time of the server's main thread, bare,
and what our hook with middleware (its line off) and what the official instrumentation of http and of the framework add,
both with OTLP to another process; medians of ${FRAMEWORK_ROUNDS} rounds of ${FRAMEWORK_REQUESTS.toLocaleString("en")} requests, one at a time, after a warm-up. Ours
makes one span and two metrics, the official ones several spans of a request on a framework, and one metric. Requests a
second are those of one client on 20 connections, which leaves the server no rest: bare, ours, official.

| framework | bare | ours adds | official adds | ratio | requests a second |
| --- | --- | --- | --- | --- | --- |
${frameworks.join("\n")}

Written by \`npm run bench\` on Node ${process.versions.node}, ${cpu?.model.trim()}, ${cpus().length} cores; official: sdk-trace-node ${devDependencies["@opentelemetry/sdk-trace-node"]}, sdk-metrics ${devDependencies["@opentelemetry/sdk-metrics"]},
exporter-trace-otlp-proto ${devDependencies["@opentelemetry/exporter-trace-otlp-proto"]} with its defaults, but for a queue long enough to drop nothing.
`;
}
