// What a line takes, in a process of its own: node bench/measure-logs.ts <fields> <request|nothing|empty> or <pino> <bare|ours|official>
import { context, trace } from "@opentelemetry/api";
import { registerInstrumentations } from "@opentelemetry/instrumentation";
import { PinoInstrumentation } from "@opentelemetry/instrumentation-pino";
import { NodeTracerProvider } from "@opentelemetry/sdk-trace-node";
import { createRequire } from "node:module";
import { setImmediate as turn } from "node:timers/promises";
import type { Logger, pino as Pino } from "pino";
import { logFields, operation, pinoOptions, start, withSpan } from "throughline";
import { cpuOf } from "./thread-cpu.ts";

const CALLS = 1_000_000;
const CALLS_PER_TURN = 1_000;

const [what, mode] = process.argv.slice(2);

/** What keeps a result from being taken for useless. */
const kept: { result: unknown } = { result: undefined };

/** Its lines are made, and then forgotten. */
const NOWHERE = { write: (line: string) => void (kept.result = line) };

async function run(call: (index: number) => void, calls: number): Promise<void> {
  for (let made = 0; made < calls; made += CALLS_PER_TURN) {
    for (let index = 0; index < CALLS_PER_TURN; index++) call(index);
    await turn();
  }
}

async function measured(call: (index: number) => void): Promise<void> {
  await run(call, CALLS / 4);
  const nanoseconds = await cpuOf(() => run(call, CALLS));
  process.send?.({ nanoseconds: nanoseconds / CALLS, made: 0 });
}

/** The official instrumentation changes what is required from now on. */
function loadPino(): typeof Pino {
  if (mode === "official")
    registerInstrumentations({ instrumentations: [new PinoInstrumentation({ disableLogSending: true })] });
  return createRequire(import.meta.url)("pino") as typeof Pino;
}

function lines(pino: typeof Pino): Logger {
  return mode === "ours" ? pino(pinoOptions(), NOWHERE) : pino({}, NOWHERE);
}

function say(logger: Logger): (index: number) => void {
  return (index) => logger.info({ order: index, currency: "EUR" }, "paid");
}

/** Each side within a span of its own making that is active. */
async function inSpan(fn: () => Promise<void>): Promise<void> {
  if (mode !== "official") return withSpan("work", fn);
  new NodeTracerProvider().register();
  const span = trace.getTracer("bench").startSpan("work");
  return context.with(trace.setSpan(context.active(), span), fn);
}

if (mode !== "official") start({ exporter: "none", http: false });
const fields = (): void => void (kept.result = logFields());
if (what === "pino") {
  const logger = lines(loadPino());
  await inSpan(() => measured(say(logger)));
} else if (mode === "request") await operation("request", () => withSpan("work", () => measured(fields)));
else if (mode === "empty") await measured(() => void (kept.result = NOWHERE));
else await measured(fields);
if (process.connected) process.disconnect();
