import { expect } from "chai";
import { collected } from "./collector.ts";
import { byKey, type Held, type HeldSpan } from "./held-telemetry.ts";
import { runProgram } from "./program.ts";

const REMOTE = { traceId: "0af7651916cd43dd8448eb211c80319c", spanId: "b7ad6b7169203331" };

/** Flags of OTLP: sampled and, of a trace of ours, random; it is known whether the parent is remote; it is. */
const [SAMPLED, RANDOM, IS_KNOWN, IS_REMOTE] = [1, 2, 0x100, 0x200];

const TYPED = {
  text: { stringValue: "żółw 🐢 亀" },
  "text.empty": { stringValue: "" },
  "text.control": { stringValue: 'a\u0000b\n"\\\u2028' },
  "text.half.a.pair": { stringValue: "x\ufffdy" },
  int: { intValue: "42" },
  "int.zero": { intValue: "0" },
  "int.negative": { intValue: "-7" },
  "int.largest": { intValue: "9007199254740991" },
  "int.smallest": { intValue: "-9007199254740991" },
  "number.beyond": { doubleValue: 2 ** 60 },
  double: { doubleValue: 0.1 },
  "double.tiny": { doubleValue: 5e-324 },
  "double.zero": { doubleValue: -0 },
  "double.nan": { doubleValue: "NaN" },
  "double.infinite": { doubleValue: "-Infinity" },
  yes: { boolValue: true },
  no: { boolValue: false },
  texts: { arrayValue: { values: [{ stringValue: "a" }, { stringValue: "" }, { stringValue: "ż" }] } },
  numbers: { arrayValue: { values: [{ intValue: "1" }, { doubleValue: 2.5 }, { intValue: "-3" }] } },
  booleans: { arrayValue: { values: [{ boolValue: true }, { boolValue: false }] } },
  "list.empty": { arrayValue: {} },
  "list.mixed": {
    arrayValue: {
      values: [
        { stringValue: "a" },
        { intValue: "1" },
        {},
        { arrayValue: { values: [{ boolValue: true }] } },
      ],
    },
  },
  bytes: { bytesValue: "AAF/gP8=" },
  "bytes.empty": { bytesValue: "" },
  map: {
    kvlistValue: {
      values: [
        { key: "city", value: { stringValue: "Łódź" } },
        {
          key: "floor",
          value: {
            kvlistValue: {
              values: [
                { key: "level", value: { intValue: "-1" } },
                {
                  key: "rooms",
                  value: { arrayValue: { values: [{ intValue: "101" }, { intValue: "102" }] } },
                },
              ],
            },
          },
        },
      ],
    },
  },
  "map.empty": { kvlistValue: {} },
};

const origin = ({ scope, schemaUrl }: HeldSpan) => ({ ...scope, schemaUrl });

for (const protocol of ["http/protobuf", "http/json"])
  for (const compression of ["none", "gzip"])
    describe(`the Collector, sent ${protocol} with compression ${compression}`, () => {
      let held: Held;
      let program: Awaited<ReturnType<typeof runProgram>>;

      before(async () => {
        const { result, ...rest } = await collected((endpoint) =>
          runProgram("span-program.ts", {
            OTEL_SERVICE_NAME: "shop",
            OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
            OTEL_EXPORTER_OTLP_PROTOCOL: protocol,
            OTEL_EXPORTER_OTLP_COMPRESSION: compression,
          }),
        );
        program = result;
        held = rest;
      });

      const named = (name: string): HeldSpan => {
        const [span, ...others] = held.spans.filter((each) => each.name === name);
        if (span === undefined || others.length > 0) throw new Error(`${1 + others.length} spans ${name}`);
        return span;
      };

      it("holds the spans that were sampled, each once, as the account says", () => {
        expect(held.spans.map(({ name }) => name).toSorted()).to.deep.equal([
          "eventful",
          "failing",
          "kind CLIENT",
          "kind CONSUMER",
          "kind INTERNAL",
          "kind PRODUCER",
          "kind SERVER",
          "lift",
          "of a parent that records nothing",
          "of a remote parent",
          "outer",
          "typed",
        ]);
        expect(program.report.spans).to.include({ made: 12, delivered: 12, rejected: 0, pending: 0 });
        for (const { traceId, spanId } of held.spans) {
          expect(traceId).to.match(/^[\da-f]{32}$/);
          expect(spanId).to.match(/^[\da-f]{16}$/);
        }
      });

      it("keeps every type of attribute, and counts the one beyond the limit", () => {
        const { attributes, droppedAttributesCount } = named("typed");
        expect(byKey(attributes)).to.deep.equal(TYPED);
        expect(droppedAttributesCount).to.equal(1);
      });

      it("keeps the nanoseconds of a span, and its events and links with their counts", () => {
        expect(named("eventful")).to.deep.include({
          startTimeUnixNano: "1700000000123456789",
          endTimeUnixNano: "1700000001000000001",
          events: [
            {
              name: "packed",
              timeUnixNano: "1700000000200000001",
              attributes: [
                { key: "boxes", value: { intValue: "2" } },
                { key: "weight", value: { doubleValue: 1.5 } },
              ],
            },
            { name: "empty", timeUnixNano: "1700000000999999999" },
          ],
          droppedEventsCount: 1,
          links: [
            {
              ...REMOTE,
              traceState: "vendor=v1",
              flags: SAMPLED | IS_KNOWN | IS_REMOTE,
              attributes: [{ key: "n", value: { intValue: "1" } }],
              droppedAttributesCount: 1,
            },
            { ...REMOTE, flags: IS_KNOWN },
          ],
          droppedLinksCount: 1,
          status: { code: 2, message: "odrzucono ✗" },
        });
        expect(program.errors).to.equal(
          "throughline: span typed is over its limits: 1 attributes, events or links were dropped\n",
        );
      });

      it("keeps each kind, and the status ok", () => {
        const kinds = ["INTERNAL", "SERVER", "CLIENT", "PRODUCER", "CONSUMER"];
        expect(kinds.map((kind) => named(`kind ${kind}`).kind)).to.deep.equal([1, 2, 3, 4, 5]);
        for (const kind of kinds) expect(named(`kind ${kind}`).status).to.deep.equal({ code: 1 });
      });

      it("keeps an error with its type, message and stack once, and the status of all that it ended", () => {
        const [failing, outer] = [named("failing"), named("outer")];
        expect(failing.events?.map(({ name }) => name)).to.deep.equal(["exception"]);
        const { "exception.stacktrace": stack, ...exception } = byKey(failing.events?.[0]?.attributes);
        expect(exception).to.deep.equal({
          "exception.type": { stringValue: "RangeError" },
          "exception.message": { stringValue: "no such floor" },
        });
        expect(stack?.stringValue).to.match(/^RangeError: no such floor\n +at .*span-program\.ts/);
        expect(outer.events).to.equal(undefined);
        for (const { status } of [failing, outer])
          expect(status).to.deep.equal({ code: 2, message: "no such floor" });
        expect(failing).to.include({ traceId: outer.traceId, parentSpanId: outer.spanId });
        expect(outer).not.to.have.property("parentSpanId");
      });

      it("keeps the tracestate and the remoteness of a parent elsewhere", () => {
        expect(named("of a remote parent")).to.include({
          traceId: REMOTE.traceId,
          parentSpanId: REMOTE.spanId,
          traceState: "vendor=v1,other=a b",
          flags: SAMPLED | IS_KNOWN | IS_REMOTE,
        });
      });

      it("keeps a parent here that records nothing, and no remoteness", () => {
        const span = named("of a parent that records nothing");
        expect(span).to.include({
          traceId: REMOTE.traceId,
          parentSpanId: "00f067aa0ba902b7",
          flags: SAMPLED | IS_KNOWN,
        });
        expect(span).not.to.have.property("traceState");
      });

      it("keeps that the trace of a root has a random id", () => {
        expect(named("typed").flags).to.equal(SAMPLED | RANDOM | IS_KNOWN);
      });

      it("keeps whose each span is: library, version and schema", () => {
        expect(origin(named("typed"))).to.deep.equal({
          name: "acme-shop",
          version: "2.3.4",
          schemaUrl: "https://example.test/schema",
        });
        expect(origin(named("lift"))).to.deep.equal({
          name: "acme-lift",
          version: "0.9.0",
          schemaUrl: undefined,
        });
        expect(named("outer").scope.name).to.equal("throughline");
      });

      it("keeps what the service is", () => {
        for (const { resource } of held.spans)
          expect(byKey(resource.attributes)).to.deep.include({
            "service.name": { stringValue: "shop" },
            "service.version": { stringValue: "1.2.0" },
            "deployment.environment.name": { stringValue: "staging" },
            "telemetry.sdk.name": { stringValue: "throughline" },
            "telemetry.sdk.language": { stringValue: "nodejs" },
            "shop.floors": { intValue: "3" },
            "shop.open": { boolValue: true },
            "shop.regions": { arrayValue: { values: [{ stringValue: "eu" }, { stringValue: "us" }] } },
          });
      });
    });
