import { defaultTextMapGetter, defaultTextMapSetter, ROOT_CONTEXT } from "@opentelemetry/api";
import { expect } from "chai";
import { W3C_PROPAGATOR } from "../../src/propagation/w3c-propagator.ts";

const IDS = "0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331";

type Headers = Record<string, string | string[]>;

/** What goes out where these came in, and nothing happened between. */
function through(headers: Headers): Headers {
  const out: Headers = {};
  const context = W3C_PROPAGATOR.extract(ROOT_CONTEXT, headers, defaultTextMapGetter);
  W3C_PROPAGATOR.inject(context, out, defaultTextMapSetter);
  return out;
}

describe("headers that came in", () => {
  for (const flags of ["00", "01", "02", "03"])
    it(`go on with the flags ${flags}, and an unmodified tracestate`, () => {
      const headers = {
        traceparent: `00-${IDS}-${flags}`,
        tracestate: "b=  2 3,a@t=1!~,rojo=00f067aa0ba902b7",
        baggage: "userId=alice,serverNode=DF%2028;p1;p2=v2,isProduction=false",
      };
      expect(through(headers)).to.deep.equal(headers);
    });

  it("of a later version go on in ours, with their tracestate", () => {
    expect(through({ traceparent: `cc-${IDS}-ff-more`, tracestate: "a=1" })).to.deep.equal({
      traceparent: `00-${IDS}-03`,
      tracestate: "a=1",
    });
  });

  it("in several lines go on in one, in their order", () => {
    const lists = { tracestate: ["a=1,b=2", "c=3"], baggage: ["a=1", "b=2,c=3"] };
    expect(through({ traceparent: `00-${IDS}-01`, ...lists })).to.deep.equal({
      traceparent: `00-${IDS}-01`,
      tracestate: "a=1,b=2,c=3",
      baggage: "a=1,b=2,c=3",
    });
  });

  it("without a traceparent, or with a malformed one, leave their tracestate behind", () => {
    for (const traceparent of ["", "malformed", `00-${IDS}-01, 00-${IDS}-01`])
      expect(through({ traceparent, tracestate: "a=1", baggage: "a=1" })).to.deep.equal({ baggage: "a=1" });
    expect(through({ tracestate: "a=1" })).to.deep.equal({});
  });

  it("leave a malformed tracestate behind, and go on", () => {
    for (const tracestate of ["a=1,A=2", "a=1,a=2", "a=1\r\nx: 1", "a=1,".repeat(20_000)])
      expect(through({ traceparent: `00-${IDS}-01`, tracestate })).to.deep.equal({
        traceparent: `00-${IDS}-01`,
      });
  });

  for (const [came, goes] of [
    // Octets that are no UTF-8, and a percent sign that encodes nothing, are not ours to mend.
    ["a=%ff,b=%,c=%4,d=%zz", "a=%ff,b=%,c=%4,d=%zz"],
    ["a=b c", "a=b%20c"],
    ['a="b"', "a=%22b%22"],
    ["a=b\\c", "a=b%5Cc"],
    ["a=1\r\nx-injected: 1", "a=1%0D%0Ax-injected%3A%201"],
    ["a=\u00e9", "a=%C3%A9"],
    ["a=b=c==", "a=b=c=="],
    [" a = 1 ;\tp = v ; q , b = 2 ", "a=1;p = v ; q,b=2"],
    ["a=1;good=1;bad prop;better", "a=1;good=1;better"],
    ["a=1;;p=2", "a=1;p=2"],
    ['a=1;p="v"', "a=1"],
    ["a=1;p=1\r\nx: 1", "a=1"],
    ["a=1,b c=2,=3,d,e=5", "a=1,e=5"],
    ["a=1,b=2,a=3;p", "a=3;p,b=2"],
  ] as const)
    it(`go on well-formed: baggage ${JSON.stringify(came)}`, () => {
      expect(through({ baggage: came })).to.deep.equal({ baggage: goes });
    });
});
