// Tests of examples/checkout.ts with Node's own runner, all at once: node --test examples/checkout.node-test.ts (TypeScript: Node 22.18 or newer)
import { testTelemetry } from "throughline/testing";
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { checkout } from "./checkout.ts";

describe("checkout", { concurrency: true }, () => {
  for (const total of [42, 43, 44]) {
    it(
      `counts the one order of ${total} that was placed`,
      testTelemetry(async (t) => {
        await checkout({ total, currency: "EUR" });
        assert.equal(t.metric("shop.orders").value({ currency: "EUR" }), 1);
        const [root] = t.trees();
        assert.deepEqual(
          [root?.name, root?.children.map(({ name }) => name)],
          ["checkout", ["reserve", "charge"]],
        );
        assert.equal(root?.children[1]?.span.attributes["payment.amount"], total);
      }),
    );
  }
});
