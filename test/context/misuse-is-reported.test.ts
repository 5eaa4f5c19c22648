import { trace } from "@opentelemetry/api";
import { expect } from "chai";
import { setTimeout as sleep } from "node:timers/promises";
import { ContextVariable } from "../../src/context/context-variable.ts";
import { gather } from "../../src/context/gather.ts";
import { ThroughlineContextManager } from "../../src/context/manager.ts";
import { emptyScope, scope } from "../../src/context/open-scope.ts";
import { type Trouble, troubles } from "../../src/core/diagnostics.ts";
import { startSpan, withSpan } from "../../src/trace/span-helpers.ts";
import { program } from "../processes/spawned.ts";
import { record } from "../recording.ts";
import { silently } from "../stderr.ts";

const user = new ContextVariable<number>("user");
const manager = new ThroughlineContextManager();

/** How often a trouble is reported while `act` runs. */
async function reports(trouble: Trouble, act: () => unknown): Promise<number> {
  const before = troubles()[trouble] ?? 0;
  await record(() => silentlyAwaited(act));
  return (troubles()[trouble] ?? 0) - before;
}

async function silentlyAwaited(act: () => unknown): Promise<void> {
  let done: unknown;
  silently(() => (done = act()));
  await done;
}

const worker = async (own: number): Promise<number> => {
  user.set(own);
  await sleep(2);
  return user.get();
};

const CROSSED: Record<string, () => unknown> = {
  "over Promise.all, workers in spans that set and read": () =>
    Promise.all([1, 2, 3].map((own) => withSpan(`worker ${own}`, () => worker(own)))),
  "by a span that reads what another has set that still runs": () =>
    Promise.all([withSpan("sets", () => worker(1)), withSpan("reads", async () => user.get())]),
  "by a span that reads it with tryGet": () =>
    Promise.all([withSpan("sets", () => worker(1)), withSpan("reads", async () => user.tryGet())]),
  "by a span deep within another operation": () =>
    Promise.all([
      withSpan("sets", () => worker(1)),
      withSpan("outer", async () => withSpan("inner", () => user.get())),
    ]),
  "by work that was not awaited": async () => {
    const background = withSpan("background", () => worker(1));
    await withSpan("handler", async () => user.get());
    await background;
  },
};

const IN_ORDER: Record<string, () => unknown> = {
  "authenticate, then read": async () => {
    await withSpan("authenticate", async () => {
      await sleep(1);
      user.set(1);
    });
    await withSpan("handler", async () => {
      user.get();
      await withSpan("deep", async () => user.get());
    });
  },
  "set outside, read by many inside": () =>
    withSpan("middleware", async () => {
      user.set(1);
      await Promise.all([1, 2].map(() => withSpan("reader", async () => user.get())));
    }),
  "set inside, read outside while it runs": async () => {
    const inner = withSpan("inner", () => worker(1));
    user.get();
    await inner;
  },
  "each in a scope of its own": () =>
    gather([1, 2, 3].map((own) => () => withSpan("worker", () => worker(own)))),
  "what was inherited is set anew in a scope of its own": () =>
    Promise.all([
      withSpan("sets", () => worker(1)),
      withSpan("has a scope", () => scope(async () => user.set(2))),
    ]),
  "a root span within another": () =>
    withSpan("outer", async () => {
      user.set(1);
      await withSpan("root", { root: true }, async () => user.get());
    }),
  "one span that is made active twice": () => {
    using span = startSpan("request");
    span.run(() => user.set(1));
    span.run(() => user.get());
  },
  "one span that is made active while it is active": () => {
    using span = startSpan("request");
    span.run(() => {
      user.set(1);
      span.run(() => user.set(user.get()));
    });
  },
  "a child within a span that is made active once more": async () => {
    using span = startSpan("request");
    await span.run(async () => user.set(1));
    await span.run(async () => withSpan("child", () => user.get()));
  },
  "a child that sets, and its parent made active once more": async () => {
    using span = startSpan("request");
    const child = span.run(() => withSpan("child", () => worker(1)));
    span.run(() => user.get());
    await child;
  },
  "one span that is put twice into a context of the API": () => {
    using span = startSpan("request");
    manager.with(trace.setSpan(manager.active(), span), () => user.set(1));
    manager.with(trace.setSpan(manager.active(), span), () => user.get());
  },
};

describe("values that concurrent operations share by mistake", () => {
  for (const [what, act] of Object.entries(CROSSED)) {
    it(`are reported: ${what}`, async () => {
      expect(await reports("values_crossed", () => scope(async () => act()))).to.be.greaterThan(0);
    });
  }

  for (const [what, act] of Object.entries(IN_ORDER)) {
    it(`are not seen where there are none: ${what}`, async () => {
      expect(await reports("values_crossed", () => scope(async () => act()))).to.equal(0);
    });
  }

  it("are not told from each other without spans, and read each other's", async () => {
    let read: unknown;
    const count = await reports("values_crossed", () =>
      scope(async () => {
        read = await Promise.all([1, 2, 3].map(worker));
      }),
    );
    expect([read, count]).to.deep.equal([[3, 3, 3], 0]);
  });

  it("are reported with the variable, both spans and the place of the second", async () => {
    const { errors } = await program(`
        import { ContextVariable, start, withSpan, scope } from "throughline";
        import { setTimeout as sleep } from "node:timers/promises";
        start({ exporter: "none" });
        const user = new ContextVariable("user");
        async function worker(own) {
          user.set(own);
          await sleep(2);
          return user.get();
        }
        await scope(() => Promise.all([1, 2, 3].map((own) => withSpan("worker " + own, () => worker(own)))));
      `);
    expect(errors.trim().split("\n")).to.have.lengthOf(1);
    expect(errors).to.match(/span "worker 2" sets context variable "user", which span "worker 1" has set/);
    expect(errors)
      .to.match(/gather\(\)/)
      .and.match(/worker .*:7:16/);
  });
});

describe("tokens that are used out of order", () => {
  it("are reported, and restore what each remembers", async () => {
    let seen: unknown[] = [];
    const count = await reports("tokens_out_of_order", () =>
      scope(() => {
        const [first, second] = [user.set(1), user.set(2)];
        user.reset(first);
        user.reset(second);
        seen = [user.tryGet()];
      }),
    );
    expect([seen, count]).to.deep.equal([[1], 1]);
  });

  it("are not seen where they are used in order, or left unused, or within scopes of their own", async () => {
    const count = await reports("tokens_out_of_order", () =>
      scope(() => {
        const outer = user.set(1);
        user.reset(user.set(2));
        user.set(3);
        scope(() => user.reset(user.set(4)));
        const inner = scope(() => {
          const token = user.set(5);
          return () => user.reset(token);
        });
        user.reset(outer);
        expect(inner).to.throw();
      }),
    );
    expect(count).to.equal(0);
  });
});

const make = (name: string): unknown => new ContextVariable(name);
const handle = (): unknown => make("made in a hot path");

describe("variables that are made in a hot path", () => {
  it("are reported once, with the place, when one place makes a second within operations", async () => {
    const { errors } = await program(`
        import { ContextVariable, scope } from "throughline";
        const handle = () => new ContextVariable("per request");
        for (let request = 0; request < 10; request++) scope(handle);
      `);
    expect(errors.trim().split("\n")).to.have.lengthOf(1);
    expect(errors)
      .to.match(/variable "per request" is made again and again/)
      .and.match(/handle .*:3:30/);
  });

  it("are not seen at module level, by a factory, or once in each of several places", async () => {
    const count = await reports("variables_in_hot_path", () => {
      emptyScope(() => [make("a"), make("b")]);
    });
    for (const name of ["c", "d", "e"]) make(name);
    expect(count).to.equal(0);
  });

  for (const [what, without] of Object.entries({
    "are as long as 0 lines": "Error.stackTraceLimit = 0;",
    "fail in the host's own code": "Error.prepareStackTrace = () => { throw new Error('on purpose'); };",
    "are gone": "delete Error.stackTraceLimit; Error.prepareStackTrace = () => undefined;",
  })) {
    it(`are not seen, and made as ever, where stack traces ${what}`, async () => {
      const { output, errors } = await program(`
        import { ContextVariable, scope, start } from "throughline";
        const telemetry = start({ exporter: "none" });
        ${without}
        const made = scope(() => ["a", "b", "c"].map((name) => new ContextVariable(name).name));
        console.log(JSON.stringify([made, telemetry.report().troubles]));
      `);
      expect([output, errors]).to.deep.equal(['[["a","b","c"],{}]\n', ""]);
    });
  }

  it("still work beyond a thousand, and are reported", async () => {
    const many = Array.from({ length: 1_100 }, handle) as ContextVariable<number>[];
    const count = await reports("variables_in_hot_path", () => void handle());
    expect(count).to.equal(1);
    scope(() => {
      for (const [index, variable] of many.entries()) variable.set(index);
      const tokens = many.map((variable) => variable.set(-1));
      scope(() => {
        for (const variable of many) variable.set(7);
      });
      expect(many.every((variable) => variable.get() === -1)).to.equal(true);
      for (const [index, token] of tokens.entries()) many[index]?.reset(token);
      expect(many.map((variable) => variable.get())).to.deep.equal(many.map((_, index) => index));
    });
    expect(many[1_050]?.tryGet()).to.equal(undefined);
  });
});
