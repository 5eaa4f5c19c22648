import {
  type Attributes,
  createTraceState,
  type Exception,
  type Link,
  type SpanContext,
  SpanKind,
  SpanStatusCode,
  type SpanOptions,
  type TimeInput,
} from "@opentelemetry/api";
import * as fc from "fast-check";
import { UPTIME } from "./fake-time.ts";
import type { Act, Program, Target, TracerScope } from "./span-programs.ts";

const hex = (digits: number) =>
  fc.array(fc.constantFrom(..."123456789abcdef".split("")), { minLength: digits, maxLength: digits });

/** A span of another process, or of another SDK in this one; a parent may be such. */
export const anySpanContext: fc.Arbitrary<SpanContext> = fc.record(
  {
    traceId: hex(32).map((digits) => digits.join("")),
    spanId: hex(16).map((digits) => digits.join("")),
    traceFlags: fc.constantFrom(0, 1),
    isRemote: fc.boolean(),
    traceState: fc.constantFrom("", "a=1", "vendor=1,other=2").map(createTraceState),
  },
  { requiredKeys: ["traceId", "spanId", "traceFlags"] },
);

const optional = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: undefined });

const anyTime: fc.Arbitrary<TimeInput> = fc.oneof(
  fc.date({ min: new Date(0), max: new Date("2100-01-01"), noInvalidDate: true }),
  fc.tuple(fc.nat({ max: 4_000_000_000 }), fc.nat({ max: 999_999_999 })),
  fc.integer({ min: Date.UTC(2000), max: Date.UTC(2100) }),
  fc.nat({ max: UPTIME }),
);

const text = fc.string({ maxLength: 6 });
const key = fc.constantFrom("a", "b", "c.d", "A", "");
const list = (element: fc.Arbitrary<unknown>) => fc.array(fc.option(element, { freq: 5 }), { maxLength: 3 });
const value = fc.oneof(
  text,
  fc.double(),
  fc.integer(),
  fc.boolean(),
  list(text),
  list(fc.double()),
  list(fc.boolean()),
  fc.constantFrom<unknown>(1n, Symbol("value"), () => {}, new Date(0), new URL("http://localhost")),
);
const valueOrNone = fc.oneof({ weight: 9, arbitrary: value }, fc.constantFrom(undefined, null));
const attributesOf = (values: fc.Arbitrary<unknown>) =>
  fc.dictionary(key, values, { maxKeys: 4, noNullPrototype: true }) as fc.Arbitrary<Attributes>;
const attributes = attributesOf(value);
const attributesOrNone = attributesOf(valueOrNone);
const startAttributes = fc
  .tuple(attributes, fc.constantFrom({}, { none: undefined }, { none: null as never }))
  .map(([own, none]): Attributes => Object.assign(own, none));

const exception: fc.Arbitrary<Exception> = fc.oneof(
  fc.string({ minLength: 1, maxLength: 6 }).map((message) => new RangeError(message)),
  fc.record({ name: fc.constant("PaymentError"), message: fc.constant("declined") }),
  fc.record({ code: fc.constantFrom("E_DECLINED", 12), message: fc.constant("declined") }),
);

const link: fc.Arbitrary<Link> = fc
  .record({ context: anySpanContext, attributes: optional(attributes) })
  .map(({ context, attributes: own }) => (own === undefined ? { context } : { context, attributes: own }));

const options: fc.Arbitrary<SpanOptions> = fc.record(
  {
    kind: fc.constantFrom(
      SpanKind.INTERNAL,
      SpanKind.SERVER,
      SpanKind.CLIENT,
      SpanKind.PRODUCER,
      SpanKind.CONSUMER,
    ),
    root: fc.boolean(),
    attributes: startAttributes,
    links: fc.array(link, { maxLength: 3 }),
    startTime: anyTime,
  },
  { requiredKeys: [] },
);

const target: fc.Arbitrary<Target> = fc.oneof(fc.nat({ max: 20 }), anySpanContext);
const rest: fc.Arbitrary<[unknown?, TimeInput?]> = fc.oneof(
  fc.constant<[]>([]),
  fc.tuple(fc.oneof(attributes, anyTime, fc.constant(undefined))),
  fc.tuple(fc.oneof(attributes, anyTime, fc.constant(undefined)), anyTime),
);

const act: Record<Exclude<Act["do"], "child">, fc.Arbitrary<Act>> = {
  end: fc.record({ do: fc.constant("end"), time: optional(anyTime) }),
  setAttribute: fc.record({
    do: fc.constant("setAttribute"),
    key,
    value: valueOrNone,
  }),
  setAttributes: fc.record({ do: fc.constant("setAttributes"), attributes: attributesOrNone }),
  addEvent: fc.record({ do: fc.constant("addEvent"), name: text, rest }),
  addLink: fc.record({ do: fc.constant("addLink"), target, attributes: optional(attributes) }),
  addLinks: fc.record({ do: fc.constant("addLinks"), targets: fc.array(target, { maxLength: 3 }) }),
  setStatus: fc.record({
    do: fc.constant("setStatus"),
    code: fc.constantFrom(SpanStatusCode.UNSET, SpanStatusCode.OK, SpanStatusCode.ERROR),
    message: optional(text),
  }),
  updateName: fc.record({ do: fc.constant("updateName"), name: text }),
  recordException: fc.record({ do: fc.constant("recordException"), exception, time: optional(anyTime) }),
  wait: fc.record({ do: fc.constant("wait"), milliseconds: fc.constantFrom(0, 1, 7, 999, 10_001) }),
};

export const anyProgram: fc.Arbitrary<Program> = fc.letrec<{ program: Program; act: Act }>((tie) => ({
  program: fc.record({
    scope: fc.constantFrom<TracerScope>(
      ["library"],
      ["library", "1.0.0"],
      ["other", undefined, "https://opentelemetry.io/schemas/1.30.0"],
    ),
    name: text,
    options,
    acts: fc.array(tie("act"), { maxLength: 6, size: "max" }),
    ends: fc.nat(9).map((chance) => chance > 0),
  }),
  act: fc.oneof({ maxDepth: 4 }, ...Object.values(act), {
    weight: 5,
    arbitrary: fc.record({ do: fc.constant("child" as const), program: tie("program") }),
  }),
})).program;
