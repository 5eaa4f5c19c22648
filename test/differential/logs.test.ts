// The official SDK, by its own provider and its own serializer, is the oracle. What is left out, with the reason:
// - an attribute of null: ours is none (docs/deviations.md), theirs is an empty value
// - an exception that is no Error, or has a code or a cause: ours tells its type and causes, as for spans
// - the order of attributes: OTLP gives it no meaning, and ours writes those of an exception first
// - the key "__proto__": theirs loses it
// - integers that doubles cannot hold exactly: ours are doubles, theirs are cut
// - halves of surrogate pairs: ours writes U+FFFD for them, and cuts none in two
// - which attributes are kept where an exception has no room: ours keeps its, theirs the others
// - values that are no AnyValue, and times that are none: ours tells or mends them, theirs drops or throws
import { type Context, ROOT_CONTEXT, trace } from "@opentelemetry/api";
import type { LogRecord as Emitted } from "@opentelemetry/api-logs";
import { ProtobufLogsSerializer } from "@opentelemetry/otlp-transformer";
import { resourceFromAttributes } from "@opentelemetry/resources";
import {
  InMemoryLogRecordExporter,
  LoggerProvider as OfficialProvider,
  SimpleLogRecordProcessor,
} from "@opentelemetry/sdk-logs";
import { expect } from "chai";
import * as fc from "fast-check";
import { Clock } from "../../src/core/clock.ts";
import { LoggerProvider } from "../../src/logs/logger-provider.ts";
import { writeLog } from "../../src/otlp/encode-log.ts";
import { RecordBatchEncoder } from "../../src/otlp/record-batch-encoder.ts";
import { type Plain, readLogs } from "../otlp/oracle.ts";
import { hrTime, text as anyText } from "../otlp/span-records.ts";
import { inFakeTime } from "./fake-time.ts";

interface Emission {
  readonly scope: readonly [name: string, version?: string, options?: { schemaUrl: string }];
  readonly record: Emitted;
}

interface GetLogger {
  getLogger(...scope: Emission["scope"]): { emit(record: Emitted): void };
}

const RESOURCE = resourceFromAttributes({ "service.name": "differential" });
const LIMITS = { attributeCountLimit: 4, attributeValueLengthLimit: 10 };

function emitAll(emissions: readonly Emission[], provider: GetLogger): void {
  inFakeTime(() => {
    for (const { scope, record } of emissions) provider.getLogger(...scope).emit(record);
  });
}

function ours(emissions: readonly Emission[], isLimited: boolean): Plain[] {
  const encoder = new RecordBatchEncoder(RESOURCE, writeLog);
  const limits = { count: 4, valueLength: 10, valueDepth: 16, valueSize: 65_536 };
  const provider = new LoggerProvider({
    sink: { accept: (record) => expect(encoder.append(record)).to.equal(true) },
    clocks: { current: () => new Clock(), renew: () => new Clock() },
    limits: isLimited ? limits : undefined,
  });
  emitAll(emissions, provider);
  return comparable(encoder.take());
}

function theirs(emissions: readonly Emission[], isLimited: boolean): Plain[] {
  const exporter = new InMemoryLogRecordExporter();
  const provider = new OfficialProvider({
    resource: RESOURCE,
    processors: [new SimpleLogRecordProcessor({ exporter })],
    ...(isLimited && { logRecordLimits: LIMITS }),
  });
  emitAll(emissions, provider);
  const records = exporter.getFinishedLogRecords() as unknown as Parameters<
    typeof ProtobufLogsSerializer.serializeRequest
  >[0];
  return comparable(ProtobufLogsSerializer.serializeRequest(records) ?? expect.fail());
}

/** Each record with what it is grouped under, in an order of its own, for the order of groups has no meaning. */
function comparable(body: Uint8Array): Plain[] {
  return readLogs(body)
    .resourceLogs.flatMap(({ resource, scopeLogs }) =>
      scopeLogs.flatMap(({ scope, schemaUrl, logRecords }) =>
        logRecords.map((record) =>
          Object.assign(record, {
            resource: resource["attributes"],
            scope,
            schemaUrl,
            body: Object.keys(record["body"] ?? {}).length === 0 ? null : record["body"],
            attributes: byKey(record["attributes"] as Plain[]),
          }),
        ),
      ),
    )
    .toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
}

function byKey(attributes: readonly Plain[]): Plain[] {
  return attributes.toSorted((a, b) => (String(a["key"]) < String(b["key"]) ? -1 : 1));
}

const time = fc.oneof(
  hrTime,
  fc.date({ min: new Date(1e12), max: new Date(2e12), noInvalidDate: true }),
  fc.integer({ min: 1e12, max: 2e12 }),
  fc.constant(1_000),
);

const contexts: readonly Context[] = [
  ROOT_CONTEXT,
  ...[0, 1, 3].map((traceFlags) =>
    trace.setSpan(
      ROOT_CONTEXT,
      trace.wrapSpanContext({ traceId: "a".repeat(32), spanId: "b".repeat(16), traceFlags }),
    ),
  ),
  trace.setSpan(
    ROOT_CONTEXT,
    trace.wrapSpanContext({ traceId: "0".repeat(32), spanId: "b".repeat(16), traceFlags: 1 }),
  ),
];

const scope = fc.constantFrom<Emission["scope"][]>(
  ["shop"],
  ["shop", "1.2.0"],
  ["shop", "1.2.0", { schemaUrl: "https://shop.test/1" }],
);

/** Emissions whose texts are of one kind. */
function emissionsOf(text: fc.Arbitrary<string>, exceptions = false): fc.Arbitrary<Emission[]> {
  const key = text.filter((name) => name !== "__proto__" && name !== "");
  const scalar = fc.oneof(
    text,
    fc.integer(),
    fc.double({ noInteger: true }),
    fc.boolean(),
    fc.uint8Array({ maxLength: 20 }),
  );
  const { value } = fc.letrec<{ value: Emitted["body"] }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 4, depthIdentifier: "value" },
      scalar,
      fc.array(fc.option(tie("value")), { maxLength: 4 }),
      fc.dictionary(key, fc.option(tie("value")), { maxKeys: 4 }) as fc.Arbitrary<Emitted["body"]>,
    ),
  }));
  const record: fc.Arbitrary<Emitted> = fc.record(
    {
      timestamp: time,
      observedTimestamp: time,
      severityNumber: fc.nat({ max: 24 }),
      severityText: fc.string({ maxLength: 10 }),
      eventName: fc.string({ maxLength: 30 }),
      body: fc.option(value),
      attributes: fc.dictionary(key, value as fc.Arbitrary<string>, { maxKeys: 6 }),
      context: fc.constantFrom(...contexts),
      ...(exceptions && {
        exception: fc.string().map((message) => new RangeError(message || "none")),
      }),
    },
    { requiredKeys: ["context"] },
  );
  return fc.array(fc.record({ scope, record }), { minLength: 1, maxLength: 5 });
}

/** Short, so that no value and no body comes near the limits of size, which theirs has not. */
const wellFormed = anyText.map((units) => Buffer.from(units.slice(0, 150)).toString());
const withoutPairs = wellFormed.map((characters) => characters.replace(/[\ud800-\udfff]/g, ""));

describe("log records, by the official SDK and by ours", () => {
  it("arrive the same, whatever is emitted", () => {
    fc.assert(
      fc.property(emissionsOf(wellFormed, true), (emissions) => {
        expect(ours(emissions, false)).to.deep.equal(theirs(emissions, false));
      }),
      { numRuns: 300 },
    );
  });

  it("arrive the same within limits", () => {
    fc.assert(
      fc.property(emissionsOf(withoutPairs), (emissions) => {
        expect(ours(emissions, true)).to.deep.equal(theirs(emissions, true));
      }),
      { numRuns: 200 },
    );
  });
});
