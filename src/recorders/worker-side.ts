import { isMainThread, MessagePort, workerData } from "node:worker_threads";
import { runSuppressed } from "../context/suppression.ts";
import { describe } from "../core/diagnostics.ts";
import { ThroughlineError } from "../core/errors.ts";
import { processWide } from "../core/process-wide.ts";
import { LocalRecording } from "./local-recording.ts";
import { type Answer, CHANNEL, post, type Progress, type Reply, type Request } from "./messages.ts";
import type { Recording, RecordingHost } from "./recording.ts";
import type { Outcome } from "./recorder-result.ts";

/** The loop that another thread has made this one for; undefined where there is none. One for all copies of the package. */
export function hostOfThisThread(): RecordingHost | undefined {
  if (isMainThread) return undefined;
  return processWide("recorders", () => {
    const port: unknown = (workerData as Record<string, unknown> | null | undefined)?.[CHANNEL];
    return port instanceof MessagePort ? { host: new WorkerSide(port) } : {};
  }).host;
}

/** The end of the channel that is in the worker: its recordings answer to those of their names in the other thread. */
class WorkerSide implements RecordingHost {
  readonly #port: MessagePort;
  readonly #recordings = new Map<string, AnsweringRecording>();

  constructor(port: MessagePort) {
    this.#port = port;
    // What has come meanwhile arrives when the module that constructs the first recorder is through, or at its await.
    runSuppressed(() => port.on("message", (request: Request) => this.#serve(request)));
  }

  open(name: string, maxPending: number): Recording {
    if (this.#recordings.has(name))
      throw new ThroughlineError("THR_RECORDER_EXISTS", `new MetricsRecorder("${name}")`);
    const answering = new AnsweringRecording(name, maxPending, (reply) => post(this.#port, reply));
    this.#recordings.set(name, answering);
    return answering.recording;
  }

  #serve(request: Request): void {
    const { kind, name } = request;
    const answering = this.#recordings.get(name);
    if (answering === undefined)
      this.#lose(name, "a worker whose module constructs no recorder of this name");
    else if (kind === "stop") answering.stop();
    else if (answering.recording.isStopping) this.#lose(name, "a recorder that was stopped in its worker");
    else if (kind === "events") answering.count(request.events);
    else answering.start();
  }

  #lose(name: string, why: string): void {
    post(this.#port, { kind: "lost", name, why });
  }
}

/** A recording that tells the other thread after each slice how far it is. */
class AnsweringRecording {
  readonly recording: LocalRecording;
  readonly #name: string;
  readonly #reply: (reply: Reply) => void;
  #answers: Answer[] = [];
  #failures = 0;
  #failure = "";

  constructor(name: string, maxPending: number, reply: (reply: Reply) => void) {
    this.#name = name;
    this.#reply = reply;
    this.recording = new LocalRecording(name, maxPending, {
      metricFailed: (sentence) => this.#metricFailed(sentence),
      paused: () => this.#progress("counted"),
      stopped: () => {},
    });
  }

  count(events: readonly object[]): void {
    this.recording.admit(
      events.map((event) => ({
        event: event as { readonly type: string },
        answer: (outcome: Outcome) => void this.#answers.push(answerOf(outcome)),
      })),
    );
  }

  start(): void {
    void this.recording.start();
    this.#progress("started");
  }

  stop(): void {
    void this.recording.stop().then(() => this.#progress("stopped"));
  }

  #metricFailed(sentence: string): void {
    this.#failures++;
    this.#failure = sentence;
  }

  #progress(act: Progress["act"]): void {
    // First, for a snapshot may fail too.
    const snapshots = this.recording.snapshots();
    const [answers, failures, failure] = [this.#answers, this.#failures, this.#failure];
    this.#answers = [];
    this.#failures = 0;
    this.#reply({ kind: "progress", name: this.#name, answers, snapshots, failures, failure, act });
  }
}

/** Errors of any kind do not travel; their texts do. */
function answerOf(outcome: Outcome): Answer {
  return typeof outcome === "string" ? outcome === "handled" : describe(outcome.cause);
}
