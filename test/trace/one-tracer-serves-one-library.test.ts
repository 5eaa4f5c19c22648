import { expect } from "chai";
import { currentContext } from "../../src/context/current.ts";
import { troubles } from "../../src/core/diagnostics.ts";
import { TracerProvider } from "../../src/trace/tracer-provider.ts";
import type { SpanRecord } from "../../src/trace/record.ts";

function provider(): { provider: TracerProvider; records: SpanRecord[] } {
  const records: SpanRecord[] = [];
  return {
    provider: new TracerProvider({ sink: { accept: (record) => void records.push(record) } }),
    records,
  };
}

describe("TracerProvider", () => {
  it("has one tracer for each name, version and schema", () => {
    const { provider: own } = provider();
    const tracer = own.getTracer("a", "1", { schemaUrl: "s" });
    expect(own.getTracer("a", "1", { schemaUrl: "s" })).to.equal(tracer);
    for (const other of [
      own.getTracer("b", "1", { schemaUrl: "s" }),
      own.getTracer("a", "2", { schemaUrl: "s" }),
    ]) {
      expect(other).not.to.equal(tracer);
    }
    expect(own.getTracer("a", "1")).not.to.equal(tracer);
    expect(own.getTracer("a", "1", { schemaUrl: "t" })).not.to.equal(tracer);
  });

  it("keeps the 1,000th tracer, and makes those beyond anew, which work as well", () => {
    const { provider: own, records } = provider();
    const named = (each: number) => own.getTracer(`library ${each}`);
    const first = named(1);
    for (let each = 2; each <= 1500; each++) named(each);
    expect(named(1)).to.equal(first);
    expect(named(1000)).to.equal(named(1000));
    expect(named(1001)).not.to.equal(named(1001));
    named(1500).startSpan("span", {}, currentContext()).end();
    expect(records.map(({ instrumentationScope }) => instrumentationScope.name)).to.deep.equal([
      "library 1500",
    ]);
  });

  it("writes the instrumentation scope into each span", () => {
    const { provider: own, records } = provider();
    own.getTracer("a", "1", { schemaUrl: "s" }).startSpan("span", {}, currentContext()).end();
    own.getTracer("b").startSpan("span", {}, currentContext()).end();
    expect(records.map(({ instrumentationScope }) => instrumentationScope)).to.deep.equal([
      { name: "a", version: "1", schemaUrl: "s" },
      { name: "b", version: undefined, schemaUrl: undefined },
    ]);
  });

  for (const name of ["", null, undefined, 5, Symbol("name")]) {
    it(`reports a name that is none, and gives a working tracer with an empty one: ${String(name)}`, () => {
      const { provider: own, records } = provider();
      const before = troubles().invalid_argument ?? 0;
      own
        .getTracer(name as string)
        .startSpan("span", {}, currentContext())
        .end();
      expect(records[0]?.instrumentationScope.name).to.equal("");
      expect(troubles().invalid_argument).to.equal(before + 1);
    });
  }

  it("never throws over a version or options of the wrong kind", () => {
    const { provider: own } = provider();
    const throwing = Object.defineProperty({}, "schemaUrl", {
      get: () => {
        throw new Error("on purpose");
      },
    });
    for (const nonsense of [null, 5, "text", {}, { schemaUrl: 5 }, throwing]) {
      expect(own.getTracer("a", nonsense as string, nonsense as object)).to.respondTo("startSpan");
    }
  });
});
