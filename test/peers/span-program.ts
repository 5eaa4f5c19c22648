// Makes spans with all that a span can have, and tells the account. How they travel is set by the environment.
import {
  context,
  createTraceState,
  propagation,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
} from "@opentelemetry/api";
import { start, withSpan } from "throughline";
import { instrumentation } from "throughline/api";

const telemetry = start({
  version: "1.2.0",
  environment: "staging",
  resource: { "shop.floors": 3, "shop.open": true, "shop.regions": ["eu", "us"] },
  limits: { attributeCountLimit: 26, eventCountLimit: 2, linkCountLimit: 2, attributePerLinkCountLimit: 1 },
});
const tracer = trace
  .getTracerProvider()
  .getTracer("acme-shop", "2.3.4", { schemaUrl: "https://example.test/schema" });

/** What the API's type of a value has no word for, and the specification has. */
const attribute = (span: Span, key: string, value: unknown): Span => span.setAttribute(key, value as string);

const typed = tracer.startSpan("typed");
attribute(typed, "text", "żółw 🐢 亀");
attribute(typed, "text.empty", "");
attribute(typed, "text.control", 'a\u0000b\n"\\\u2028');
attribute(typed, "text.half.a.pair", "x\ud800y");
attribute(typed, "int", 42);
attribute(typed, "int.zero", 0);
attribute(typed, "int.negative", -7);
attribute(typed, "int.largest", Number.MAX_SAFE_INTEGER);
attribute(typed, "int.smallest", Number.MIN_SAFE_INTEGER);
attribute(typed, "number.beyond", 2 ** 60);
attribute(typed, "double", 0.1);
attribute(typed, "double.tiny", 5e-324);
attribute(typed, "double.zero", -0);
attribute(typed, "double.nan", NaN);
attribute(typed, "double.infinite", -Infinity);
attribute(typed, "yes", true);
attribute(typed, "no", false);
attribute(typed, "texts", ["a", "", "ż"]);
attribute(typed, "numbers", [1, 2.5, -3]);
attribute(typed, "booleans", [true, false]);
attribute(typed, "list.empty", []);
attribute(typed, "list.mixed", ["a", 1, null, [true]]);
attribute(typed, "bytes", new Uint8Array([0, 1, 127, 128, 255]));
attribute(typed, "bytes.empty", new Uint8Array());
attribute(typed, "map", { city: "Łódź", floor: { level: -1, rooms: [101, 102] } });
attribute(typed, "map.empty", {});
attribute(typed, "one.too.many", 1);
typed.end();

const other = { traceId: "0af7651916cd43dd8448eb211c80319c", spanId: "b7ad6b7169203331", traceFlags: 1 };
const eventful = tracer.startSpan("eventful", {
  kind: SpanKind.PRODUCER,
  startTime: [1_700_000_000, 123_456_789],
  links: [
    {
      context: { ...other, isRemote: true, traceState: createTraceState("vendor=v1") },
      attributes: { n: 1, "one.too.many": 2 },
    },
    { context: { ...other, traceFlags: 0 } },
    { context: other },
  ],
});
eventful.addEvent("packed", { boxes: 2, weight: 1.5 }, [1_700_000_000, 200_000_001]);
eventful.addEvent("empty", [1_700_000_000, 999_999_999]);
eventful.addEvent("one too many");
eventful.setStatus({ code: SpanStatusCode.ERROR, message: "odrzucono ✗" });
eventful.end([1_700_000_001, 1]);

for (const kind of ["INTERNAL", "SERVER", "CLIENT", "PRODUCER", "CONSUMER"] as const)
  tracer.startSpan(`kind ${kind}`, { kind: SpanKind[kind] }).setStatus({ code: SpanStatusCode.OK }).end();

try {
  withSpan("outer", () =>
    withSpan("failing", () => {
      throw new RangeError("no such floor");
    }),
  );
} catch {
  // The spans keep it.
}

const headers = {
  traceparent: `00-${other.traceId}-${other.spanId}-01`,
  tracestate: "vendor=v1,other=a b",
};
tracer.startSpan("of a remote parent", {}, propagation.extract(ROOT_CONTEXT, headers)).end();
const local = trace.wrapSpanContext({ ...other, spanId: "00f067aa0ba902b7" });
tracer.startSpan("of a parent that records nothing", {}, trace.setSpan(ROOT_CONTEXT, local)).end();
const unsampled = propagation.extract(ROOT_CONTEXT, {
  traceparent: headers.traceparent.replace(/01$/, "00"),
});
context.with(unsampled, () =>
  withSpan("of an unsampled parent", () => tracer.startSpan("and below it").end()),
);

instrumentation("acme-lift", "0.9.0").withSpan("lift", () => {});

console.log(JSON.stringify(await telemetry.shutdown()));
