// node --expose-gc test/processes/held-by-what-stays.ts <case>: what is left of 20 requests once they are over, while
// something that each has made goes on. Prints how many of each kind are still there.
import { EventEmitter } from "node:events";
import http, { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { setImmediate as turn, setTimeout as sleep } from "node:timers/promises";
import {
  bind,
  currentRequest,
  detached,
  requestCache,
  start,
  tryCurrentRequest,
  withSpan,
} from "throughline";
import { middleware } from "throughline/http";

const REQUESTS = 20;
const stays: unknown[] = [];
const emitter = new EventEmitter().setMaxListeners(0);

/** What each request makes that outlives it. */
const MAKES: Record<string, () => void> = {
  "an idle connection": () => {},
  "a timer": () => void stays.push(setInterval(() => stays.push(tryCurrentRequest()?.id), 10_000)),
  "a promise of a pool": () => void stays.push(new Promise(() => {}).then(() => tryCurrentRequest())),
  "a listener": () =>
    void emitter.on(
      "event",
      bind(() => tryCurrentRequest()?.id),
    ),
  "detached work": () => void stays.push(detached("work", () => new Promise(() => {}))),
};

start({ exporter: "none" });
const [, , name = ""] = process.argv;
const make = MAKES[name];
if (make === undefined) throw new Error(`no case is called ${name}`);

const refs: Record<string, WeakRef<object>[]> = { request: [], response: [], cached: [], deferred: [] };
const serve = middleware({ log: false });

async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const big = { bytes: new Uint8Array(1_000_000) };
  const cleanup = (): object => big;
  refs["request"]?.push(new WeakRef(request));
  refs["response"]?.push(new WeakRef(response));
  refs["cached"]?.push(new WeakRef(await requestCache().get("big", () => big)));
  refs["deferred"]?.push(new WeakRef(cleanup));
  currentRequest().defer(cleanup);
  currentRequest().signal.addEventListener("abort", cleanup);
  withSpan("work", () => make?.());
  response.end("ok");
}

const server = createServer((request, response) => serve(request, response, () => handle(request, response)));
await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
const { port } = server.address() as { port: number };
const agent = new http.Agent({ keepAlive: true });
await Promise.all(
  Array.from(
    { length: REQUESTS },
    () =>
      new Promise((resolve) => http.get({ port, agent }, (response) => response.resume().on("end", resolve))),
  ),
);
await sleep(50);
for (let round = 0; round < 12; round++) {
  await turn();
  globalThis.gc?.();
}
const left = Object.entries(refs).map(([kind, all]) => [
  kind,
  all.filter((reference) => reference.deref() !== undefined).length,
]);
console.log(JSON.stringify([refs["request"]?.length, Object.fromEntries(left)]));
process.exit();
