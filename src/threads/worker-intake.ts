import type { EventEmitter } from "node:events";
import { type MessagePort, receiveMessageOnPort } from "node:worker_threads";
import type { MeterProvider } from "@opentelemetry/api";
import { runSuppressed } from "../context/suppression.ts";
import { describe, report } from "../core/diagnostics.ts";
import type { Batch } from "../export/batch-queue.ts";
import { HandedMetrics } from "../metrics/handed-metrics.ts";
import { tallyOf } from "../metrics/tally.ts";
import { type Handed, type HandedItem, type Hello, helloIn } from "./protocol.ts";

/** Who takes batches, by what they are of. */
type Admit = Readonly<Record<HandedItem, (batch: Batch) => void>>;

/** Takes what the workers of this process hand over, also what one that has been terminated had handed over before. */
export class WorkerIntake {
  readonly #admit: Admit;
  readonly #meterProvider: MeterProvider;
  readonly #takers = new Map<MessagePort, (handed: Handed) => void>();

  constructor(admit: Admit, meterProvider: MeterProvider) {
    this.#admit = admit;
    this.#meterProvider = meterProvider;
    // First, for one that fails keeps the others from hearing.
    (process as EventEmitter).prependListener("workerMessage", this.#onMessage);
    intakes.add(this);
  }

  /** Takes what is here already. */
  drain(): void {
    for (const [port, take] of this.#takers)
      for (let next = receivedBy(port); next !== undefined; next = receivedBy(port))
        take(next.message as Handed);
  }

  end(): void {
    process.off("workerMessage", this.#onMessage);
    intakes.delete(this);
    for (const port of this.#takers.keys()) port.close();
    this.#takers.clear();
  }

  readonly #onMessage = (message: unknown): void => {
    const hello = helloIn(message);
    if (hello !== undefined) runSuppressed(() => this.#open(hello));
  };

  #open({ thread, port, onTheWay }: Hello): void {
    const metrics = new HandedMetrics(this.#meterProvider, thread);
    const take = (handed: Handed): void => {
      try {
        Atomics.sub(onTheWay, 0, handed.size);
        if (handed.kind === "measurements") tallyOf(this.#meterProvider).measured += metrics.measure(handed);
        else this.#admit[handed.kind](handed);
      } catch (thrown) {
        report("internal_error", `what a worker has handed over was left out (${describe(thrown)})`);
      }
    };
    this.#takers.set(port, take);
    // Its other end may be gone: then only what is asked for comes.
    this.drain();
    port.on("message", take);
    // All that was sent has come before.
    port.on("close", () => {
      this.#takers.delete(port);
      metrics.end();
    });
    port.unref();
  }
}

const intakes = new Set<WorkerIntake>();

/** Takes what workers have handed over until now: what comes by another port, their results say, may have overtaken it. */
export function drainWorkers(): void {
  for (const intake of intakes) intake.drain();
}

/** Undefined for none. A port in its own close event is dead: to ask it ends Node by a segmentation fault. */
function receivedBy(port: MessagePort): { readonly message: unknown } | undefined {
  port.ref();
  const isAlive = (port as MessagePort & { hasRef(): boolean }).hasRef();
  port.unref();
  return isAlive ? receiveMessageOnPort(port) : undefined;
}
