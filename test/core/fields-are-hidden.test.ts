import { expect } from "chai";
import { inspect } from "node:util";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { hiddenField } from "../../src/core/hidden-field.ts";

const OWNERS: Readonly<Record<string, () => object>> = {
  "an object": () => ({}),
  "a function": () => () => {},
  "a frozen object": () => Object.freeze({}),
  "an object without a prototype": () => Object.create(null) as object,
  "a proxy that refuses all": () =>
    new Proxy({}, { get: refuse, set: refuse, has: refuse, defineProperty: refuse, isExtensible: refuse }),
  "a proxy that has been revoked": () => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    return proxy;
  },
};

describe("a hidden field", () => {
  for (const [name, make] of Object.entries(OWNERS))
    it(`is on ${name}, and on no other`, () => {
      const [field, other] = [hiddenField<number>(), hiddenField<number>()];
      const owner = make();
      expect(field.get(owner)).to.equal(undefined);
      field.set(owner, 1);
      expect(field.get(owner)).to.equal(1);
      field.set(owner, 2);
      expect(field.get(owner)).to.equal(2);
      expect(other.get(owner)).to.equal(undefined);
      expect(field.get(make())).to.equal(undefined);
    });

  it("is seen by nobody", () => {
    const [owner, bare] = [{ a: 1 }, { a: 1 }];
    hiddenField<number>().set(owner, 1);
    expect(Reflect.ownKeys(owner)).to.deep.equal(["a"]);
    expect(inspect(owner, { showHidden: true })).to.equal(inspect(bare, { showHidden: true }));
    expect({ ...owner }).to.deep.equal(bare);
  });

  it("keeps neither its owner nor, once that is gone, its value", async () => {
    setFlagsFromString("--expose-gc");
    const collect = runInNewContext("gc") as () => void;
    const field = hiddenField<object>();
    const references = ((): WeakRef<object>[] => {
      const [owner, value] = [{}, {}];
      field.set(owner, value);
      return [new WeakRef(owner), new WeakRef(value)];
    })();
    await new Promise((resolve) => setImmediate(resolve));
    collect();
    expect(references.map((reference) => reference.deref())).to.deep.equal([undefined, undefined]);
  });
});

function refuse(): never {
  throw new Error("refused");
}
