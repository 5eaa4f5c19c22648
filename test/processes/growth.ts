// node --expose-gc test/processes/growth.ts <case>: does something a million times and prints what it left, in bytes.
import { EventEmitter } from "node:events";
import { setImmediate as turn } from "node:timers/promises";
import {
  bind,
  ContextVariable,
  currentRequest,
  gather,
  MetricsRecorder,
  operation,
  RecorderLoop,
  requestCache,
  scope,
  Snapshot,
  start,
  startSpan,
  withSpan,
} from "throughline";

const MILLION = 1_000_000;
const user = new ContextVariable<number>("user");
const role = new ContextVariable<number>("role");
const emitter = new EventEmitter();
const kept: (() => unknown)[] = [];
const loop = new RecorderLoop();
const metric = { name: "m", handle: () => true, snapshot: () => ({ name: "m", dimensions: { one: 1 } }) };

async function times(count: number, act: (index: number) => void): Promise<void> {
  for (let index = 0; index < count; index++) {
    act(index);
    if (index % 10_000 === 0) await turn();
  }
}

const CASES: Record<string, (count: number) => Promise<void>> = {
  "sets without reset": (count) => scope(() => times(count, (index) => void user.set(index))),
  "scopes within each other, each with a set": (count) => {
    let here = new Snapshot();
    return times(count, (index) => {
      here = here.run(() => {
        (index % 2 === 0 ? user : role).set(index);
        return new Snapshot();
      });
    });
  },
  "requests of three workers": (count) =>
    times(count / 10, () => void gather([1, 2, 3].map((own) => async () => user.set(own)))),
  "spans that never end": (count) => times(count, () => void startSpan("never")),
  "spans that never end, each within the one before": (count) => {
    let here = new Snapshot();
    return times(count, (index) => {
      here = here.run(() =>
        startSpan("never").run(() => {
          user.set(index);
          return new Snapshot();
        }),
      );
    });
  },
  "spans that end, each within the one before": (count) => {
    let here = new Snapshot();
    return times(count, (index) => {
      here = here.run(() =>
        withSpan("step", () => {
          user.set(index);
          return new Snapshot();
        }),
      );
    });
  },
  "functions that are bound": (count) => scope(() => times(count, () => void bind(() => {}))),
  "binds of one emitter": (count) => times(count, () => void scope(() => bind(emitter))),
  "emitters that are bound": (count) => scope(() => times(count, () => void bind(new EventEmitter()))),
  "ended spans whose contexts are kept": (count) =>
    times(count / 2_000, () => {
      withSpan("span", { attributes: { text: `${Math.random()}`.repeat(3_000) } }, () =>
        kept.push(bind(() => {})),
      );
    }),
  "events that a recorder counts, and those that it refuses": async (count) => {
    const recorder = loop.run(() => new MetricsRecorder("events", { maxPending: MILLION }));
    recorder.registerMetric(metric);
    await recorder.start();
    await times(count, () => void recorder.registerEvent({ type: "event" }));
    await recorder.stop();
    await times(count, () => void recorder.registerEvent({ type: "event" }));
    kept.push(() => recorder);
  },
  operations: async (count) => {
    for (let index = 0; index < count / 10; index++)
      await operation("job", async () => {
        user.set(index);
        currentRequest().defer(() => index);
        await requestCache().get("one", () => index);
      });
  },
  "recorders that have stopped": async (count) => {
    for (let index = 0; index < count / 10; index++) {
      const recorder = loop.run(() => new MetricsRecorder("shop"));
      recorder.registerMetric(metric);
      void recorder.registerEvent({ type: "event" });
      await recorder.stop();
    }
  },
};

const [, , name = ""] = process.argv;
const work = CASES[name];
if (work === undefined) throw new Error(`no case is called ${name}`);
start({ exporter: "none" });
await work(MILLION / 10);
const before = await heap();
await work(MILLION);
console.log((await heap()) - before);

async function heap(): Promise<number> {
  for (let round = 0; round < 12; round++) {
    await turn();
    globalThis.gc?.();
  }
  return process.memoryUsage().heapUsed;
}
