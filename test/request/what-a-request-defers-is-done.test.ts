import { expect } from "chai";
import { setTimeout as sleep } from "node:timers/promises";
import { troubles } from "../../src/core/diagnostics.ts";
import type { ThroughlineError } from "../../src/core/errors.ts";
import { Cleanups } from "../../src/request/cleanups.ts";
import { type CurrentRequest, RequestScope } from "../../src/request/request-scope.ts";
import { currentRequest } from "../../src/request/current-request.ts";
import { operation } from "../../src/request/operation.ts";
import { caught } from "../trace/failures.ts";
import { silently } from "../stderr.ts";

const failed = (): number => troubles().cleanup_failed ?? 0;

describe("what is deferred", () => {
  it("is called as the operation ends, last first, each awaited, before it resolves", async () => {
    const order: string[] = [];
    await operation("job", async () => {
      currentRequest().defer(() => order.push("first"));
      currentRequest().defer(async () => {
        await sleep(5);
        order.push("second");
      });
      order.push("work");
    });
    expect(order).to.deep.equal(["work", "second", "first"]);
  });

  it("is called in the operation's context, also after a failure", async () => {
    const ids: (string | undefined)[] = [];
    await operation("job", async () => {
      ids.push(currentRequest().id);
      currentRequest().defer(() => ids.push(currentRequest().id));
      throw new Error("on purpose");
    }).catch(() => {});
    expect(ids[0]).to.equal(ids[1]);
  });

  it("that fails is reported, and keeps no other from its turn", async () => {
    const before = failed();
    const order: string[] = [];
    const work = operation("job", async () => {
      const request = currentRequest();
      request.defer(() => order.push("first"));
      request.defer(() => {
        throw new Error("on purpose");
      });
      request.defer(async () => {
        throw new Error("on purpose");
      });
      request.defer(() => order.push("last"));
      return 5;
    });
    expect(await work).to.equal(5);
    expect(order).to.deep.equal(["last", "first"]);
    expect(failed()).to.equal(before + 2);
  });

  it("that hangs leaves time to the others, which are awaited still", async () => {
    const before = failed();
    const order: string[] = [];
    const cleanups = new Cleanups(200);
    cleanups.add(async () => {
      await sleep(5);
      order.push("first");
    });
    cleanups.add(() => new Promise(() => {}));
    const began = performance.now();
    await cleanups.run();
    expect(order).to.deep.equal(["first"]);
    expect(performance.now() - began).to.be.within(90, 1_000);
    expect(failed()).to.equal(before + 1);
  });

  it("is called at the latest when there is no time left", async () => {
    const order: string[] = [];
    const cleanups = new Cleanups(30);
    for (const name of ["a", "b", "c", "d"])
      cleanups.add(() => {
        order.push(name);
        return new Promise(() => {});
      });
    await cleanups.run();
    expect(order).to.deep.equal(["d", "c", "b", "a"]);
  });

  it("that adds another each time ends with its time, and leaves the event loop its turn", async () => {
    const cleanups = new Cleanups(500);
    let turns = 0;
    const turn = setInterval(() => turns++, 1);
    const again = (): void => cleanups.add(isEnough ? () => {} : again);
    let isEnough = false;
    cleanups.add(again);
    await cleanups.run();
    isEnough = true;
    clearInterval(turn);
    expect(turns).to.be.at.least(5);
  });

  it("by a cleanup is the next, each awaited still", async () => {
    const order: string[] = [];
    await operation("job", async () => {
      const request = currentRequest();
      request.defer(() => order.push("first"));
      request.defer(async () => {
        request.defer(() => order.push("by a cleanup"));
        await sleep(5);
        order.push("last");
      });
    });
    expect(order).to.deep.equal(["last", "by a cleanup", "first"]);
  });

  it("after the end is called soon, whether there was anything before or not", async () => {
    for (const before of [true, false]) {
      const order: string[] = [];
      let kept: CurrentRequest | undefined;
      await operation("job", async () => {
        kept = currentRequest();
        if (before) kept.defer(() => order.push("before"));
      });
      kept?.defer(() => order.push("late"));
      kept?.defer(() => order.push("later"));
      await sleep(5);
      expect(order.filter((each) => each !== "before").toSorted()).to.deep.equal(["late", "later"]);
    }
  });

  it("is called once, however often the request ends", async () => {
    let calls = 0;
    const scope = new RequestScope({});
    scope.defer(() => calls++);
    await Promise.all([scope.end(), scope.end()]);
    await scope.end();
    expect(calls).to.equal(1);
  });

  it("is a function", async () => {
    await operation("job", () => {
      const error = caught(() => currentRequest().defer(5 as never)) as ThroughlineError;
      expect(error.code).to.equal("THR_NOT_A_FUNCTION");
    });
  });
});

describe("what is set of a request", () => {
  it("is a text, or changes nothing and is reported", () => {
    const before = troubles().invalid_argument ?? 0;
    const scope = new RequestScope({ path: "/a" });
    scope.userId = "ann";
    scope.route = "/:id";
    silently(() => {
      scope.userId = {} as never;
      scope.route = {} as never;
    });
    expect([scope.userId, scope.route]).to.deep.equal(["ann", "/:id"]);
    expect(troubles().invalid_argument).to.equal(before + 2);
    scope.userId = 7 as never;
    expect(scope.userId).to.equal("7");
    scope.userId = undefined;
    scope.route = undefined;
    expect([scope.userId, scope.route]).to.deep.equal([undefined, undefined]);
  });
});

describe("an id from outside", () => {
  for (const [what, header] of [
    ["of 129 characters", "a".repeat(129)],
    ["with a space", "a b"],
    ["with a line break", "a\r\nb"],
    ["with an escape", "\u001b[31m"],
    ["beyond ASCII", "ä"],
    ["that is empty", ""],
    ["that came twice", "a, b"],
    ["of a list", ["a", "b"]],
    ["of nothing", undefined],
  ] as const)
    it(`${what} is made anew`, () => {
      const scope = new RequestScope({ requestId: header, correlationId: header });
      expect(scope.id).to.match(/^[0-9a-f-]{36}$/);
      expect(scope.correlationId).to.equal(scope.id);
    });

  it("of up to 128 visible characters of ASCII is taken", () => {
    const id = `!${"~".repeat(127)}`;
    const scope = new RequestScope({ requestId: id, correlationId: "c" });
    expect([scope.id, scope.correlationId]).to.deep.equal([id, "c"]);
  });
});

describe("a request's signal", () => {
  it("is aborted as the client goes away, whenever it was asked for", () => {
    const scope = new RequestScope({});
    const { signal } = scope;
    expect(signal.aborted).to.equal(false);
    scope.abort();
    expect([signal.aborted, (signal.reason as Error).name]).to.deep.equal([true, "AbortError"]);
    const late = new RequestScope({});
    late.abort();
    expect(late.signal.aborted).to.equal(true);
  });

  it("is not aborted by a good end", async () => {
    const scope = new RequestScope({});
    const { signal } = scope;
    await scope.end();
    expect([signal.aborted, scope.signal.aborted]).to.deep.equal([false, false]);
  });
});
