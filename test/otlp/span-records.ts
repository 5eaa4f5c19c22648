import { type AttributeValue, type HrTime, type Link, SpanStatusCode } from "@opentelemetry/api";
import * as fc from "fast-check";
import { SpanId, TraceId } from "../../src/core/ids.ts";
import type { InstrumentationScope } from "../../src/core/instrumentation-scope.ts";
import type { EventRecord, LinkRecord, SpanRecord } from "../../src/trace/record.ts";
import type { Plain } from "./oracle.ts";

export const SCOPE: InstrumentationScope = { name: "orders", version: "1.2.3" };

/** A record with nothing but what it must have, and what the test is about. */
export function spanRecord(fields: Partial<SpanRecord> = {}): SpanRecord {
  return {
    traceId: TraceId.fromHex("0af7651916cd43dd8448eb211c80319c"),
    spanId: SpanId.fromHex("b7ad6b7169203331"),
    parentSpanId: undefined,
    isParentRemote: undefined,
    traceFlags: 1,
    traceState: "",
    name: "place order",
    kind: 0,
    startSeconds: 1_758_000_000,
    startNanoseconds: 1,
    endSeconds: 1_758_000_001,
    endNanoseconds: 999_999_999,
    attributeList: [],
    droppedAttributesCount: 0,
    events: [],
    droppedEventsCount: 0,
    links: [],
    droppedLinksCount: 0,
    statusCode: 0,
    statusMessage: "",
    instrumentationScope: SCOPE,
    ...fields,
  };
}

/** A span as the oracle must read it. */
export function plainSpan(record: SpanRecord): Plain {
  return {
    traceId: base64(record.traceId.hex),
    spanId: base64(record.spanId.hex),
    traceState: record.traceState,
    parentSpanId: base64(record.parentSpanId?.hex ?? ""),
    flags: plainFlags(record.traceFlags, record.isParentRemote),
    name: wellFormed(record.name),
    kind: record.kind + 1,
    startTimeUnixNano: plainTime([record.startSeconds, record.startNanoseconds]),
    endTimeUnixNano: plainTime([record.endSeconds, record.endNanoseconds]),
    attributes: plainAttributes(record.attributeList),
    droppedAttributesCount: record.droppedAttributesCount,
    events: record.events.map((event) => ({
      timeUnixNano: plainTime(event.time),
      name: wellFormed(event.name),
      attributes: plainAttributes(Object.entries(event.attributes).flat(1)),
      droppedAttributesCount: event.droppedAttributesCount,
    })),
    droppedEventsCount: record.droppedEventsCount,
    links: record.links.map((link) => ({
      traceId: base64(link.context.traceId),
      spanId: base64(link.context.spanId),
      traceState: link.context.traceState?.serialize() ?? "",
      attributes: plainAttributes(Object.entries(link.attributes).flat(1)),
      droppedAttributesCount: link.droppedAttributesCount,
      flags: plainFlags(link.context.traceFlags, link.context.isRemote),
    })),
    droppedLinksCount: record.droppedLinksCount,
    status:
      record.statusCode === SpanStatusCode.UNSET && record.statusMessage === ""
        ? null
        : { message: wellFormed(record.statusMessage), code: record.statusCode },
  };
}

export function plainTime([seconds, nanoseconds]: HrTime): string {
  return String(BigInt(seconds) * 1_000_000_000n + BigInt(nanoseconds));
}

function plainFlags(traceFlags: number, isRemote: boolean | undefined): number {
  return traceFlags + 256 + (isRemote === true ? 512 : 0);
}

export function plainAttributes(list: readonly unknown[]): Plain[] {
  const plain: Plain[] = [];
  for (let index = 0; index < list.length; index += 2) {
    plain.push({ key: wellFormed(String(list[index])), value: plainValue(list[index + 1]) });
  }
  return plain;
}

export function plainValue(value: unknown): Plain {
  if (Array.isArray(value)) return { arrayValue: { values: value.map(plainValue) } };
  if (typeof value === "string") return { stringValue: wellFormed(value) };
  if (typeof value === "boolean") return { boolValue: value };
  if (typeof value !== "number") return {};
  return Number.isSafeInteger(value) && !Object.is(value, -0)
    ? { intValue: String(value) }
    : { doubleValue: value };
}

/** Lone surrogates become U+FFFD, as Buffer does it. */
export function wellFormed(text: string): string {
  return Buffer.from(text).toString();
}

export function base64(hex: string): string {
  return Buffer.from(hex, "hex").toString("base64");
}

// Lengths on both sides of where a length takes one byte more, and where the writer changes its way.
const LENGTHS = [23, 24, 25, 63, 64, 65, 127, 128, 129, 1023, 1024, 2047, 2048, 16_383, 16_384, 16_385];
export const text: fc.Arbitrary<string> = fc.oneof(
  { weight: 6, arbitrary: fc.string({ unit: "grapheme-ascii", maxLength: 40 }) },
  { weight: 3, arbitrary: fc.string({ unit: "binary", maxLength: 60 }) },
  {
    weight: 2,
    arbitrary: fc
      .array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 30 })
      .map((units) => String.fromCharCode(...units)),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.constantFrom("a", "é", "漢", "\ud800", "😀"), fc.constantFrom(...LENGTHS))
      .map(([unit, length]) => unit.repeat(length)),
  },
);

const number = fc.oneof(
  fc.double(),
  fc.integer(),
  fc.maxSafeInteger(),
  fc.constantFrom(
    0,
    -0,
    NaN,
    Infinity,
    -1,
    127,
    128,
    2 ** 31,
    2 ** 32,
    -(2 ** 32),
    2 ** 53 - 1,
    2 ** 53,
    -(2 ** 53),
  ),
);

function arrayOf<Value>(value: fc.Arbitrary<Value>): fc.Arbitrary<(Value | null)[]> {
  return fc.array(fc.option(value, { freq: 4 }), { maxLength: 5 });
}

const value = fc.oneof(
  text,
  number,
  fc.boolean(),
  arrayOf(text),
  arrayOf(number),
  arrayOf(fc.boolean()),
) as fc.Arbitrary<AttributeValue>;

export const attributeList: fc.Arbitrary<AttributeValue[]> = fc
  .array(fc.tuple(text, value), { maxLength: 6 })
  .map((entries): AttributeValue[] => entries.flat(1));
export const attributes: fc.Arbitrary<Record<string, AttributeValue>> = fc.dictionary(text, value, {
  maxKeys: 6,
});

export const hrTime: fc.Arbitrary<HrTime> = fc.tuple(
  fc.nat({ max: 18_000_000_000 }),
  fc.nat({ max: 999_999_999 }),
);
export const count: fc.Arbitrary<number> = fc.oneof(fc.constant(0), fc.nat({ max: 2 ** 31 - 1 }));
export const hex = (digits: number): fc.Arbitrary<string> =>
  fc.string({
    unit: fc.constantFrom(...Array.from("0123456789abcdef")),
    minLength: digits,
    maxLength: digits,
  });
export const flags: fc.Arbitrary<number> = fc.nat({ max: 255 });
const isRemote = fc.option(fc.boolean(), { nil: undefined });

const event: fc.Arbitrary<EventRecord> = fc.record({
  name: text,
  time: hrTime,
  attributes,
  droppedAttributesCount: count,
});

/** Only what an encoder asks of a trace state. */
function traceStateOf(header: string): NonNullable<Link["context"]["traceState"]> {
  return { serialize: () => header } as NonNullable<Link["context"]["traceState"]>;
}

const link: fc.Arbitrary<LinkRecord> = fc.record({
  context: fc.record(
    {
      traceId: hex(32),
      spanId: hex(16),
      traceFlags: flags,
      isRemote: fc.boolean(),
      traceState: fc.constantFrom(traceStateOf(""), traceStateOf("a=1,b=2")),
    },
    { requiredKeys: ["traceId", "spanId", "traceFlags"] },
  ),
  attributes,
  droppedAttributesCount: count,
});

/** Two of them are equal and still two objects. */
export const SCOPES: readonly InstrumentationScope[] = [
  SCOPE,
  { name: "", schemaUrl: "https://opentelemetry.io/schemas/1.30.0" },
  { ...SCOPE },
  { name: "pg", version: "" },
];

export const anySpanRecord: fc.Arbitrary<SpanRecord> = fc.record({
  traceId: hex(32).map((digits) => TraceId.fromHex(digits)),
  spanId: hex(16).map((digits) => SpanId.fromHex(digits)),
  parentSpanId: fc.option(
    hex(16).map((digits) => SpanId.fromHex(digits)),
    { nil: undefined },
  ),
  isParentRemote: isRemote,
  traceFlags: flags,
  traceState: fc.constantFrom("", "congo=t61rcWkgMzE,rojo=00f067aa0ba902b7"),
  name: text,
  kind: fc.nat({ max: 4 }),
  startSeconds: hrTime.map(([seconds]) => seconds),
  startNanoseconds: hrTime.map(([, nanoseconds]) => nanoseconds),
  endSeconds: hrTime.map(([seconds]) => seconds),
  endNanoseconds: hrTime.map(([, nanoseconds]) => nanoseconds),
  attributeList,
  droppedAttributesCount: count,
  events: fc.array(event, { maxLength: 3 }),
  droppedEventsCount: count,
  links: fc.array(link, { maxLength: 3 }),
  droppedLinksCount: count,
  statusCode: fc.nat({ max: 2 }),
  statusMessage: text,
  instrumentationScope: fc.constantFrom(...SCOPES),
});
