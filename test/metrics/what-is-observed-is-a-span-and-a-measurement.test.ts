import { SpanKind } from "@opentelemetry/api";
import { expect } from "chai";
import { setTimeout as sleep } from "node:timers/promises";
import { observe } from "../../src/metrics/observe.ts";
import { testTelemetry } from "../../src/testing/test-telemetry.ts";
import { silently } from "../stderr.ts";
import { refuse } from "../database/told-session.ts";
import { failureOf } from "../trace/failures.ts";

describe("observe", () => {
  it(
    "is a span and a measured duration in seconds, and gives what its function gives",
    testTelemetry(async (t) => {
      expect(observe("shop.sum", () => 42)).to.equal(42);
      expect(await observe("shop.wait", () => sleep(20, "done"))).to.equal("done");
      expect(t.spans.map(({ name }) => name)).to.deep.equal(["shop.sum", "shop.wait"]);
      const waited = t.metric("shop.wait.duration");
      expect([waited.unit, waited.count()]).to.deep.equal(["s", 1]);
      expect(waited.value()).to.be.within(0.015, 1);
    }),
  );

  it(
    "is measured also where a metric may not be called what the span is",
    testTelemetry((t) => {
      for (const name of ["charge the card", "1st: try", "€"]) observe(name, () => {});
      expect(t.spans.map(({ name }) => name)).to.deep.equal(["charge the card", "1st: try", "€"]);
      for (const name of ["charge_the_card", "observed_1st_try", "observed__"])
        expect(t.metric(`${name}.duration`).count()).to.equal(1);
    }),
  );

  it(
    "measures by those attributes alone that it is told, for the rest may have any number of values",
    testTelemetry((t) => {
      const options = {
        kind: SpanKind.CLIENT,
        attributes: { tier: "gold", "order.id": "7" },
        attributeKeys: ["tier"],
      };
      observe("shop.charge", options, (span) => span.setAttribute("late", true));
      const [span] = t.spans;
      expect(span?.kind).to.equal(SpanKind.CLIENT);
      expect(span?.attributes).to.deep.equal({ tier: "gold", "order.id": "7", late: true });
      const [measurement] = t.metric("shop.charge.duration").measurements;
      expect(measurement?.attributes).to.deep.equal({ tier: "gold" });
    }),
  );

  it(
    "says what failed on both, and throws it on",
    testTelemetry(async (t) => {
      const fault = new RangeError("too far");
      expect(await failureOf(observe("shop.fail", () => Promise.reject(fault)))).to.equal(fault);
      expect(() =>
        observe("shop.fail", () => {
          throw fault;
        }),
      ).to.throw(fault);
      expect(t.spans.map(({ status }) => status.code)).to.deep.equal([2, 2]);
      expect(t.metric("shop.fail.duration").count({ "error.type": "RangeError" })).to.equal(2);
    }),
  );

  it(
    "calls its function whatever its name and options are",
    testTelemetry((t) => {
      const throwing = Object.defineProperty({}, "a", { enumerable: true, get: refuse("getter") });
      silently(() => {
        expect(observe("shop.a", null as never, () => 1)).to.equal(1);
        expect(observe("shop.b", undefined as never, () => 1)).to.equal(1);
        expect(observe("shop.c", { attributeKeys: [1n] as never }, () => 1)).to.equal(1);
        expect(observe(Symbol("name") as never, () => 1)).to.equal(1);
        expect(observe("shop.d", { attributes: throwing, attributeKeys: ["a"] }, () => 1)).to.equal(1);
      });
      expect(t.spans).to.have.length(5);
    }),
  );

  it(
    "goes on without a measurement where its name is none for a metric, or one of too many",
    testTelemetry((t) => {
      silently(() => {
        expect(observe("no metric's name", () => 1)).to.equal(1);
        expect(observe("shop.keys", { attributeKeys: "tier" as never }, () => 1)).to.equal(1);
        for (let index = 0; index < 1_100; index++) observe(`shop.made.${index}`, () => index);
      });
      expect(t.spans.length).to.equal(1_102);
      expect(t.metrics().length).to.be.within(900, 1_000);
    }),
  );

  it("is told where it was given no function", () => {
    for (const act of [() => observe("shop", 5 as never), () => observe("shop", {}, undefined as never)])
      expect(act).to.throw(TypeError).with.property("code", "THR_NOT_A_FUNCTION");
  });
});
