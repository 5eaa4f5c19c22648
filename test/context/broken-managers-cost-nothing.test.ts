import { expect } from "chai";
import { program } from "../processes/spawned.ts";

/** What is broken of another's ContextManager. */
const BROKEN: Record<string, string> = {
  "active() throws": "active() { throw new Error('active'); }",
  "active() rejects": "async active() { throw new Error('active'); }",
  "active() gives undefined": "active() {}",
  "active() gives an empty object": "active() { return {}; }",
  "active() gives a revoked proxy": "active() { return revoked; }",
  "with() throws before it calls": "with() { throw new Error('with'); }",
  "with() throws after it has called": "with: given((call) => { call(); throw new Error('with'); })",
  "with() rejects": "with: given(async (call) => { call(); throw new Error('with'); })",
  "with() never calls": "with() {}",
  "with() calls later": "with: given((call) => { setImmediate(call); })",
};

/** What it does too much is not looked at. */
const ODD: Record<string, string> = {
  "with() gives nonsense": "with: given((call) => { call(); return 42; })",
  "with() calls twice": "with: given((call) => { call(); return call(); })",
  "with() calls, and once more later": "with: given((call) => { setImmediate(call); return call(); })",
  "with() swallows what is thrown": "with: given((call) => { try { return call(); } catch {} })",
};

/** How a host comes to have it. */
const GIVEN: Record<string, string> = {
  "given to start()": "const telemetry = start({ exporter: 'none', contextManager });",
  "registered before":
    "context.setGlobalContextManager(contextManager); const telemetry = start({ exporter: 'none' });",
};

/** Calls all that calls a function, and tells what was not as with a manager that works. */
const programWith = (broken: string, given: string): string => `
  import { context, ROOT_CONTEXT, trace } from "@opentelemetry/api";
  import { setTimeout as sleep } from "node:timers/promises";
  import { activeSpan, annotate, bind, clearScope, ContextVariable, counter, emptyScope, gather, scope, Snapshot, start, startSpan, traced, withSpan } from "throughline";
  const { proxy: revoked, revoke } = Proxy.revocable({}, {});
  revoke();
  const given = (act) => (_, fn, self, ...args) => act(() => fn.apply(self, args));
  const contextManager = {
    active: () => ROOT_CONTEXT,
    with: given((call) => call()),
    bind: (_, target) => target,
    enable() { return this; },
    disable() { return this; },
    ...{ ${broken} },
  };
  ${given}
  const variable = new ContextVariable("variable", { defaultValue: 0 });
  const tracer = trace.getTracer("library");
  const ways = {
    withSpan: (fn) => withSpan("span", fn),
    traced: (fn) => traced("span", fn)(),
    "span.run": (fn) => startSpan("span").run(fn),
    scope: (fn) => scope(fn),
    emptyScope: (fn) => emptyScope(fn),
    "variable.run": (fn) => variable.run(1, fn),
    "snapshot.run": (fn) => new Snapshot().run(fn),
    bind: (fn) => bind(fn)(),
    gather: (fn) => gather([fn]).then(([first]) => first),
    startActiveSpan: (fn) => tracer.startActiveSpan("span", fn),
  };
  const wrong = [];
  const check = async (name, act, expected) => {
    const seen = await (async () => act())().catch((thrown) => thrown);
    if (seen !== expected) wrong.push([name, String(seen)]);
  };
  for (const [name, way] of Object.entries(ways)) {
    const [result, error] = [{ name }, new Error(name)];
    let calls = 0;
    await check(name, () => way(() => { calls++; return result; }), result);
    await check(name + " of what throws", () => way(() => { calls++; throw error; }), error);
    await check(name + " of what rejects", () => way(async () => { calls++; throw error; }), error);
    await sleep(1);
    if (calls !== 3) wrong.push([name, calls + " calls of 3"]);
  }
  await check("the rest", () => {
    variable.get();
    activeSpan().end();
    annotate({ a: 1 });
    clearScope();
    new ContextVariable("another");
    counter("count").add(1);
    startSpan("span").end();
    tracer.startSpan("span").end();
  }, undefined);
  await sleep(5);
  console.log(JSON.stringify([wrong, Object.keys(telemetry.report().troubles)]));
  process.exit(0);
`;

async function told(broken: string, given: string): Promise<[unknown, string[]]> {
  const { output, errors, code } = await program(programWith(broken, given));
  expect(code, errors).to.equal(0);
  return JSON.parse(output) as [unknown, string[]];
}

describe("a ContextManager of another SDK", function () {
  this.timeout(20_000);

  for (const [how, given] of Object.entries(GIVEN)) {
    for (const [what, broken] of Object.entries(BROKEN)) {
      it(`that is broken costs no call, result or error, and is counted: ${what}, ${how}`, async () => {
        const [wrong, troubles] = await told(broken, given);
        expect(wrong).to.deep.equal([]);
        expect(troubles).to.include("plugin_failed");
      });
    }

    for (const [what, odd] of Object.entries(ODD)) {
      it(`that is odd costs no call, result or error: ${what}, ${how}`, async () => {
        const [wrong] = await told(odd, given);
        expect(wrong).to.deep.equal([]);
      });
    }
  }
});
