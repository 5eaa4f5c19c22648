import type { Span } from "@opentelemetry/api";
import { expect } from "chai";
import { troubles } from "../../src/core/diagnostics.ts";
import { DEFAULT_LIMITS } from "../../src/core/limits.ts";
import { alwaysOff, type Sampler, SamplingDecision } from "../../src/trace/sampler.ts";
import { recording } from "../recording.ts";
import { EMPTY, REMOTE } from "./traced.ts";

const LIMITS = {
  ...DEFAULT_LIMITS,
  attributeCountLimit: 1,
  eventCountLimit: 1,
  linkCountLimit: 1,
  attributePerEventCountLimit: 1,
  attributePerLinkCountLimit: 1,
};

/** How often a limit is reported for one span, after `use`. */
function reports(use: (span: Span) => void, sampler?: Sampler): number {
  const { providers } = recording(undefined, { limits: LIMITS, sampler });
  const span = providers.tracerProvider.getTracer("library").startSpan("span", {}, EMPTY);
  const before = troubles().limit_reached ?? 0;
  use(span);
  expect(troubles().limit_reached ?? 0).to.equal(before);
  span.end();
  span.end();
  return (troubles().limit_reached ?? 0) - before;
}

const context = REMOTE;
const [ONE, THREE] = [{ a: 1 }, { a: 1, b: 2, c: 3 }];
const within = (span: Span): Span =>
  span.setAttributes(ONE).addEvent("event", ONE).addLink({ context, attributes: ONE });

const OVER: Record<string, (span: Span) => unknown> = {
  "attributes of the span": (span) => span.setAttributes(THREE),
  "attributes of an event": (span) => span.addEvent("event", THREE),
  "attributes of a link": (span) => span.addLink({ context, attributes: THREE }),
  "an event": (span) => span.addEvent("first").addEvent("second"),
  "a link": (span) => span.addLinks([{ context }, { context }]),
  "some of everything": (span) =>
    within(span).setAttributes(THREE).addEvent("second").addLinks([{ context }]),
};

describe("a span that is over its limits", () => {
  for (const [what, use] of Object.entries(OVER)) {
    it(`by ${what} is reported once, when it ends`, () => {
      expect(reports((span) => void use(span))).to.equal(1);
    });

    it(`by ${what} is reported also where it is recorded and not sampled`, () => {
      const sampler = { shouldSample: () => ({ decision: SamplingDecision.RECORD }) };
      expect(reports((span) => void use(span), sampler)).to.equal(1);
    });

    it(`by ${what} is not reported where nothing is recorded`, () => {
      expect(reports((span) => void use(span), alwaysOff())).to.equal(0);
    });
  }

  it("is not reported where it is at them", () => {
    expect(reports((span) => void within(span))).to.equal(0);
  });
});
