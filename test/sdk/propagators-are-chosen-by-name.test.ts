import { propagation, ROOT_CONTEXT, type TextMapPropagator, trace } from "@opentelemetry/api";
import { expect } from "chai";
import { readEnvironment } from "../../src/sdk/environment.ts";
import type { StartOptions } from "../../src/sdk/options.ts";
import { resolveSettings } from "../../src/sdk/settings.ts";
import { forgetWhatWasTold, silently } from "../stderr.ts";

const PARENT = { traceId: "a".repeat(32), spanId: "b".repeat(16), traceFlags: 1 };
const CONTEXT = propagation.setBaggage(
  trace.setSpanContext(ROOT_CONTEXT, PARENT),
  propagation.createBaggage({ tenant: { value: "a" } }),
);

/** The headers that leave. */
function headers(options: StartOptions, OTEL_PROPAGATORS?: string): string[] {
  const carrier: Record<string, string> = {};
  resolveSettings(options, readEnvironment({ OTEL_PROPAGATORS })).propagator.inject(CONTEXT, carrier, {
    set: (own, name, value) => (own[name] = value),
  });
  return Object.keys(carrier);
}

const W3C = ["traceparent", "baggage"];

describe("propagators", () => {
  beforeEach(forgetWhatWasTold);

  for (const [list, expected] of Object.entries({
    "": W3C,
    "tracecontext,baggage": W3C,
    " Baggage , TraceContext , baggage ": ["baggage", "traceparent"],
    tracecontext: ["traceparent"],
    baggage: ["baggage"],
    none: [],
    "none,tracecontext": [],
  })) {
    it(`of OTEL_PROPAGATORS="${list}" send ${expected.join(" and ") || "nothing"}`, () =>
      expect(headers({}, list)).to.deep.equal(expected));
  }

  it("are those of the option before those of the variable", () => {
    expect(headers({ propagators: ["baggage"] }, "tracecontext")).to.deep.equal(["baggage"]);
    const own: TextMapPropagator = {
      inject: (_context, carrier, setter) => setter.set(carrier, "x-own", "1"),
      extract: (context) => context,
      fields: () => ["x-own"],
    };
    expect(headers({ propagators: own }, "tracecontext")).to.deep.equal(["x-own"]);
  });

  it("that nobody has are named, whatever an object has by that name", () => {
    for (const name of ["__proto__", "constructor", "toString", "nobody"]) {
      forgetWhatWasTold();
      const said = silently(() => expect(headers({}, `${name},tracecontext`)).to.deep.equal(["traceparent"]));
      expect(said).to.match(/^throughline: no propagator is called [^\n]+\n$/);
    }
  });

  it("of others are named with the package that they come with, and the rest works", () => {
    for (const [name, packageName] of [
      ["jaeger", "@opentelemetry/propagator-jaeger"],
      ["xray", "@opentelemetry/propagator-aws-xray"],
      ["ottrace", "@opentelemetry/propagator-ot-trace"],
    ] as const) {
      const said = silently(() => expect(headers({}, `${name},tracecontext`)).to.deep.equal(["traceparent"]));
      expect(said.trim().split("\n")).to.have.lengthOf(1);
      expect(said).to.include(`npm install ${packageName}`);
    }
  });

  it("that nobody knows are named, with those that there are", () => {
    const said = silently(() => expect(headers({}, "zipkin,baggage")).to.deep.equal(["baggage"]));
    expect(said).to.include('no propagator is called "zipkin"; there are tracecontext, baggage, b3');
  });

  it("of others are loaded from what the program has installed", () => {
    expect(headers({}, "b3,baggage")).to.deep.equal(["b3", "baggage"]);
    expect(headers({}, "b3multi")).to.deep.equal(["x-b3-traceid", "x-b3-spanid", "x-b3-sampled"]);
  });
});
