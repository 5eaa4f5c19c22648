import {
  type Context as ApiContext,
  createContextKey,
  propagation,
  ROOT_CONTEXT,
  trace,
} from "@opentelemetry/api";
import { expect } from "chai";
import { Context } from "../../src/context/context.ts";
import { ContextVariable } from "../../src/context/context-variable.ts";
import { currentContext, runIn } from "../../src/context/current.ts";
import { LayeredContext } from "../../src/context/layered-context.ts";
import { scope } from "../../src/context/open-scope.ts";

const [ONE, TWO] = [createContextKey("one"), createContextKey("two")];

describe("a layered context", () => {
  it("has its own values, and else those of what lies below", () => {
    const below = ROOT_CONTEXT.setValue(ONE, 1).setValue(TWO, 2);
    const over = LayeredContext.over(below).setValue(ONE, "own");
    expect([over.getValue(ONE), over.getValue(TWO), below.getValue(ONE)]).to.deep.equal(["own", 2, 1]);
  });

  it("does not change: each value makes another", () => {
    const first = LayeredContext.over(ROOT_CONTEXT).setValue(ONE, 1);
    const second = first.setValue(TWO, 2).setValue(ONE, 3);
    expect([first.getValue(ONE), first.getValue(TWO)]).to.deep.equal([1, undefined]);
    expect([second.getValue(ONE), second.getValue(TWO)]).to.deep.equal([3, 2]);
    expect([second.deleteValue(ONE).getValue(ONE), second.getValue(ONE)]).to.deep.equal([undefined, 3]);
  });

  it("costs as little however often it is changed, and values are laid over it", () => {
    let context = LayeredContext.over(ROOT_CONTEXT);
    for (let each = 0; each < 100_000; each++)
      context = LayeredContext.over(context).setValue(each % 2 ? ONE : TWO, each);
    expect([context.getValue(ONE), context.getValue(TWO)]).to.deep.equal([99_999, 99_998]);
    expect(context.setValue(ONE, TWO).getValue(TWO)).to.equal(99_998);
  });

  it("is entered as the API's own would be: its span and keys count, and the scope stays", () => {
    const user = new ContextVariable<string>("user");
    const span = trace.wrapSpanContext({ traceId: "a".repeat(32), spanId: "b".repeat(16), traceFlags: 1 });
    const fill = (context: ApiContext) =>
      propagation.setBaggage(trace.setSpan(context, span), propagation.createBaggage({ a: { value: "1" } }));
    scope(() => {
      user.set("ann");
      for (const context of [fill(ROOT_CONTEXT), fill(LayeredContext.over(ROOT_CONTEXT))])
        runIn(context, () => {
          expect(user.get()).to.equal("ann");
          expect(currentContext().span).to.equal(span);
          expect(propagation.getBaggage(currentContext())?.getEntry("a")?.value).to.equal("1");
        });
    });
  });

  it("is made over what is another's alone, and not yet layered", () => {
    const own = new Context();
    const layered = LayeredContext.over(ROOT_CONTEXT);
    for (const context of [own, layered, null, undefined, 5, {}] as ApiContext[])
      expect(LayeredContext.over(context)).to.equal(context);
  });
});
