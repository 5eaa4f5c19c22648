import { context, INVALID_SPAN_CONTEXT, propagation, ROOT_CONTEXT, trace } from "@opentelemetry/api";
import { expect } from "chai";
import { setTimeout as sleep } from "node:timers/promises";
import { ContextVariable } from "../../src/context/context-variable.ts";
import { runIn } from "../../src/context/current.ts";
import { emptyScope, scope } from "../../src/context/open-scope.ts";
import { Snapshot } from "../../src/context/snapshot.ts";
import { ThroughlineError } from "../../src/core/errors.ts";
import {
  currentRequest,
  currentResponse,
  requestCache,
  tryCurrentRequest,
  tryCurrentResponse,
} from "../../src/request/current-request.ts";
import { detached, operation } from "../../src/request/operation.ts";
import { testTelemetry } from "../../src/testing/test-telemetry.ts";
import { withSpan } from "../../src/trace/span-helpers.ts";
import { caught } from "../trace/failures.ts";

const user = new ContextVariable<string>("user");
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

describe("an operation", () => {
  it(
    "is a root span and a scope in which nothing is set, whatever is around it",
    testTelemetry(async (t) => {
      await withSpan("around", async () => {
        user.set("ann");
        const baggage = propagation.createBaggage({ a: { value: "1" } });
        await context.with(propagation.setBaggage(context.active(), baggage), () =>
          operation("report", async () => {
            expect([user.tryGet(), propagation.getActiveBaggage()]).to.deep.equal([undefined, undefined]);
            user.set("bob");
            await withSpan("part", async () => {});
          }),
        );
        expect(user.get()).to.equal("ann");
      });
      expect(
        t.trees().map(({ name, children }) => [name, children.map((child) => child.name)]),
      ).to.deep.equal([
        ["around", []],
        ["report", ["part"]],
      ]);
    }),
  );

  it("has an id, a start and a user, below it and nowhere else", async () => {
    const before = Date.now();
    await operation("job", async () => {
      const request = currentRequest();
      expect(request.id).to.match(UUID).and.to.equal(currentRequest().id);
      expect(request.correlationId).to.equal(request.id);
      expect(request.startTime.getTime()).to.be.within(before, Date.now());
      expect([request.method, request.path, request.route, request.userId]).to.deep.equal([
        undefined,
        undefined,
        undefined,
        undefined,
      ]);
      request.userId = "ann";
      await sleep(1);
      expect(scope(() => currentRequest().userId)).to.equal("ann");
      expect(emptyScope(tryCurrentRequest)).to.equal(undefined);
    });
    expect(tryCurrentRequest()).to.equal(undefined);
  });

  it(
    "resolves with what the function gives, and tells its user and its failure on its span",
    testTelemetry(async (t) => {
      expect(await operation("sync", () => 5)).to.equal(5);
      const failure = new Error("on purpose");
      const outcome = await operation("fails", async () => {
        currentRequest().userId = "ann";
        throw failure;
      }).catch((error: unknown) => error);
      expect(outcome).to.equal(failure);
      expect(t.spans[1]?.attributes).to.deep.equal({ "user.id": "ann" });
      expect(t.spans[1]?.status.code).to.equal(2);
    }),
  );

  it(
    "within another is a part of that, unless it is nested by name, and anew where that is over",
    testTelemetry(async (t) => {
      const ids: string[] = [];
      const note = (): void => void ids.push(currentRequest().id);
      let later = new Snapshot();
      await operation("outer", async () => {
        note();
        user.set("ann");
        later = new Snapshot();
        await operation("part", async () => {
          note();
          expect(user.get()).to.equal("ann");
        });
        await operation("own", { nested: true }, async () => {
          note();
          expect(user.get()).to.equal("ann");
          expect(currentRequest().correlationId).to.equal(ids[0]);
          user.set("bob");
        });
        expect(user.get()).to.equal("ann");
      });
      await later.run(() => operation("after", async () => note()));
      expect(ids[1]).to.equal(ids[0]);
      expect(new Set(ids).size).to.equal(3);
      expect(
        t.trees().map(({ name, children }) => [name, children.map((child) => child.name)]),
      ).to.deep.equal([
        ["outer", ["part", "own"]],
        ["after", []],
      ]);
    }),
  );

  it("leaves its ids, its user and what was set to what still runs, and lets go of the rest", async () => {
    let later = new Snapshot();
    let id = "";
    await operation("job", async () => {
      user.set("ann");
      currentRequest().userId = "ann";
      id = currentRequest().id;
      await requestCache().get("a", () => 1);
      later = new Snapshot();
    });
    later.run(() => {
      expect([currentRequest().id, currentRequest().userId, user.get()]).to.deep.equal([id, "ann", "ann"]);
    });
    let loads = 0;
    await later.run(async () => {
      for (const _ of [1, 2]) await requestCache().get("a", () => ++loads);
    });
    expect(loads).to.equal(2);
  });

  it("does without options that cannot be read", async () => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    for (const odd of [proxy, { links: 5 }, null, 5] as object[]) {
      expect(await operation("outer", odd, () => operation("inner", odd, () => 5))).to.equal(5);
      expect(await detached("work", odd, () => 5)).to.equal(5);
    }
  });

  it("needs a function", () => {
    for (const call of [operation, detached] as ((name: string, fn: unknown) => unknown)[])
      expect((caught(() => call("job", 5)) as ThroughlineError).code).to.equal("THR_NOT_A_FUNCTION");
  });
});

describe("outside any request", () => {
  for (const [what, ask] of Object.entries({
    "currentRequest()": currentRequest,
    "currentResponse()": currentResponse,
    "requestCache()": requestCache,
  }))
    it(`${what} says so, with a code`, () => {
      const error = caught(ask) as ThroughlineError;
      expect(error.message)
        .to.match(/^No request in context: /)
        .and.to.include(what);
      expect(error.code).to.equal("THR_NO_REQUEST");
    });

  it("their twins give undefined", () => {
    expect([tryCurrentRequest(), tryCurrentResponse()]).to.deep.equal([undefined, undefined]);
  });

  it("a job has no response", async () => {
    await operation("job", () => {
      expect((caught(currentResponse) as ThroughlineError).code).to.equal("THR_NO_RESPONSE");
      expect(tryCurrentResponse()).to.equal(undefined);
    });
  });
});

describe("detached work", () => {
  it(
    "is a trace of its own, linked to the active span, with nothing of the request but its correlation id",
    testTelemetry(async (t) => {
      await operation("request", async () => {
        user.set("ann");
        const { id, correlationId } = currentRequest();
        await detached("mail", { links: [], attributes: { to: "ann" } }, async () => {
          expect(user.tryGet()).to.equal(undefined);
          expect(currentRequest().correlationId).to.equal(correlationId);
          expect(currentRequest().id).not.to.equal(id);
        });
      });
      const [request, mail] = t.spans;
      expect(mail?.spanContext().traceId).not.to.equal(request?.spanContext().traceId);
      expect(mail?.links.map((link) => link.context.spanId)).to.deep.equal([request?.spanContext().spanId]);
      expect(mail?.attributes).to.deep.equal({ to: "ann" });
    }),
  );

  it("begins also where the active span fails", async () => {
    const failing = Object.assign(trace.wrapSpanContext(INVALID_SPAN_CONTEXT), {
      spanContext: () => {
        throw new Error("on purpose");
      },
    });
    expect(await runIn(trace.setSpan(ROOT_CONTEXT, failing), () => detached("work", () => 5))).to.equal(5);
  });

  it("outlives its request, and has cleanups of its own", async () => {
    const order: string[] = [];
    let work: Promise<void> = Promise.resolve();
    await operation("request", async () => {
      currentRequest().defer(() => order.push("request"));
      work = detached("mail", async () => {
        currentRequest().defer(() => order.push("mail"));
        await sleep(10);
      });
    });
    expect(order).to.deep.equal(["request"]);
    await work;
    expect(order).to.deep.equal(["request", "mail"]);
  });

  it(
    "has no link where nothing is active",
    testTelemetry(async (t) => {
      await detached("mail", () => {});
      expect(t.spans[0]?.links).to.deep.equal([]);
    }),
  );
});
