import { clearInterval, setImmediate, setInterval } from "node:timers";
import { MessageChannel, type MessagePort, threadId } from "node:worker_threads";
import { runSuppressed } from "../context/suppression.ts";
import { describe, report } from "../core/diagnostics.ts";
import { processWide } from "../core/process-wide.ts";
import type { Account, DropReason } from "../export/account.ts";
import type { BatchQueue } from "../export/batch-queue.ts";
import type { HandedMeasurements } from "../metrics/handed-measurements.ts";
import { HandingMeterProvider } from "../metrics/handing-meter-provider.ts";
import { tallyOf } from "../metrics/tally.ts";
import { HandOverQueue } from "./hand-over-queue.ts";
import { type Offer, offerGeneration } from "./offer.ts";
import { asMessage, type Handed, type HandedItem } from "./protocol.ts";

/** The types of the oldest Node that we run on do not have it, which itself has. */
const { postMessageToThread } = process.getBuiltinModule("node:worker_threads") as unknown as {
  postMessageToThread(
    this: void,
    thread: number,
    message: object,
    transfer: readonly MessagePort[],
  ): Promise<void>;
};

/** What may be on its way to a thread that has no time to take it, in bytes. */
const MOST_ON_THE_WAY = 32 * 1024 * 1024;

/** Measurements that wait at most, for a worker that gives its event loop no turn … */
const MOST_WAITING = 4_096;

/** … and what one of them takes, in bytes, about. */
const MEASUREMENT_SIZE = 256;

/** Between two times that observable instruments are asked, in ms. */
const OBSERVATION_INTERVAL = 1_000;

/** In a worker: the way to the thread that exports for it. Whatever is handed over is kept if the worker is terminated. */
export class ExportingThread {
  readonly #port: MessagePort;
  readonly #onTheWay = new Int32Array(new SharedArrayBuffer(4));
  readonly meterProvider: HandingMeterProvider = new HandingMeterProvider((waiting) => {
    if (waiting < MOST_WAITING) this.handSoon();
    else this.#measured(this.meterProvider.take());
  });
  #cut: () => void = () => {};
  #isDue = false;
  readonly #generation: number;

  constructor({ thread, generation }: Pick<Offer, "thread" | "generation">) {
    this.#generation = generation;
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    this.#port.unref();
    const hello = asMessage({ thread: threadId, port: port2, onTheWay: this.#onTheWay });
    runSuppressed(() => postMessageToThread(thread, hello, [port2])).catch(reportUnheard);
  }

  queue(kind: HandedItem, account: Account): BatchQueue {
    return new HandOverQueue(kind, (...handed) => this.#post(...handed), account);
  }

  /** Has what there is handed over with this turn of the event loop: the worker may be terminated at any moment. */
  handSoon(): void {
    if (this.#isDue) return;
    this.#isDue = true;
    // In nobody's context, which it would keep: where a pool waits in Atomics.wait, this turn may be long in coming.
    runSuppressed(() => setImmediate(this.#turn));
  }

  /** From now on spans and log records are cut where all is to be handed over, until what is returned is called. */
  serve(cut: () => void): () => void {
    this.#cut = cut;
    const observe = (): void => this.#measured(this.meterProvider.observe());
    const atExit = (): void => {
      this.#handAll();
      observe();
    };
    const observing = setInterval(observe, OBSERVATION_INTERVAL).unref();
    process.on("exit", atExit);
    handOvers.add(this.#handAll);
    return () => {
      atExit();
      clearInterval(observing);
      process.off("exit", atExit);
      handOvers.delete(this.#handAll);
      this.#port.close();
    };
  }

  readonly #turn = (): void => {
    this.#isDue = false;
    this.#handAll();
  };

  readonly #handAll = (): void => {
    this.#cut();
    this.#measured(this.meterProvider.take());
  };

  #measured(handed: HandedMeasurements | undefined): void {
    const tally = tallyOf(this.meterProvider);
    tally.collected = tally.measured;
    if (handed === undefined) return;
    const count = handed.measurements.length + handed.observations.length;
    const lost = this.#post({ kind: "measurements", size: count * MEASUREMENT_SIZE, ...handed });
    if (lost !== undefined) this.meterProvider.keep(handed);
  }

  #post(handed: Handed, transfer: ArrayBuffer[] = []): DropReason | undefined {
    // Its telemetry has ended, and hears nobody.
    if (offerGeneration() !== this.#generation) return "shutdown";
    if (Atomics.load(this.#onTheWay, 0) + handed.size > MOST_ON_THE_WAY) {
      report(
        "queue_full",
        "the thread that exports has no time for what its workers hand over: new telemetry of workers is dropped and counted",
      );
      return "queue_full";
    }
    try {
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- of a window, which this is not
      this.#port.postMessage(handed, transfer);
    } catch (thrown) {
      report("internal_error", `a worker could not hand over its ${handed.kind} (${describe(thrown)})`);
      return "encoding";
    }
    Atomics.add(this.#onTheWay, 0, handed.size);
    return undefined;
  }
}

const handOvers = processWide("hand-overs", () => new Set<() => void>());

/** Hands over what this worker has made until now; nothing where it exports by itself. */
export function handOver(): void {
  for (const all of handOvers) all();
}

function reportUnheard(thrown: unknown): void {
  // A listener of the host's that has failed at it: ours has heard it before.
  if ((thrown as { readonly code?: unknown } | undefined)?.code === "ERR_WORKER_MESSAGING_ERRORED") return;
  report(
    "plugin_failed",
    `the thread that exports for this worker does not hear it (${describe(thrown)}): its telemetry is lost`,
  );
}
