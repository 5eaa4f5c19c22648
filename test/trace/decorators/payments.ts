// Compiled twice by tsc, with decorators of the standard form and of the legacy one, then run.
import { type ReadableSpan, type SpanProcessor, start, traced } from "throughline";

const spans: string[] = [];
const recorder: SpanProcessor = {
  onStart: () => {},
  onEnd: (span: ReadableSpan) => void spans.push(`${span.name} ${span.kind}`),
  forceFlush: async () => {},
  shutdown: async () => {},
};
start({ exporter: "none", processors: [recorder] });

class Payments {
  #fee = 2;

  @traced()
  charge(amount: number): number {
    return amount + this.#fee;
  }

  @traced("refund", { kind: 2 })
  async giveBack(amount: number): Promise<number> {
    return amount - this.#fee;
  }

  @traced("of all")
  static total(...amounts: readonly number[]): number {
    return amounts.reduce((sum, amount) => sum + amount, 0);
  }
}

const payments = new Payments();
console.log(payments.charge(40), await payments.giveBack(40), Payments.total(1, 2), payments.charge.length);
console.log(spans.join(", "));
