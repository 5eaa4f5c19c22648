import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from "node:worker_threads";
import { runSuppressed } from "../context/suppression.ts";
import { describe, quote, report } from "../core/diagnostics.ts";
import { ThroughlineError } from "../core/errors.ts";
import { RecorderLoopUnavailableError } from "./recorder-loop-unavailable-error.ts";
import { CHANNEL, post, replyOf } from "./messages.ts";
import type { ClosableHost, Recording } from "./recording.ts";
import { RemoteRecording } from "./remote-recording.ts";
import { SilenceWatch } from "./silence-watch.ts";

/** Runs recordings in a worker, whose module constructs them and registers their metrics. */
export class WorkerHost implements ClosableHost {
  readonly #worker: Worker;
  readonly #port: MessagePort;
  readonly #watch: SilenceWatch;
  readonly #recordings = new Map<string, RemoteRecording>();
  readonly #busy = new Set<string>();
  /** What became of the worker, where it is no more and should be. */
  #end: string | undefined;
  #isEndTold = false;
  #fault: string | undefined;
  #closing: Promise<void> | undefined;
  #isTerminating = false;

  /** @throws RecorderLoopUnavailableError where no worker can be made of it */
  constructor(url: URL | string, watch: SilenceWatch = new SilenceWatch()) {
    const { worker, port } = workerAt(url);
    this.#worker = worker;
    this.#port = port;
    this.#watch = watch;
    this.#port.on("message", (message: unknown) => this.#hear(message));
    // The worker alone says whether the process lives on for it.
    this.#port.unref();
    this.#worker.unref();
    this.#worker.on("error", (error) => (this.#fault ??= describe(error)));
    this.#worker.on("exit", (code) => this.#exited(code));
  }

  open(name: string, maxPending: number): Recording {
    const subject = `new MetricsRecorder("${name}")`;
    if (this.#closing !== undefined) throw new RecorderLoopUnavailableError(subject, "one that was closed");
    if (this.#recordings.has(name)) throw new ThroughlineError("THR_RECORDER_EXISTS", subject);
    const recording = new RemoteRecording(name, maxPending, {
      post: (request) => post(this.#port, request),
      busy: (isBusy) => this.#setBusy(name, isBusy),
    });
    this.#recordings.set(name, recording);
    if (this.#end !== undefined) this.#loseWithWorker(name, recording, this.#end);
    return recording;
  }

  close(): Promise<void> {
    return (this.#closing ??= this.#close());
  }

  async #close(): Promise<void> {
    await Promise.all(Array.from(this.#recordings.values(), (recording) => recording.stop()));
    this.#isTerminating = true;
    this.#worker.ref();
    await this.#worker.terminate();
    this.#port.close();
  }

  #hear(message: unknown): void {
    const reply = replyOf(message);
    const recording = reply && this.#recordings.get(reply.name);
    if (reply === undefined || recording === undefined) return;
    this.#watch.heard();
    if (reply.kind === "progress") return recording.heard(reply);
    if (this.#lose(reply.name, recording, reply.why))
      report("recorder_lost", `recorder "${reply.name}" counts nothing: it was given ${reply.why}`);
  }

  #exited(code: number): void {
    // What it has said before is true, and nobody promises that a port hands it over before the end.
    for (;;) {
      const received = receiveMessageOnPort(this.#port);
      if (received === undefined) break;
      this.#hear(received.message);
    }
    const why = this.#fault ?? `exit code ${code}`;
    this.#ended(`a worker that has ended (${why})`);
  }

  #ended(end: string): void {
    this.#watch.end();
    if (this.#isTerminating || this.#end !== undefined) return;
    this.#end = end;
    for (const [name, recording] of this.#recordings) this.#loseWithWorker(name, recording, end);
  }

  /** Told once, and not at all where every recorder had stopped before. */
  #loseWithWorker(name: string, recording: RemoteRecording, end: string): void {
    if (!this.#lose(name, recording, end) || this.#isEndTold) return;
    this.#isEndTold = true;
    report("recorder_lost", `recorders count nothing any more: they were given ${end}`);
  }

  #lose(name: string, recording: RemoteRecording, why: string): boolean {
    this.#setBusy(name, false);
    return recording.lose(new RecorderLoopUnavailableError(`recorder "${name}"`, why));
  }

  /** The process lives on while anything waits for the worker, and no longer than the worker shows signs of life. */
  #setBusy(name: string, isBusy: boolean): void {
    const wasBusy = this.#busy.size > 0;
    if (isBusy) this.#busy.add(name);
    else this.#busy.delete(name);
    if (wasBusy === this.#busy.size > 0) return;
    if (wasBusy) {
      this.#worker.unref();
      this.#watch.end();
    } else {
      this.#worker.ref();
      this.#watch.begin(() => this.#giveUp());
    }
  }

  #giveUp(): void {
    this.#ended("a worker that has given no sign of life, and was ended");
    void this.#worker.terminate();
  }
}

/** A worker and our end of its channel, in nobody's context: they belong to no request that happens to be the first. */
function workerAt(url: URL | string): { readonly worker: Worker; readonly port: MessagePort } {
  try {
    const file = typeof url === "string" && /^(file|data):/.test(url) ? new URL(url) : url;
    return runSuppressed(() => {
      const { port1: port, port2 } = new MessageChannel();
      const worker = new Worker(file, { workerData: { [CHANNEL]: port2 }, transferList: [port2] });
      return { worker, port };
    });
  } catch (cause) {
    const given = `${quote(url)}, of which no worker can be made`;
    const error = new RecorderLoopUnavailableError("RecorderLoop.inWorker(url)", given);
    error.cause = cause;
    throw error;
  }
}
