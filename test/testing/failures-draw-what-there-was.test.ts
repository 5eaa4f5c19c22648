import { expect, use } from "chai";
import { context, ROOT_CONTEXT, trace } from "@opentelemetry/api";
import { counter, histogram } from "../../src/metrics/accessors.ts";
import {
  fixedClock,
  sequentialIds,
  telemetryAssertions,
  testTelemetry,
  type TestTelemetry,
} from "../../src/testing.ts";
import { withSpan } from "../../src/trace/span-helpers.ts";
import { caught } from "../trace/failures.ts";

use(telemetryAssertions);

const orders = counter("shop.orders", { unit: "{order}" });
const latency = histogram("shop.latency", { unit: "s" });

/** Telemetry of a test in which an order was placed. */
function placed(assert: (t: TestTelemetry) => void): void {
  const clock = fixedClock("2026-01-01");
  testTelemetry({ clock, idGenerator: sequentialIds() }, (t) => {
    withSpan("checkout", (span) => {
      withSpan("reserve", () => clock.advance(5));
      withSpan("charge", { attributes: { "payment.method": "card" } }, () => clock.advance(10));
      span.setAttribute("cart.size", 2);
    });
    orders.add(2, { currency: "EUR" });
    orders.add(1, { currency: "USD" });
    latency.record(0.25);
    assert(t);
  })();
}

const messageOf = (fn: () => void): string => (caught(fn) as Error).message;

const DRAWING = `but there was:

trace 00000000 · 3 spans · 1 service · 15.0 ms

test  checkout    █████████████████████████████████████████████████████████████████████████  15.0 ms
test  ├─ reserve  ████████████████████████▍                                                  5.00 ms
test  └─ charge                           █████████████████████████████████████████████████  10.0 ms

service  metric       attributes    value  unit
test     shop.orders  currency=EUR      2  {order}
test     shop.orders  currency=USD      1  {order}

service  metric        count    mean     min     max
test     shop.latency      1  250 ms  250 ms  250 ms
`;

describe("chai's expectations of a test's telemetry", () => {
  it("hold where it has the trace, the span and the measurement", () => {
    placed((t) => {
      expect(t).to.have.trace("checkout").and.to.have.trace("checkout > charge");
      expect(t).not.to.have.trace("charge");
      expect(t).not.to.have.trace("checkout > reserve > charge");
      expect(t).to.have.span("charge").and.to.have.span("charge", { "payment.method": "card" });
      expect(t).not.to.have.span("charge", { "payment.method": "cash" });
      expect(t).to.have.measurement("shop.orders").and.to.have.measurement("shop.orders", 3);
      expect(t).to.have.measurement("shop.orders", 2, { currency: "EUR" });
      expect(t).not.to.have.measurement("shop.orders", 2);
      expect(t).not.to.have.measurement("shop.carts");
    });
  });

  it("draw what there was where it has not", () => {
    placed((t) => {
      for (const [fails, sentence] of [
        [() => expect(t).to.have.trace("checkout > refund"), "expected trace checkout > refund, "],
        [() => expect(t).not.to.have.trace("checkout"), "expected no trace checkout, "],
        [() => expect(t).to.have.span("refund", { a: 1 }), "expected span refund with { a: 1 }, "],
        [
          () => expect(t).to.have.measurement("shop.orders", 9, { currency: "EUR" }),
          "expected measurement shop.orders of 9 with { currency: 'EUR' }, ",
        ],
      ] as const)
        expect(messageOf(fails)).to.equal(sentence + DRAWING);
    });
  });

  it("show the attributes of the spans of the name where others were expected", () => {
    placed((t) => {
      expect(messageOf(() => expect(t).to.have.span("charge", { "payment.method": "cash" }))).to.equal(
        `expected span charge with { 'payment.method': 'cash' }, ${DRAWING.replace(
          "there was:\n\n",
          "there was:\n\ncharge with { 'payment.method': 'card' }\n\n",
        )}`,
      );
    });
  });

  it("draw by the names that are asserted, also below a request", () => {
    testTelemetry((t) => {
      const get = { kind: 2, attributes: { "http.request.method": "GET", "url.path": "/a" } };
      withSpan("GET", get, (client) => {
        const remote = { ...client.spanContext(), isRemote: true };
        context.with(trace.setSpanContext(ROOT_CONTEXT, remote), () => withSpan("GET", get, () => {}));
      });
      expect(t).to.have.trace("GET > GET");
      expect(String(t)).to.match(/GET \(client\).*\n.*└─ GET \(client\)/);
    })();
  });

  it("need a number where it says value", () => {
    testTelemetry((t) =>
      expect(() => expect(t).to.have.measurement("a", { b: 1 } as never)).to.throw(
        TypeError,
        "a number second",
      ),
    )();
  });

  it("say so where there was nothing, and where they were asked of something else", () => {
    testTelemetry((t) => {
      expect(messageOf(() => expect(t).to.have.span("checkout"))).to.equal(
        "expected span checkout, but there was:\n\nnothing was traced or measured\n",
      );
    })();
    for (const other of [undefined, null, 5, {}])
      expect(messageOf(() => expect(other).to.have.span("checkout"))).to.equal(
        "expected span checkout, but expect() was not given the telemetry of a test",
      );
  });

  it("draw only where they fail, however much there is", () => {
    testTelemetry((t) => {
      for (let index = 0; index < 200_000; index++) latency.record(index);
      expect(t).to.have.measurement("shop.latency");
      expect(messageOf(() => expect(t).to.have.span("other"))).to.include("200");
    })();
  }).timeout(20_000);

  it("show names as they are, whatever they hold", () => {
    testTelemetry((t) => {
      withSpan("#{this} \u001b[31m", () => {});
      const message = messageOf(() => expect(t).to.have.span("other"));
      expect(message).to.include("# {this}").and.not.to.include("\u001b");
    })();
  });
});
