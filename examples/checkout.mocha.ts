// Tests of examples/checkout.ts with mocha and chai: npx mocha examples/checkout.mocha.ts (TypeScript: Node 22.18 or newer)
import { telemetryAssertions, testTelemetry } from "throughline/testing";
import { expect, use } from "chai";
import { checkout } from "./checkout.ts";

use(telemetryAssertions);

describe("checkout", () => {
  it(
    "charges and counts what was ordered",
    testTelemetry(async (t) => {
      await checkout({ total: 42, currency: "EUR" });
      expect(t).to.have.trace("checkout > charge");
      expect(t).to.have.span("charge", { "payment.amount": 42 });
      expect(t).to.have.measurement("shop.orders", 1, { currency: "EUR" });
    }),
  );

  it(
    "counts no order that cannot be paid",
    testTelemetry(async (t) => {
      await checkout({ total: 4_200, currency: "EUR" });
      expect(t).to.have.trace("checkout > charge");
      expect(t).not.to.have.measurement("shop.orders");
    }),
  );
});
