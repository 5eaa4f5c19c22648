import { expect } from "chai";
import { once } from "node:events";
import { MessageChannel, Worker } from "node:worker_threads";
import { ContextVariable } from "../../src/context/context-variable.ts";
import { emptyScope } from "../../src/context/open-scope.ts";
import { ThroughlineError } from "../../src/core/errors.ts";
import { testTelemetry } from "../../src/testing/test-telemetry.ts";
import { activeSpan } from "../../src/trace/active-span.ts";
import { withSpan } from "../../src/trace/span-helpers.ts";
import { carryContext } from "../../src/workers/carry-context.ts";
import { task } from "../../src/workers/task.ts";

const codeOf = (act: () => unknown): unknown => {
  try {
    act();
  } catch (error) {
    return error instanceof ThroughlineError ? error.code : error;
  }
  return undefined;
};

const resize = (image: object, _options: object): object => image;

/** A pool of one that runs what it is given by a copy of it, in nobody's context, as another thread would. */
const poolOf = (work: (message: never) => unknown) => ({
  run: (message: unknown, _options?: object): unknown =>
    emptyScope(() => work(structuredClone(message) as never)),
});

const user = new ContextVariable<string>("carried-user", { travels: "process" });

describe("what carries the context to a worker", () => {
  it(
    "gives the task what was sent, in the context that it was sent in, and leaves none behind",
    testTelemetry((t) => {
      const seen: unknown[] = [];
      const pool = carryContext(
        poolOf(task((value) => seen.push([value, user.tryGet(), activeSpan().spanContext().spanId]))),
      );
      withSpan("caller", (span) => {
        user.set("ada");
        for (const value of [undefined, null, 0, "text", [1], { a: 1 }, new Date(0)]) pool.run(value);
        expect(seen.every((each) => (each as unknown[])[2] === span.spanContext().spanId)).to.equal(true);
      });
      expect(seen.map((each) => (each as unknown[])[0])).to.deep.equal([
        undefined,
        null,
        0,
        "text",
        [1],
        { a: 1 },
        new Date(0),
      ]);
      expect(new Set(seen.map((each) => (each as unknown[])[1]))).to.deep.equal(new Set(["ada"]));
      expect(t.spans).to.have.length(1);
    }),
  );

  it("is itself, once, and its method is seen by nobody who lists it", () => {
    class Pool {
      run(message: unknown): unknown {
        return message;
      }
    }
    const pool = new Pool();
    expect(carryContext(pool)).to.equal(pool);
    carryContext(pool);
    expect(Object.keys(pool)).to.deep.equal([]);
    expect(pool.run("task")).to.have.property("value", "task");
  });

  it("takes ports and workers, and hands on what is transferred", async () => {
    const { port1, port2 } = new MessageChannel();
    carryContext(port1);
    const { buffer } = new Uint8Array(3);
    port1.postMessage(buffer, [buffer]);
    const [message] = (await once(port2, "message")) as [{ value: ArrayBuffer }];
    expect([message.value.byteLength, buffer.byteLength]).to.deep.equal([3, 0]);
    port1.close();
    const worker = carryContext(new Worker("", { eval: true }));
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- of a window, which this is not
    worker.postMessage("nobody hears it");
    await once(worker, "exit");
  });

  it("is a pool, a worker or a port that can be changed", () => {
    const revoked = Proxy.revocable({}, {});
    revoked.revoke();
    const throwing = {
      get run(): never {
        throw new Error("no");
      },
    };
    for (const target of [
      undefined,
      null,
      5,
      "run",
      {},
      { run: 5 },
      revoked.proxy,
      throwing,
      Object.freeze({ run: () => {} }),
    ])
      expect(codeOf(() => carryContext(target as never))).to.equal("THR_NOT_A_WORKER");
  });
});

describe("a task", () => {
  it("is a function, with the name and length of its own", () => {
    for (const fn of [undefined, null, {}, "task"])
      expect(codeOf(() => task(fn as never))).to.equal("THR_NOT_A_FUNCTION");
    expect([task(resize).name, task(resize).length]).to.deep.equal(["resize", 2]);
  });

  it("that was sent by somebody else runs where it is called, as it is", () => {
    user.run("here", () => {
      const self = {
        work: task(function (this: unknown, value: unknown, more: unknown) {
          return [this, value, more, user.get()];
        }),
      };
      expect(self.work({ value: 1 }, 2)).to.deep.equal([self, { value: 1 }, 2, "here"]);
    });
  });

  it("survives whatever carrier it is given", () => {
    const named = "throughline.1.carrier";
    for (const carrier of [
      undefined,
      null,
      5,
      { traceparent: 5, baggage: {} },
      { "throughline-variables": "[" },
    ])
      expect(task((value) => value)({ [named]: carrier, value: 7 })).to.equal(7);
  });

  it("is given what cannot be read as it is", () => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    const getter = Object.defineProperty({}, "throughline.1.carrier", {
      get: () => {
        throw new Error("no");
      },
    });
    for (const message of [proxy, getter]) {
      expect(task((value) => value === message)(message)).to.equal(true);
      const pool = carryContext({ run: (sent: unknown) => sent });
      expect(pool.run(message)).not.to.equal(undefined);
    }
  });

  it("throws and rejects what its function does", async () => {
    const error = new Error("no");
    expect(
      codeOf(() =>
        task(() => {
          throw error;
        })(1),
      ),
    ).to.equal(error);
    expect(
      await task(async () => {
        throw error;
      })(1).catch((thrown: unknown) => thrown),
    ).to.equal(error);
  });
});
