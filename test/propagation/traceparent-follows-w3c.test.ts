import { trace, TraceFlags } from "@opentelemetry/api";
import { expect } from "chai";
import * as fc from "fast-check";
import { formatTraceparent, parseTraceContext } from "../../src/propagation/trace-context.ts";

const TRACE = "0af7651916cd43dd8448eb211c80319c";
const SPAN = "b7ad6b7169203331";

const parse = (traceparent: string, tracestate?: string) =>
  parseTraceContext(traceparent, tracestate)?.spanContext();

/** Ids of so many digits, none of them zero. */
const id = (digits: number) =>
  fc.bigInt({ min: 1n, max: 16n ** BigInt(digits) - 1n }).map((n) => n.toString(16).padStart(digits, "0"));

describe("a traceparent header", () => {
  it("names a remote parent", () => {
    expect(parse(`00-${TRACE}-${SPAN}-01`)).to.deep.equal({
      traceId: TRACE,
      spanId: SPAN,
      traceFlags: TraceFlags.SAMPLED,
      isRemote: true,
    });
  });

  for (const [flags, expected] of [
    ["00", 0],
    ["01", 1],
    ["02", 2],
    ["03", 3],
    ["04", 0],
    ["fe", 2],
    ["ff", 3],
  ] as const) {
    it(`carries the flags sampled and random, and no others: ${flags}`, () => {
      expect(parse(`00-${TRACE}-${SPAN}-${flags}`)?.traceFlags).to.equal(expected);
    });
  }

  for (const [what, header] of Object.entries({
    empty: "",
    "of a version that is not hexadecimal": `0g-${TRACE}-${SPAN}-01`,
    "of a version in uppercase": `0A-${TRACE}-${SPAN}-01`,
    "of the forbidden version ff": `ff-${TRACE}-${SPAN}-01`,
    "of a version of one digit": `0-${TRACE}-${SPAN}-01`,
    "without a version": `${TRACE}-${SPAN}-01`,
    "with a trace id of zeros": `00-${"0".repeat(32)}-${SPAN}-01`,
    "with a trace id in uppercase": `00-${TRACE.toUpperCase()}-${SPAN}-01`,
    "with a trace id of 31 digits": `00-${TRACE.slice(1)}-${SPAN}-01`,
    "with a trace id of 33 digits": `00-${TRACE}0-${SPAN}-01`,
    "with a trace id that is not hexadecimal": `00-${TRACE.slice(1)}g-${SPAN}-01`,
    "with a parent id of zeros": `00-${TRACE}-${"0".repeat(16)}-01`,
    "with a parent id in uppercase": `00-${TRACE}-${SPAN.toUpperCase()}-01`,
    "with a parent id of 15 digits": `00-${TRACE}-${SPAN.slice(1)}-01`,
    "with a parent id of 17 digits": `00-${TRACE}-${SPAN}0-01`,
    "without flags": `00-${TRACE}-${SPAN}`,
    "with flags of one digit": `00-${TRACE}-${SPAN}-1`,
    "with flags of three digits": `00-${TRACE}-${SPAN}-001`,
    "with flags in uppercase": `00-${TRACE}-${SPAN}-0A`,
    "with flags that are not hexadecimal": `00-${TRACE}-${SPAN}-0x`,
    "of version 00 with more": `00-${TRACE}-${SPAN}-01-more`,
    "of version 00 with a dash at the end": `00-${TRACE}-${SPAN}-01-`,
    "with flags whose first digit is not hexadecimal": `00-${TRACE}-${SPAN}-x1`,
    "with another first delimiter": `00_${TRACE}-${SPAN}-01`,
    "with another second delimiter": `00-${TRACE}_${SPAN}-01`,
    "with another third delimiter": `00-${TRACE}-${SPAN}_01`,
    "with a space before it": ` 00-${TRACE}-${SPAN}-01`,
    "with a line break after it": `00-${TRACE}-${SPAN}-01\n`,
    "that was repeated and joined": `00-${TRACE}-${SPAN}-01, 00-${TRACE}-${SPAN}-01`,
    "of a later version that goes on without a dash": `01-${TRACE}-${SPAN}-01.more`,
    "of a later version with flags of three digits": `01-${TRACE}-${SPAN}-011`,
    "of a later version that is too short": `01-${TRACE}-${SPAN}-1`,
    "of a later version with a trace id of zeros": `01-${"0".repeat(32)}-${SPAN}-01`,
  })) {
    it(`is ignored where it is one ${what}`, () => {
      expect(parse(header)).to.equal(undefined);
    });
  }

  for (const more of ["", "-", "-more", "-01-02-03", `-${"x".repeat(1_000_000)}`]) {
    it(`of a later version is read as far as this one knows it: with ${more.length} more characters`, () => {
      for (const version of ["01", "cc", "fe"]) {
        expect(parse(`${version}-${TRACE}-${SPAN}-01${more}`)).to.include({
          traceId: TRACE,
          spanId: SPAN,
          traceFlags: 1,
        });
      }
    });
  }

  it("is written in version 00, with known flags alone", () => {
    for (const [traceFlags, flags] of [
      [0, "00"],
      [1, "01"],
      [2, "02"],
      [3, "03"],
      [0xff, "03"],
      [0x104, "00"],
    ] as const) {
      expect(formatTraceparent(trace.wrapSpanContext({ traceId: TRACE, spanId: SPAN, traceFlags }))).to.equal(
        `00-${TRACE}-${SPAN}-${flags}`,
      );
    }
  });

  it("survives the way out and back in", () => {
    fc.assert(
      fc.property(id(32), id(16), fc.nat({ max: 3 }), (traceId, spanId, traceFlags) => {
        const header = formatTraceparent(trace.wrapSpanContext({ traceId, spanId, traceFlags }));
        expect(parse(header ?? "")).to.deep.equal({ traceId, spanId, traceFlags, isRemote: true });
      }),
    );
  });

  it("does not depend on the tracestate beside it", () => {
    const malformed = parse(`00-${TRACE}-${SPAN}-01`, "not a tracestate");
    expect(malformed).to.include({ traceId: TRACE, spanId: SPAN });
    expect(malformed).not.to.have.property("traceState");
    for (const version of ["00", "01", "fe"])
      expect(parse(`${version}-${TRACE}-${SPAN}-01`, "a=1")?.traceState?.serialize()).to.equal("a=1");
    expect(parse("malformed", "a=1")).to.equal(undefined);
  });
});
