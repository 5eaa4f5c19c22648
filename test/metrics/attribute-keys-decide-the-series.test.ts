import { expect } from "chai";
import { ContextVariable } from "../../src/context/context-variable.ts";
import { troubles } from "../../src/core/diagnostics.ts";
import { counter, histogram, observableGauge } from "../../src/metrics/accessors.ts";
import { silently } from "../stderr.ts";
import { Metering } from "./metering.ts";

const orders = counter("shop.orders", { attributeKeys: ["currency", "tier"] });
const anything = counter("shop.anything");
const unlisted = (): number => troubles().attribute_unlisted ?? 0;

/** What the compiler must refuse, and what it must take. */
function typed(): void {
  orders.add(1, { currency: "EUR", tier: 2 });
  orders.add(1, { currency: undefined });
  // @ts-expect-error a key that is not listed
  orders.add(1, { user: "ann" });
  // @ts-expect-error a value that is no attribute
  orders.add(1, { currency: { code: "EUR" } });
  // @ts-expect-error a bound one has the same keys
  orders.bind({ user: "ann" });
  anything.add(1, { whatever: true });
  histogram("shop.typed", { attributeKeys: ["route"] }).time({ route: "/" }, () => 1);
  // @ts-expect-error so has a time
  histogram("shop.typed", { attributeKeys: ["route"] }).time({ path: "/" }, () => 1);
  // @ts-expect-error so has an observation
  observableGauge("shop.typed", { attributeKeys: ["queue"] }, (observe) => observe(1, { name: "a" })).end();
}

describe("attributeKeys", () => {
  it("are what the compiler takes", () => {
    expect(() => silently(typed)).not.to.throw();
  });

  it("leave out an attribute that is not among them, count it, and keep the measurement", async () => {
    const before = unlisted();
    const given = { currency: "EUR", user: "ann" };
    const metering = new Metering();
    silently(() => metering.run(() => orders.add(1, given)).run(() => orders.bind(given).add(2)));
    expect(await metering.points("shop.orders")).to.deep.equal([[{ currency: "EUR" }, 3]]);
    expect(unlisted()).to.equal(before + 2);
  });

  it("keep the rest of a measurement where a context variable's value cannot be read", async () => {
    const variable = new ContextVariable<unknown>("unreadable", { attribute: "unreadable.id" });
    const visits = counter("shop.visits", { attributeKeys: ["unreadable.id", "kind"] });
    const { proxy, revoke } = Proxy.revocable([], {});
    revoke();
    const metering = new Metering();
    silently(() => metering.run(() => variable.run(proxy, () => visits.add(1, { kind: "a" }))));
    expect(await metering.points("shop.visits")).to.deep.equal([[{ kind: "a" }, 1]]);
  });

  it("that are no list of texts are reported, and any key is taken", async () => {
    const before = troubles().invalid_configuration ?? 0;
    const metering = new Metering();
    silently(() => {
      const wrong = counter("shop.wrong", { attributeKeys: "currency" as unknown as string[] });
      metering.run(() => wrong.add(1, { any: 1 }));
    });
    expect(await metering.points("shop.wrong")).to.deep.equal([[{ any: 1 }, 1]]);
    expect(troubles().invalid_configuration).to.equal(before + 1);
  });
});

describe("a series", () => {
  it("keeps the attributes that it was measured with, whatever their owner does to them later", async () => {
    const reused = { currency: "EUR" };
    const list = { tags: ["a"] };
    const metering = new Metering().run(() => {
      orders.add(1, reused);
      reused.currency = "USD";
      orders.add(10, reused);
      anything.add(1, list);
      list.tags.push("b");
      anything.add(10, list);
    });
    expect(await metering.points("shop.orders")).to.deep.equal([
      [{ currency: "EUR" }, 1],
      [{ currency: "USD" }, 10],
    ]);
    expect(await metering.points("shop.anything")).to.deep.equal([
      [{ tags: ["a"] }, 1],
      [{ tags: ["a", "b"] }, 10],
    ]);
  });

  it("is named by at most 65,536 characters of a text", async () => {
    const [longest, longer] = ["x".repeat(65_536), "x".repeat(65_537)];
    const metering = new Metering().run(() => {
      anything.add(1, { text: longest });
      anything.add(10, { text: longer });
    });
    expect(await metering.points("shop.anything")).to.deep.equal([[{ text: longest }, 11]]);
  });
});
