import { SpanKind, SpanStatusCode } from "@opentelemetry/api";
import { expect } from "chai";
import { testTelemetry } from "../../src/testing/test-telemetry.ts";
import { traced } from "../../src/trace/span-helpers.ts";

describe("traced", () => {
  it(
    "wraps a function once, and makes a span of each call",
    testTelemetry(async (t) => {
      const charge = traced("charge", async (amount: number) => amount * 2);
      expect([await charge(1), await charge(2)]).to.deep.equal([2, 4]);
      expect(t.spans.map(({ name }) => name)).to.deep.equal(["charge", "charge"]);
    }),
  );

  it(
    "keeps this, arguments, name, length and errors",
    testTelemetry((t) => {
      const error = new RangeError("on purpose");
      const till = {
        fee: 2,
        charge: traced("charge", function charge(this: { fee: number }, amount: number, currency: string) {
          if (amount < 0) throw error;
          return `${amount + this.fee} ${currency}`;
        }),
      };
      expect(till.charge(40, "EUR")).to.equal("42 EUR");
      expect([till.charge.name, till.charge.length]).to.deep.equal(["charge", 2]);
      expect(() => till.charge(-1, "EUR")).to.throw(error);
      expect(t.spans.map(({ status }) => status.code)).to.deep.equal([
        SpanStatusCode.UNSET,
        SpanStatusCode.ERROR,
      ]);
    }),
  );

  it(
    "takes options in between",
    testTelemetry((t) => {
      traced("send", { kind: SpanKind.PRODUCER, attributes: { a: 1 } }, () => {})();
      const [span] = t.spans;
      expect([span?.name, span?.kind, span?.attributes]).to.deep.equal(["send", SpanKind.PRODUCER, { a: 1 }]);
    }),
  );

  it("refuses what is no function, and what is no name", () => {
    const calls: (() => unknown)[] = [
      () => traced("charge", 5 as never),
      () => traced("charge", {}, 5 as never),
      () => traced("charge", {}, undefined as never),
      () => traced((() => {}) as never),
      () => (traced() as (method: unknown, context: unknown) => unknown)(5, { kind: "field", name: "field" }),
    ];
    for (const call of calls) expect(call).to.throw().with.property("code", "THR_NOT_A_FUNCTION");
  });

  const asAny = traced as (...args: unknown[]) => unknown;
  const method = { value: () => 5, configurable: true, enumerable: false, writable: true };
  const MISUSES: Record<string, readonly [given: string, misuse: () => unknown]> = {
    'traced("charge", undefined)': ["undefined", () => asAny("charge", undefined)],
    'traced("charge", 5)': ["a number", () => asAny("charge", 5)],
    'traced("charge", {}, undefined)': ["undefined", () => asAny("charge", {}, undefined)],
    "traced(() => 5)": ["a function as its name", () => asAny(() => 5)],
    "a bare @traced before a method": [
      "a function as its name",
      () => asAny(() => 5, { kind: "method", name: "charge" }),
    ],
    "a bare @traced in the legacy form": ["an object as its name", () => asAny({}, "charge", method)],
    "@traced() before a legacy getter": [
      "undefined",
      () => (traced() as (...args: unknown[]) => unknown)({}, "charge", { get: () => 5 }),
    ],
  };
  for (const [what, [given, misuse]] of Object.entries(MISUSES)) {
    it(`says how it is used, and that it was given ${given}, by ${what}`, () => {
      expect(misuse).to.throw(
        `traced(name, options?, fn), or @traced() before a method, needs a function where it says fn, and was given ${given} [THR_NOT_A_FUNCTION`,
      );
    });
  }

  it(
    "leaves a legacy descriptor as it was, frozen or not, and gives one that is its own",
    testTelemetry((t) => {
      const decorate = traced() as (...args: unknown[]) => PropertyDescriptor;
      const given = Object.freeze({ ...method });
      const decorated = decorate({}, "charge", given);
      expect(given).to.deep.equal(method);
      expect(decorated).to.deep.equal({ ...method, value: decorated.value as unknown });
      expect((decorated.value as () => number)()).to.equal(5);
      expect(t.spans.map(({ name }) => name)).to.deep.equal(["charge"]);
    }),
  );
});
