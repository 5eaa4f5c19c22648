import {
  defaultTextMapGetter,
  defaultTextMapSetter,
  propagation,
  ROOT_CONTEXT,
  type TextMapPropagator,
  trace,
} from "@opentelemetry/api";
import { CompositePropagator, W3CBaggagePropagator, W3CTraceContextPropagator } from "@opentelemetry/core";
import { expect } from "chai";
import * as fc from "fast-check";
import { W3C_PROPAGATOR } from "../../src/propagation/w3c-propagator.ts";

type Headers = Record<string, string>;

const OFFICIAL = new CompositePropagator({
  propagators: [new W3CTraceContextPropagator(), new W3CBaggagePropagator()],
});

const digits = (count: number) =>
  fc.bigInt({ min: 1n, max: 16n ** BigInt(count) - 1n }).map((id) => id.toString(16).padStart(count, "0"));
const text = (characters: string, minLength: number) =>
  fc.string({ unit: fc.constantFrom(...characters.split("")), minLength, maxLength: 12 });

const LOWER = "abcdefghijklmnopqrstuvwxyz0123456789";
const traceparent = fc
  .tuple(fc.constantFrom("00", "01", "cc"), digits(32), digits(16), fc.constantFrom("00", "01"))
  .map((parts) => parts.join("-"));
const tracestate = fc
  .uniqueArray(
    fc.tuple(
      text(LOWER, 1).chain((first) => text(`${LOWER}_-*/`, 0).map((rest) => `a${first}${rest}`)),
      text(`${LOWER} !"#~`, 0).map((value) => `${value}v`),
    ),
    { selector: ([key]) => key, minLength: 1, maxLength: 32 },
  )
  .map((members) => members.map((member) => member.join("=")).join(","));
// Of keys those that the official propagator does not encode, and an object does not put first: ours goes by W3C.
const baggage = fc
  .uniqueArray(
    fc.tuple(
      text(`${LOWER}!'*-._~`, 0).map((rest) => `k${rest}`),
      text(`${LOWER}-_.~`, 0),
      text(LOWER, 1),
    ),
    {
      selector: ([key]) => key,
      minLength: 1,
      maxLength: 20,
    },
  )
  .map((members) => members.map(([key, value, property]) => `${key}=${value}%20;${property}=1`).join(","));
const headers = fc.record({ traceparent, tracestate, baggage }, { requiredKeys: [] });

function extracted(propagator: TextMapPropagator, carrier: Headers) {
  const context = propagator.extract(ROOT_CONTEXT, carrier, defaultTextMapGetter);
  const { traceState, ...parent } = trace.getSpanContext(context) ?? {};
  const entries = propagation.getBaggage(context)?.getAllEntries();
  return {
    parent,
    state: traceState?.serialize() ?? "",
    baggage: entries?.map(([key, { value, metadata }]) => [key, value, metadata?.toString()]),
  };
}

function injected(propagator: TextMapPropagator, carrier: Headers): Headers {
  const out: Headers = {};
  propagator.inject(
    propagator.extract(ROOT_CONTEXT, carrier, defaultTextMapGetter),
    out,
    defaultTextMapSetter,
  );
  return out;
}

describe("well-formed headers", () => {
  it("say the same to us and to the official propagators", () => {
    fc.assert(
      fc.property(headers, (carrier) => {
        expect(extracted(W3C_PROPAGATOR, carrier)).to.deep.equal(extracted(OFFICIAL, carrier));
      }),
    );
  });

  it("are sent on by us as the official propagators do", () => {
    fc.assert(
      fc.property(headers, (carrier) => {
        expect(injected(W3C_PROPAGATOR, carrier)).to.deep.equal(injected(OFFICIAL, carrier));
      }),
    );
  });
});
