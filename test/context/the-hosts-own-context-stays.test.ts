import { ROOT_CONTEXT } from "@opentelemetry/api";
import { expect } from "chai";
import { AsyncLocalStorage } from "node:async_hooks";
import { bind } from "../../src/context/bind.ts";
import { ContextVariable } from "../../src/context/context-variable.ts";
import { ThroughlineContextManager } from "../../src/context/manager.ts";
import { emptyScope, scope } from "../../src/context/open-scope.ts";
import { Snapshot } from "../../src/context/snapshot.ts";
import { startSpan, traced, withSpan } from "../../src/trace/span-helpers.ts";
import { program } from "../processes/spawned.ts";
import { record } from "../recording.ts";

type Way = (fn: () => unknown) => unknown;

const variable = new ContextVariable<number>("variable");
const manager = new ThroughlineContextManager();
const theirs = new AsyncLocalStorage<string>();

/** Each way into a context of ours. */
const WAYS: Record<string, Way> = {
  "withSpan()": (fn) => withSpan("span", fn),
  "traced()": (fn) => traced("span", fn)(),
  "span.run()": (fn) => startSpan("span").run(fn),
  "scope()": (fn) => scope(fn),
  "emptyScope()": (fn) => emptyScope(fn),
  "variable.run()": (fn) => variable.run(1, fn),
  "snapshot.run()": (fn) => new Snapshot().run(fn),
  "bind(fn)": (fn) => bind(fn)(),
  "the API's context.with()": (fn) => manager.with(ROOT_CONTEXT, fn),
  "the API's context.bind()": (fn) => manager.bind(ROOT_CONTEXT, fn)(),
};

const storage = new AsyncLocalStorage<number>();

/** What is left of `login`, which a host runs in some way, when that has returned. */
const leftBy = (way: Way, login: () => unknown): Promise<string | undefined> =>
  theirs.run("nobody", async () => {
    const done = record(() => way(login));
    const seen = theirs.getStore();
    await done;
    return `${seen}, then ${theirs.getStore()}`;
  });

const LOGINS: Record<string, () => unknown> = {
  "a function": () => theirs.enterWith("ann"),
  "an async function, before its first await": async () => {
    theirs.enterWith("ann");
    await Promise.resolve();
  },
  "a function that throws": () => {
    theirs.enterWith("ann");
    throw new Error("on purpose");
  },
};

const caught =
  (way: Way): Way =>
  (fn) => {
    try {
      return way(fn);
    } catch {
      return undefined;
    }
  };

describe("what a host enters into a storage of its own stays, as within node's own run,", () => {
  for (const [what, login] of Object.entries(LOGINS)) {
    for (const [name, way] of Object.entries(WAYS)) {
      it(`when ${name} has run ${what}`, async () => {
        const own = await leftBy(
          caught((fn) => storage.run(1, fn)),
          login,
        );
        expect(own).to.equal("ann, then ann");
        expect(await leftBy(caught(way), login)).to.equal(own);
      });
    }
  }
});

/** The same ways on the built package, for a program of its own. */
const PROGRAM = `
  import { context } from "@opentelemetry/api";
  import { createHook } from "node:async_hooks";
  import { bind, ContextVariable, scope, Snapshot, start, startSpan, withSpan } from "throughline";
  const variable = new ContextVariable("variable");
  const ways = {
    withSpan: (fn) => withSpan("span", fn),
    "span.run": (fn) => startSpan("span").run(fn),
    scope: (fn) => scope(fn),
    "variable.run": (fn) => variable.run(1, fn),
    "snapshot.run": (fn) => new Snapshot().run(fn),
    bind: (fn) => bind(fn)(),
    "context.with": (fn) => context.with(context.active(), fn),
  };
`;

describe("a recursion that is too deep for the stack", function () {
  this.timeout(60_000);

  for (const [where, before] of Object.entries({
    "before start()": "",
    "after start()": 'start({ exporter: "none" });',
    "beside an async hook of the host":
      'start({ exporter: "none" }); createHook({ init() {}, before() {}, after() {} }).enable();',
  })) {
    it(`ends as a RangeError that the host catches, again and again, whatever it goes through: ${where}`, async () => {
      const { output, code, signal } = await program(`${PROGRAM}
        ${before}
        const parse = (way, level) => way(() => parse(way, level + 1));
        for (const name of ["withSpan", "scope", "variable.run", "context.with"]) {
          let caught = 0;
          for (let each = 0; each < 200; each++) {
            try {
              // Each time the stack ends somewhere else.
              const deeper = (left) => (left === 0 ? parse(ways[name], 0) : deeper(left - 1));
              deeper(each % 97);
            } catch (thrown) {
              if (thrown instanceof RangeError) caught++;
            }
          }
          await new Promise((resolve) => setTimeout(resolve, 1));
          console.log(name, caught, variable.tryGet());
        }
      `);
      expect({ output, code, signal }).to.deep.equal({
        output: ["withSpan", "scope", "variable.run", "context.with"]
          .map((name) => `${name} 200 undefined\n`)
          .join(""),
        code: 0,
        signal: null,
      });
    });
  }
});

describe("an async hook of the host", () => {
  it("sees no resource of ours", async () => {
    const { output } = await program(`${PROGRAM}
      start({ exporter: "none" });
      const all = () => Object.values(ways).map((way) => way(() => {}));
      all();
      const types = [];
      const hook = createHook({ init: (id, type) => types.push(type) }).enable();
      all();
      hook.disable();
      console.log(JSON.stringify(types));
    `);
    expect(output).to.equal("[]\n");
  });
});
