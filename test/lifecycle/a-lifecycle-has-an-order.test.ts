import { expect } from "chai";
import { setTimeout as sleep } from "node:timers/promises";
import { TimeoutError } from "../../src/concurrency/timeout-error.ts";
import { ContextVariable } from "../../src/context/context-variable.ts";
import { emptyScope } from "../../src/context/open-scope.ts";
import { Lifecycle } from "../../src/lifecycle/lifecycle.ts";
import { testTelemetry } from "../../src/testing/test-telemetry.ts";
import { withSpan } from "../../src/trace/span-helpers.ts";
import { telling } from "../stderr.ts";
import { failureOf } from "../trace/failures.ts";

const never = (): Promise<never> => new Promise(() => {});

/** A lifecycle of three, and what has happened to them; `faults` are called in the place of their own starts and stops. */
function three(faults: Readonly<Record<string, () => unknown>> = {}) {
  const events: string[] = [];
  const lifecycle = new Lifecycle("shop", { startTimeout: 50, stopTimeout: 50 });
  const act = async (event: string): Promise<void> => {
    await sleep(1);
    events.push(event);
    await faults[event]?.();
  };
  const [settings, database, server] = ["settings", "database", "server"].map((name) =>
    lifecycle.add(
      name,
      async () => {
        await act(`start ${name}`);
        return `the ${name}`;
      },
      (value) => act(`stop ${value}`),
    ),
  );
  if (settings === undefined || database === undefined || server === undefined) throw new Error("not three");
  return { lifecycle, settings, database, server, events };
}

const STARTED = ["start settings", "start database", "start server"];
const STOPPED = ["stop the server", "stop the database", "stop the settings"];

describe("a lifecycle", () => {
  it("starts in order, gives what it has started, and stops in reverse", async () => {
    const { lifecycle, settings, database, server, events } = three();
    expect(await lifecycle.start()).to.equal(lifecycle);
    expect(events).to.deep.equal(STARTED);
    expect([settings.get(), database.get(), server.get()]).to.deep.equal([
      "the settings",
      "the database",
      "the server",
    ]);
    expect(await lifecycle.stop()).to.deep.equal({ errors: [] });
    expect(events).to.deep.equal([...STARTED, ...STOPPED]);
  });

  it("gives a resource what was started before it, and refuses what comes after", async () => {
    const seen: unknown[] = [];
    const lifecycle = new Lifecycle("shop");
    const settings = lifecycle.add("settings", () => ({ port: 80 }));
    lifecycle.add("server", () => {
      seen.push(settings.get().port);
      expect(() => last.get())
        .to.throw("last")
        .with.property("code", "THR_RESOURCE_NOT_RUNNING");
    });
    const last = lifecycle.add("last", () => 1);
    await lifecycle.start();
    expect(seen).to.deep.equal([80]);
  });

  it("refuses a resource before the start and from its stop on, each by a code of its own", async () => {
    const { lifecycle, database } = three();
    const codeOf = (): unknown => {
      try {
        return database.get();
      } catch (thrown) {
        return (thrown as { code?: unknown }).code;
      }
    };
    expect(codeOf()).to.equal("THR_RESOURCE_NOT_RUNNING");
    await lifecycle.start();
    expect(codeOf()).to.equal("the database");
    const stopping = lifecycle.stop();
    expect(codeOf()).to.equal("the database");
    await stopping;
    expect(codeOf()).to.equal("THR_RESOURCE_NOT_RUNNING");
  });

  for (const [at, event] of STARTED.entries())
    it(`stops what it has started where one fails: at ${event}`, async () => {
      const fault = new Error("refused");
      const { lifecycle, events, settings } = three({
        [event]: () => {
          throw fault;
        },
      });
      expect(await failureOf(lifecycle.start())).to.equal(fault);
      expect(events).to.deep.equal([...STARTED.slice(0, at + 1), ...STOPPED.slice(3 - at)]);
      expect(() => settings.get()).to.throw(TypeError);
      expect(await lifecycle.stop()).to.deep.equal({ errors: [] });
    });

  it("may be started anew, after a failure and after a stop", async () => {
    let isFailing = true;
    const { lifecycle, database, events } = three({
      "start server": () => {
        if (isFailing) throw new Error("refused");
      },
    });
    await failureOf(lifecycle.start());
    isFailing = false;
    for (let times = 0; times < 2; times++) {
      events.length = 0;
      await lifecycle.start();
      expect(database.get()).to.equal("the database");
      await lifecycle.stop();
      expect(events).to.deep.equal([...STARTED, ...STOPPED]);
    }
  });

  it("is started once, and stopped once, by all who ask", async () => {
    const { lifecycle, events } = three();
    await Promise.all([lifecycle.start(), lifecycle.start()]);
    await lifecycle.start();
    const stops = await Promise.all([lifecycle.stop(), lifecycle.stop(), lifecycle[Symbol.asyncDispose]()]);
    expect(stops[0]).to.equal(stops[1]);
    expect(await lifecycle.stop()).to.deep.equal({ errors: [] });
    expect(events).to.deep.equal([...STARTED, ...STOPPED]);
  });

  it("is stopped at the end of a block, also of one that throws", async () => {
    const { lifecycle, events } = three({
      "stop the database": () => {
        throw new Error("of the stop");
      },
    });
    const { result: thrown } = await telling(() =>
      failureOf(
        (async () => {
          await using running = await lifecycle.start();
          throw new Error(`of the block of ${running.name}`);
        })(),
      ),
    );
    expect(String(thrown)).to.equal("Error: of the block of shop");
    expect(events).to.deep.equal([...STARTED, ...STOPPED]);
  });

  it("stops the rest where one fails to stop or hangs, and says so", async () => {
    const fault = new Error("refused");
    const { lifecycle, events } = three({
      "stop the server": never,
      "stop the database": () => {
        throw fault;
      },
    });
    await lifecycle.start();
    const { result, told } = await telling(() => lifecycle.stop());
    const [late, refused] = result.errors;
    expect(late).to.be.instanceOf(TimeoutError);
    expect(String(late)).to.equal(
      'TimeoutError: resource "server" of lifecycle "shop" took longer than the 50 ms that it may take',
    );
    expect(refused).to.equal(fault);
    expect(events).to.deep.equal([...STARTED, ...STOPPED]);
    expect(told).to.match(/throughline: resource "server" of lifecycle "shop" failed to stop/);
  });

  it("gives up a start that hangs, and stops what that comes to later", async () => {
    const events: string[] = [];
    let connect: ((value: string) => void) | undefined;
    const lifecycle = new Lifecycle("shop", { startTimeout: 20 });
    lifecycle.add(
      "settings",
      () => 1,
      () => events.push("stop settings"),
    );
    lifecycle.add(
      "database",
      ({ signal }) => {
        signal.addEventListener("abort", () => events.push("abort"));
        return new Promise<string>((resolve) => (connect = resolve));
      },
      (value) => events.push(`stop ${value}`),
    );
    const error = await failureOf(lifecycle.start());
    expect(String(error)).to.match(/^TimeoutError: resource "database" of lifecycle "shop" took longer/);
    expect(events).to.deep.equal(["abort", "stop settings"]);
    connect?.("late");
    await sleep(1);
    expect(events).to.deep.equal(["abort", "stop settings", "stop late"]);
  });

  it("is stopped while it starts: the start is aborted, and what it still comes to is waited for and undone", async () => {
    const { lifecycle, events, server } = three({ "start database": () => sleep(20) });
    const starting = failureOf(lifecycle.start());
    await sleep(10);
    expect(events).to.deep.equal(STARTED.slice(0, 2));
    expect(await lifecycle.stop()).to.deep.equal({ errors: [] });
    expect(events).to.deep.equal([...STARTED.slice(0, 2), ...STOPPED.slice(1)]);
    expect(await starting).to.have.property("code", "THR_LIFECYCLE_STOPPED");
    expect(() => server.get())
      .to.throw()
      .with.property("code", "THR_RESOURCE_NOT_RUNNING");
  });

  it("is stopped while it starts, and waits for none that hangs for ever", async () => {
    const { lifecycle, events } = three({ "start database": never });
    const starting = failureOf(lifecycle.start());
    await sleep(10);
    const { result } = await telling(() => lifecycle.stop());
    expect(result.errors.map(String)).to.deep.equal([
      'TimeoutError: resource "database" of lifecycle "shop" took longer than the 50 ms that it may take',
    ]);
    expect(events).to.deep.equal([...STARTED.slice(0, 2), "stop the settings"]);
    expect(await starting).to.have.property("code", "THR_LIFECYCLE_STOPPED");
  });

  it("is stopped while the last of it starts, which heeds no signal and succeeds", async () => {
    const { lifecycle, events } = three({ "start server": () => sleep(5) });
    const starting = failureOf(lifecycle.start());
    await sleep(6);
    expect(await lifecycle.stop()).to.deep.equal({ errors: [] });
    expect(events).to.deep.equal([...STARTED, ...STOPPED]);
    expect(await starting).to.have.property("code", "THR_LIFECYCLE_STOPPED");
  });

  it("waits in a stop also for what took too long to start, and tells of it then alone", async () => {
    const events: string[] = [];
    const lifecycle = new Lifecycle("shop", { startTimeout: 5 });
    lifecycle.add(
      "database",
      () => sleep(30),
      () => {
        events.push("undone");
        throw new Error("gone");
      },
    );
    await failureOf(lifecycle.start());
    const { result } = await telling(() => lifecycle.stop());
    expect([events, result.errors.map(String)]).to.deep.equal([["undone"], ["Error: gone"]]);
    await failureOf(lifecycle.start());
    await telling(() => sleep(40));
    expect(await lifecycle.stop()).to.deep.equal({ errors: [] });
  });

  it("tells what failed to stop also where it was stopped while it started", async () => {
    const fault = new Error("refused");
    const failing = (): never => {
      throw fault;
    };
    const { lifecycle } = three({
      "start database": () => sleep(20),
      "stop the database": failing,
      "stop the settings": failing,
    });
    const starting = failureOf(lifecycle.start());
    await sleep(10);
    const { result } = await telling(() => lifecycle.stop());
    await starting;
    expect(result).to.deep.equal({ errors: [fault, fault] });
  });

  it("knows that it is starting before its first resource does anything", async () => {
    const lifecycle = new Lifecycle("shop");
    let joined: Promise<unknown> | undefined;
    let starts = 0;
    lifecycle.add("first", () => {
      starts++;
      joined = lifecycle.start();
      expect(() => lifecycle.add("late", () => 1))
        .to.throw()
        .with.property("code", "THR_LIFECYCLE_STARTED");
    });
    await lifecycle.start();
    expect([await joined, starts]).to.deep.equal([lifecycle, 1]);
    await lifecycle.stop();
  });

  it("reports a late start that cannot be undone", async () => {
    let connect: ((value: string) => void) | undefined;
    const lifecycle = new Lifecycle("shop", { startTimeout: 5 });
    lifecycle.add(
      "database",
      () => new Promise<string>((resolve) => (connect = resolve)),
      () => {
        throw new Error("gone");
      },
    );
    await failureOf(lifecycle.start());
    const { told } = await telling(() => {
      connect?.("late");
      return sleep(1);
    });
    expect(told).to.match(
      /^throughline: resource "database" of lifecycle "shop" failed to stop \(Error: gone\)/,
    );
  });

  it("is not started while it is being stopped", async () => {
    const { lifecycle } = three();
    await lifecycle.start();
    const stopping = lifecycle.stop();
    expect(await failureOf(lifecycle.start())).to.have.property("code", "THR_LIFECYCLE_STOPPED");
    await stopping;
    await lifecycle.start();
  });

  it("stops by a value's own disposal where it is given no stop", async () => {
    const ended: string[] = [];
    const lifecycle = new Lifecycle("shop");
    lifecycle.add("later", () => ({
      name: "later",
      async [Symbol.asyncDispose]() {
        ended.push(this.name);
      },
    }));
    lifecycle.add("at once", () => ({ [Symbol.dispose]: () => void ended.push("at once") }));
    for (const value of [undefined, null, 1, "text", {}, () => {}]) lifecycle.add("none", () => value);
    await lifecycle.start();
    expect(await lifecycle.stop()).to.deep.equal({ errors: [] });
    expect(ended).to.deep.equal(["at once", "later"]);
  });
});

describe("a resource that stands in for another", () => {
  it("is given within its scope, whether the lifecycle is started or not", async () => {
    const { lifecycle, database } = three();
    expect(database.run("a fake", () => database.get())).to.equal("a fake");
    await lifecycle.start();
    expect(
      await database.run("a fake", async () => {
        await sleep(1);
        return database.run("another", () => database.get());
      }),
    ).to.equal("another");
    expect(database.get()).to.equal("the database");
  });

  it("stands beside those of others, also of another lifecycle", async () => {
    const base = new Lifecycle("base");
    const settings = base.add("settings", () => "settings");
    const clock = base.add("clock", () => "clock");
    const shop = new Lifecycle("shop");
    const server = shop.add("server", () => [settings.get(), clock.get()]);
    await settings.run("a", () => clock.run("b", () => shop.start()));
    expect(server.get()).to.deep.equal(["a", "b"]);
    await shop.stop();
  });

  it("is started with, and neither started nor stopped itself", async () => {
    const { lifecycle, settings, database, events } = three();
    await settings.run("other settings", () => lifecycle.start());
    expect([settings.get(), database.get()]).to.deep.equal(["other settings", "the database"]);
    expect(emptyScope(() => settings.get())).to.equal("other settings");
    await lifecycle.stop();
    expect(events).to.deep.equal([...STARTED.slice(1), ...STOPPED.slice(0, 2)]);
    await lifecycle.start();
    expect(settings.get()).to.equal("the settings");
  });
});

describe("the spans of a lifecycle", () => {
  it(
    "are a trace of each start and stop, with one for each resource",
    testTelemetry(async (telemetry) => {
      const { lifecycle } = three();
      await lifecycle.start();
      await lifecycle.stop();
      expect(
        telemetry.trees().map(({ name, children }) => [name, children.map((child) => child.name)]),
      ).to.deep.equal([
        ["start shop", STARTED],
        ["stop shop", ["stop server", "stop database", "stop settings"]],
      ]);
    }),
  );

  it(
    "are linked to whoever was the first to need it, and inherit nothing",
    testTelemetry(async (telemetry) => {
      const user = new ContextVariable<string>("user");
      const lifecycle = new Lifecycle("shop");
      const seen = lifecycle.add("seen", () => user.tryGet());
      const request = await withSpan("request", async (span) => {
        user.set("ann");
        await lifecycle.start();
        return span.spanContext();
      });
      expect(seen.get()).to.equal(undefined);
      const start = telemetry.spans.find(({ name }) => name === "start shop");
      expect(start?.parentSpanContext).to.equal(undefined);
      expect(start?.links.map(({ context }) => context.spanId)).to.deep.equal([request.spanId]);
    }),
  );

  it(
    "say what failed",
    testTelemetry(async (telemetry) => {
      const { lifecycle } = three({
        "start database": () => {
          throw new Error("refused");
        },
      });
      await failureOf(lifecycle.start());
      expect(telemetry.spans.map(({ name, status }) => [name, status.message])).to.deep.equal([
        ["start shop", "refused"],
        ["start settings", undefined],
        ["start database", "refused"],
        ["stop settings", undefined],
      ]);
    }),
  );
});

describe("misuse of a lifecycle", () => {
  const lifecycle = new Lifecycle("shop");
  for (const [title, act, code] of [
    ["no name", () => new Lifecycle(""), "THR_NOT_A_NAME"],
    ["a name that is none", () => new Lifecycle(5 as never), "THR_NOT_A_NAME"],
    [
      "a time-out that is none",
      () => new Lifecycle("a", { stopTimeout: "5 s" as never }),
      "THR_NOT_A_DURATION",
    ],
    ["a resource without a name", () => lifecycle.add(undefined as never, () => 1), "THR_NOT_A_NAME"],
    ["no start", () => lifecycle.add("database", undefined as never), "THR_NOT_A_FUNCTION"],
    ["a stop that is none", () => lifecycle.add("database", () => 1, "stop" as never), "THR_NOT_A_FUNCTION"],
    [
      "a stand-in for no function",
      () => new Lifecycle("a").add("b", () => 1).run(2, undefined as never),
      "THR_NOT_A_FUNCTION",
    ],
  ] as const)
    it(`is told: ${title}`, () => {
      expect(act).to.throw(TypeError).with.property("code", code);
    });

  it("is told: a resource that comes late", async () => {
    const started = await new Lifecycle("shop").start();
    expect(() => started.add("late", () => 1))
      .to.throw()
      .with.property("code", "THR_LIFECYCLE_STARTED");
    await started.stop();
    started.add("in time", () => 1);
  });
});
