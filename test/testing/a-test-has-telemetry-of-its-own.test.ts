import { inspect } from "node:util";
import * as api from "@opentelemetry/api";
import { metrics, trace } from "@opentelemetry/api";
import { logs } from "@opentelemetry/api-logs";
import { expect } from "chai";
import { ContextVariable } from "../../src/context/context-variable.ts";
import { scope } from "../../src/context/open-scope.ts";
import { troubles } from "../../src/core/diagnostics.ts";
import { metricGroup } from "../../src/groups/metric-group.ts";
import { counter, gauge, histogram, observableGauge } from "../../src/metrics/accessors.ts";
import { registerGlobals } from "../../src/sdk/globals.ts";
import { fixedClock, sequentialIds, testTelemetry } from "../../src/testing.ts";
import { annotate } from "../../src/trace/active-span.ts";
import { startSpan, withSpan } from "../../src/trace/span-helpers.ts";
import { silently } from "../stderr.ts";

const orders = counter("shop.orders");
const latency = histogram("shop.latency", { unit: "s" });
const fill = gauge("shop.fill");
const apiCounter = metrics.getMeter("a library").createCounter("library.calls");
const Group = metricGroup("grouped", (meter) => ({ used: meter.createCounter("grouped.used") }));
const user = new ContextVariable<string>("user");
const tenant = new ContextVariable<string>("tenant", { attribute: "test.tenant" });
/** From version 1.10 on the API has logs itself. */
const { logs: ownLogs = logs } = api as { readonly logs?: typeof logs };

/** Opens for all as the last arrives. */
function barrier(size: number): () => Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  let arrived = 0;
  return () => {
    if (++arrived === size) resolve();
    return promise;
  };
}

describe("testTelemetry", () => {
  // Other tests of this process have taken back what the import had registered.
  before(() => registerGlobals(undefined));

  it(
    "sees the spans of what it calls, in the order of their start, and their tree",
    testTelemetry(async (t) => {
      await withSpan("checkout", async () => {
        await withSpan("reserve", async () => {});
        await withSpan("charge", async () => annotate({ "payment.id": 7 }));
      });
      startSpan("apart").end();
      startSpan("never ended");
      expect(t.spans.map(({ name }) => name)).to.deep.equal(["checkout", "reserve", "charge", "apart"]);
      expect(t.spans[2]?.attributes).to.deep.equal({ "payment.id": 7 });
      const named = t.trees().map(({ name, children }) => [name, children.map((child) => child.name)]);
      expect(named).to.deep.equal([
        ["checkout", ["reserve", "charge"]],
        ["apart", []],
      ]);
    }),
  );

  it(
    "sees measurements at once, of a gauge the last, of any other the sum",
    testTelemetry((t) => {
      orders.add(1, { currency: "EUR", tier: 1 });
      orders.add(2, { currency: "EUR" });
      orders.add(4, { currency: "USD" });
      for (const value of [0.5, 0.25]) {
        fill.record(value);
        latency.record(value, { route: "/" });
      }
      Group.get().used.add(3);
      const metric = t.metric("shop.orders");
      expect([
        metric.value(),
        metric.value({ currency: "EUR" }),
        metric.value({ currency: "EUR", tier: 1 }),
      ]).to.deep.equal([7, 3, 1]);
      expect([metric.count(), metric.value({ currency: "GBP" }), metric.kind]).to.deep.equal([
        3,
        undefined,
        "counter",
      ]);
      expect(t.metric("shop.latency").measurements).to.deep.equal([
        { value: 0.5, attributes: { route: "/" } },
        { value: 0.25, attributes: { route: "/" } },
      ]);
      expect([
        t.metric("shop.fill").value(),
        t.metric("shop.latency").value(),
        t.metric("grouped.used").value(),
      ]).to.deep.equal([0.25, 0.75, 3]);
      expect(t.metric("never used")).to.include({ kind: undefined, name: "never used" });
      expect(t.metric("never used").value()).to.equal(undefined);
      expect(t.metrics().map(({ name }) => name)).to.include.members([
        "shop.orders",
        "shop.fill",
        "shop.latency",
        "grouped.used",
      ]);
    }),
  );

  it("asks observable instruments of the process and of its own each time that it looks", async () => {
    let depth = 1;
    const observed = observableGauge("shop.depth", (observe) => {
      if (depth > 0) observe(depth, { queue: "mail" });
    });
    await testTelemetry(async (t) => {
      observableGauge("shop.own", async (observe) => {
        await Promise.resolve();
        observe(9);
      });
      expect(t.metric("shop.depth").value({ queue: "mail" })).to.equal(1);
      depth = 2;
      expect(t.metric("shop.depth").value()).to.equal(2);
      depth = 0;
      expect(t.metric("shop.depth").value()).to.equal(undefined);
      expect(t.metric("shop.own").value()).to.equal(undefined);
      await new Promise(setImmediate);
      expect(t.metric("shop.own").value()).to.equal(9);
    })();
    observed.end();
  });

  it(
    "sees what code makes that knows the OpenTelemetry API alone, logs included",
    testTelemetry((t) => {
      apiCounter.add(1, { a: 1 });
      trace.getTracer("a library").startActiveSpan("work", (span) => {
        logs.getLogger("a library").emit({ body: "done", severityNumber: 9, attributes: { b: 2 } });
        span.end();
      });
      tenant.run("acme", () => logs.getLogger("a library").emit({ body: "outside" }));
      expect(t.metric("library.calls").value({ a: 1 })).to.equal(1);
      const [span] = t.spans;
      expect(
        t.logs.map(({ body, severityNumber, attributes, traceId, spanId }) => [
          body,
          severityNumber,
          attributes,
          traceId,
          spanId,
        ]),
      ).to.deep.equal([
        ["done", 9, { b: 2 }, span?.spanContext().traceId, span?.spanContext().spanId],
        ["outside", undefined, { "test.tenant": "acme" }, undefined, undefined],
      ]);
      expect(t.logs[0]?.instrumentationScope).to.equal("a library");
    }),
  );

  it(
    "sees log records whichever package of the API they are emitted by",
    testTelemetry((t) => {
      for (const each of [logs, ownLogs]) each.getLogger("a library").emit({ body: "told" });
      expect(t.logs.map(({ body }) => body)).to.deep.equal(["told", "told"]);
    }),
  );

  it("sees exactly its own telemetry, though 200 are open at once", async () => {
    const all = barrier(200);
    const one = (id: number) =>
      testTelemetry(async (t) => {
        const inside = async (): Promise<void> => {
          orders.add(id, { id });
          apiCounter.add(id);
          logs.getLogger("a library").emit({ body: id });
        };
        await withSpan(`before ${id}`, inside);
        user.set(`user ${id}`);
        await all();
        await trace.getTracer("a library").startActiveSpan(`after ${id}`, async (span) => {
          await inside();
          span.end();
        });
        return {
          spans: t.spans.map(({ name }) => name),
          roots: t.trees().length,
          orders: t.metric("shop.orders").measurements,
          calls: t.metric("library.calls").value(),
          logs: t.logs.map(({ body }) => body),
          user: user.get(),
        };
      });
    const seen = await Promise.all(Array.from({ length: 200 }, (_, id) => one(id)()));
    expect(seen).to.deep.equal(
      seen.map((_, id) => ({
        spans: [`before ${id}`, `after ${id}`],
        roots: 2,
        orders: [1, 2].map(() => ({ value: id, attributes: { id } })),
        calls: 2 * id,
        logs: [id, id],
        user: `user ${id}`,
      })),
    );
  });

  it("tells a logger whether its records are kept, and takes an empty one", () => {
    const loggers = [logs.getLogger("a library"), ownLogs.getLogger("a library")];
    expect(loggers.map((logger) => logger.enabled())).to.deep.equal([false, false]);
    testTelemetry((t) => {
      for (const logger of loggers) {
        expect(logger.enabled()).to.equal(true);
        logger.emit({});
      }
      expect(t.logs).to.have.length(2);
    })();
  });

  it("sees what an observable tells twice of the same attributes as the last of both, as an export does", () => {
    testTelemetry((t) => {
      observableGauge("twice", (observe) => {
        observe(3, { a: 1, b: 2 });
        observe(4, { b: 2, a: 1 });
      });
      expect(t.metric("twice").measurements.map(({ value }) => value)).to.deep.equal([4]);
    })();
  });

  it("keeps instruments of other kinds with the same name apart", () => {
    testTelemetry((t) => {
      counter("one.name").add(3);
      gauge("one.name").record(10);
      expect(t.metrics().map(({ kind, name }) => [kind, name])).to.deep.equal([
        ["counter", "one.name"],
        ["gauge", "one.name"],
      ]);
      expect(t.metric("one.name").value()).to.equal(3);
    })();
  });

  it("begins with no context of the one who calls it", () => {
    scope(() => {
      user.set("ann");
      withSpan("outside", () =>
        testTelemetry((t) => {
          expect(user.tryGet()).to.equal(undefined);
          withSpan("inside", () => {});
          expect(t.spans[0]?.parentSpanContext).to.equal(undefined);
        })(),
      );
      expect(user.get()).to.equal("ann");
    });
  });

  it("gives on arguments, result and what is thrown, and has no parameters for a runner to count", () => {
    const error = new Error("on purpose");
    expect(testTelemetry((_t, a: number, b: number) => a + b)(1, 2)).to.equal(3);
    expect(testTelemetry((_t, a: number) => a).length).to.equal(0);
    expect(
      testTelemetry(function self(this: unknown) {
        return this;
      }).call(error),
    ).to.equal(error);
    const thrown = testTelemetry(() => {
      throw error;
    });
    expect(thrown).to.throw(error);
  });

  it("that is awaited in the place of being called fails", async () => {
    const test: unknown = testTelemetry(() => {});
    const thrown: unknown = await Promise.resolve(test).catch((reason: unknown) => reason);
    expect(thrown).to.be.instanceOf(TypeError).and.to.have.property("code", "THR_TEST_NOT_CALLED");
  });

  it(
    "asks no observable again that looks at the measurements itself",
    testTelemetry((t) => {
      for (const name of ["one", "two"]) observableGauge(name, (observe) => observe(t.metrics().length));
      expect(t.metric("one").measurements).to.have.length(1);
    }),
  );

  it(
    "says what has not ended, and shows itself",
    testTelemetry((t) => {
      startSpan("forgotten");
      expect(String(t)).to.equal("not ended: forgotten\n");
      expect(inspect(t)).to.equal(String(t));
    }),
  );

  it("does without options that cannot be read", () => {
    const before = troubles().invalid_argument ?? 0;
    const options = {
      get clock(): never {
        throw new Error("on purpose");
      },
    };
    silently(() => testTelemetry(options, (t) => expect(t.spans).to.deep.equal([]))());
    expect(troubles().invalid_argument).to.equal(before + 1);
  });

  it("needs a function", () => {
    for (const nothing of [undefined, null, 5, {}])
      expect(() => testTelemetry(nothing as never)).to.throw(TypeError, "THR_NOT_A_FUNCTION");
  });

  it("has the times and ids that it is given", () => {
    const clock = fixedClock("2026-01-02T03:04:05.006Z");
    testTelemetry({ clock, idGenerator: sequentialIds() }, (t) => {
      withSpan("work", (span) => {
        clock.advance(20.5);
        span.addEvent("half");
        withSpan("part", () => clock.advance(1));
      });
      const seconds = Date.UTC(2026, 0, 2, 3, 4, 5) / 1000;
      expect(t.spans.map((span) => [span.startTime, span.endTime])).to.deep.equal([
        [
          [seconds, 6_000_000],
          [seconds, 27_500_000],
        ],
        [
          [seconds, 26_500_000],
          [seconds, 27_500_000],
        ],
      ]);
      expect(t.spans[0]?.events[0]?.time).to.deep.equal([seconds, 26_500_000]);
      expect(
        t.spans.map((span) => [Number(span.spanContext().traceId), Number(span.spanContext().spanId)]),
      ).to.deep.equal([
        [1, 1],
        [1, 2],
      ]);
    })();
  });

  it("leaves nothing behind outside", () => {
    testTelemetry(() => withSpan("inside", () => orders.add(1)))();
    expect(trace.getTracer("a library").startSpan("outside").isRecording()).to.equal(false);
    expect(() => logs.getLogger("a library").emit({ body: "outside" })).not.to.throw();
    expect(api.trace.getActiveSpan()).to.equal(undefined);
  });
});
