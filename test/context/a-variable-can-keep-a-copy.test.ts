import { expect } from "chai";
import { ContextVariable } from "../../src/context/context-variable.ts";
import { scope } from "../../src/context/open-scope.ts";
import { ThroughlineError } from "../../src/core/errors.ts";
import { troubles } from "../../src/core/diagnostics.ts";

interface Cart {
  items: string[];
  owner?: unknown;
}

const plain = new ContextVariable<Cart>("cart");
const copied = new ContextVariable<Cart>("copied cart", { keeps: "copy", defaultValue: { items: [] } });
const frozen = new ContextVariable<Cart>("frozen cart", { keeps: "frozen", defaultValue: { items: [] } });

const code = (act: () => unknown): unknown => {
  try {
    return act();
  } catch (error) {
    return error instanceof ThroughlineError ? [error.code, error.cause instanceof Error] : error;
  }
};

describe("a context variable", () => {
  it("keeps the value itself, unless told otherwise", () => {
    const cart = { items: ["book"] };
    plain.run(cart, () => expect(plain.get()).to.equal(cart));
  });

  it("that keeps a copy does not see what happens to the original", () => {
    const cart = { items: ["book"] };
    for (const within of [(fn: () => void) => copied.run(cart, fn), setBefore(copied, cart)]) {
      within(() => {
        cart.items.push("late");
        expect(copied.get()).not.to.equal(cart);
        expect(copied.get().items).not.to.include("late");
        cart.items.pop();
      });
    }
  });

  it("that keeps values frozen lets nobody change them, to the bottom", () => {
    const cart: Cart = { items: ["book"], owner: { name: "ann", bytes: new Uint8Array(1) } };
    cart.owner = { ...(cart.owner as object), cart };
    for (const within of [(fn: () => void) => frozen.run(cart, fn), setBefore(frozen, cart)]) {
      within(() => {
        expect(frozen.get()).to.equal(cart);
        expect(() => frozen.get().items.push("late")).to.throw(TypeError);
        expect(() => Object.assign(frozen.get().owner as object, { name: "bob" })).to.throw(TypeError);
      });
    }
  });

  it("guards its default in the same way", () => {
    expect(() => frozen.get().items.push("late")).to.throw(TypeError);
    const items: string[] = [];
    const own = new ContextVariable<Cart>("own", { keeps: "copy", defaultValue: { items } });
    items.push("late");
    expect(own.get().items).to.deep.equal([]);
  });

  it("refuses what cannot be copied or frozen, and stays as it was", () => {
    const revoked = Proxy.revocable({}, {});
    revoked.revoke();
    scope(() => {
      copied.set({ items: ["before"] });
      const refused = ["THR_VALUE_NOT_KEPT", true];
      expect(code(() => copied.set({ items: [], owner: () => {} }))).to.deep.equal(refused);
      expect(code(() => frozen.set(revoked.proxy as Cart))).to.deep.equal(refused);
      expect(code(() => copied.run(revoked.proxy as Cart, () => {}))).to.deep.equal(refused);
      expect(copied.get().items).to.deep.equal(["before"]);
    });
  });

  it("reports a way of keeping that is none, and keeps the value itself", () => {
    const before = troubles().invalid_argument ?? 0;
    const odd = new ContextVariable<object>("odd", { keeps: "forever" as never });
    const value = {};
    expect(odd.run(value, () => odd.get())).to.equal(value);
    expect(troubles().invalid_argument).to.equal(before + 1);
  });

  it("takes nonsense for options without a word, and has no default then", () => {
    for (const nonsense of [null, 5, "text", Object.create({ keeps: "copy" })]) {
      const odd = new ContextVariable("odd", nonsense as never);
      expect(odd.tryGet()).to.equal(undefined);
      expect(code(() => odd.get())).to.deep.equal(["THR_CONTEXT_LOOKUP", false]);
    }
  });
});

function setBefore<Value>(variable: ContextVariable<Value>, value: Value): (fn: () => void) => void {
  return (fn) =>
    scope(() => {
      variable.set(value);
      fn();
    });
}
