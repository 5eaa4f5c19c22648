import { SpanKind, SpanStatusCode } from "@opentelemetry/api";
import { expect } from "chai";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, rmSync } from "node:fs";
import { traced } from "../../src/trace/span-helpers.ts";
import { record } from "../recording.ts";

describe("traced", () => {
  it("wraps a function once, and makes a span of each call", async () => {
    await record(async ({ spans }) => {
      const charge = traced("charge", async (amount: number) => amount * 2);
      expect([await charge(1), await charge(2)]).to.deep.equal([2, 4]);
      expect(spans.map(({ name }) => name)).to.deep.equal(["charge", "charge"]);
    });
  });

  it("keeps this, arguments, name, length and errors", () => {
    record(({ spans }) => {
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
      expect(spans.map(({ status }) => status.code)).to.deep.equal([
        SpanStatusCode.UNSET,
        SpanStatusCode.ERROR,
      ]);
    });
  });

  it("takes options in between", () => {
    record(({ spans }) => {
      traced("send", { kind: SpanKind.PRODUCER, attributes: { a: 1 } }, () => {})();
      expect(spans[0]).to.deep.include({ name: "send", kind: SpanKind.PRODUCER, attributes: { a: 1 } });
    });
  });

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

  for (const [form, option] of [
    ["standard", ""],
    ["legacy", "--experimentalDecorators"],
  ] as const) {
    it(`decorates methods in the ${form} form`, function () {
      this.timeout(30_000);
      const workshop = `.decorators/${form}`;
      mkdirSync(workshop, { recursive: true });
      try {
        const { status, stdout } = spawnSync(
          process.execPath,
          `node_modules/typescript/bin/tsc --ignoreConfig --strict --target es2022 --module nodenext --types node
            --rootDir . --outDir ${workshop} ${option} test/trace/decorators/payments.ts`
            .split(/\s+/)
            .filter((argument) => argument !== ""),
          { encoding: "utf8" },
        );
        expect([stdout, status]).to.deep.equal(["", 0]);
        const output = execFileSync(process.execPath, [`${workshop}/test/trace/decorators/payments.js`], {
          encoding: "utf8",
        });
        expect(output).to.equal("42 38 3 1\ncharge 0, refund 2, of all 0\n");
      } finally {
        rmSync(".decorators", { recursive: true, force: true });
      }
    });
  }
});
