import { SpanKind, SpanStatusCode, TraceFlags, trace, ROOT_CONTEXT } from "@opentelemetry/api";
import { expect } from "chai";
import { troubles } from "../../src/core/diagnostics.ts";
import type { Span } from "../../src/trace/span.ts";
import { ended, milliseconds, PARENT, processor, type Row, stage, started } from "./stage.ts";

const nothing = (): void => {};

/** The methods of the API's Span, and the fields of the official ReadableSpan. */
const MEMBERS =
  `spanContext setAttribute setAttributes addEvent addLink addLinks setStatus updateName end isRecording
  recordException name kind startTime endTime status attributes links events duration ended resource
  instrumentationScope droppedAttributesCount droppedEventsCount droppedLinksCount parentSpanContext`.split(
    /\s+/,
  );

/** Of sdk-trace/test/common/Span.test.ts: a span from its start to its end, and what processors see of it. */
export const SPAN_LIFE: readonly Row[] = [
  [
    1,
    "a span has all that the API and the official SDK know of one",
    () => expect(MEMBERS.filter((member) => !(member in started()))).to.deep.equal([]),
  ],
  [
    2,
    "a span starts after its process did",
    () => expect(milliseconds(started().startTime)).to.be.above(performance.timeOrigin),
  ],
  [
    3,
    "a span ends at its start or later",
    () => {
      const { startTime, endTime } = ended(nothing);
      expect(milliseconds(endTime)).to.be.at.least(milliseconds(startTime));
      expect(milliseconds(endTime)).to.be.above(performance.timeOrigin);
    },
  ],
  [
    4,
    "a span has a duration, once it has ended",
    () => {
      const span = started();
      expect(span.duration).to.deep.equal([-1, -1]);
      span.end();
      expect(milliseconds(span.duration)).to.be.at.least(0);
    },
  ],
  [
    5,
    "a duration is never negative, whatever end is given",
    () => {
      const span = started();
      span.end(milliseconds(span.startTime) - 1);
      expect([span.duration, span.endTime]).to.deep.equal([[0, 0], span.startTime]);
    },
  ],
  [
    6,
    "an event happens after the process began",
    () => {
      const { time } = started().addEvent("event").events[0] ?? { time: [0, 0] };
      expect(milliseconds(time)).to.be.above(performance.timeOrigin);
    },
  ],
  ...[
    [7, "the third argument", (span: Span, time: number) => span.addEvent("event", undefined, time)] as const,
    [8, "the second argument", (span: Span, time: number) => span.addEvent("event", time)] as const,
  ].map(([at, where, add]): Row => [
    at,
    `an event happened when ${where} says`,
    () => {
      const startTime = Date.now();
      const { events } = add(started({ startTime }), startTime + 123);
      expect(events.map(({ time }) => milliseconds(time) - startTime)).to.deep.equal([123]);
    },
  ]),
  [
    9,
    "a span knows its context",
    () => {
      const { spanId, ...context } = stage()
        .start({}, trace.setSpanContext(ROOT_CONTEXT, PARENT))
        .spanContext();
      expect(context).to.deep.equal({ traceId: PARENT.traceId, traceFlags: TraceFlags.SAMPLED });
      expect(spanId)
        .to.match(/^[\da-f]{16}$/)
        .and.not.to.equal(PARENT.spanId);
    },
  ],
  [10, "a span is recording until it ends", () => expect(started().isRecording()).to.equal(true)],
  [11, "a span that has ended is not recording", () => expect(ended(nothing).isRecording()).to.equal(false)],
  [
    12,
    "an event that comes after the end is told of",
    () => {
      const before = troubles().changed_after_end ?? 0;
      ended(nothing).addEvent("late", {});
      expect(troubles().changed_after_end).to.equal(before + 1);
    },
  ],
  [
    47,
    "a span that was given nothing is read as such",
    () => {
      const span = stage().start({}, trace.setSpanContext(ROOT_CONTEXT, PARENT));
      expect(span).to.include({ name: "span", kind: SpanKind.INTERNAL });
      expect(span.parentSpanContext).to.deep.equal(PARENT);
      expect([span.status, span.attributes, span.links, span.events]).to.deep.equal([
        { code: SpanStatusCode.UNSET },
        {},
        [],
        [],
      ]);
      expect(span.instrumentationScope).to.include({ name: "stage", version: "1.0.0" });
    },
  ],
  [
    48,
    "attributes are read as they are set, and none is set after the end",
    () => {
      const span = started().setAttribute("a", "first");
      expect(span.attributes).to.deep.equal({ a: "first" });
      expect(span.setAttributes({ b: 123, a: false }).attributes).to.deep.equal({ a: false, b: 123 });
      span.end();
      expect(span.setAttribute("late", 1).attributes).to.deep.equal({ a: false, b: 123 });
    },
  ],
  [
    53,
    "a span ends once",
    () => {
      const time = Date.now() + 1000;
      const span = started();
      span.end(time);
      span.end(time + 10_000);
      expect(milliseconds(span.endTime)).to.equal(time);
    },
  ],
  [
    54,
    "a span's name changes until it ends",
    () => expect(ended((span) => span.updateName("new")).updateName("late").name).to.equal("new"),
  ],
  [
    55,
    "a span knows whether it has ended",
    () => {
      const span = started();
      expect(span.ended).to.equal(false);
      span.end();
      expect(span.ended).to.equal(true);
    },
  ],
  [
    56,
    "a processor sees a span as it starts, at once",
    () => {
      const seen: unknown[] = [];
      const span = stage({ processors: [processor({ onStart: (each) => void seen.push(each) })] }).start();
      expect(seen).to.deep.equal([span]);
    },
  ],
  [
    57,
    "a processor sees the attributes that a span starts with",
    () => {
      const seen: object[] = [];
      const noting = processor({ onStart: ({ attributes }) => void seen.push({ ...attributes }) });
      stage({ processors: [noting] }).start({ attributes: { key: "value" } });
      expect(seen).to.deep.equal([{ key: "value" }]);
    },
  ],
  [
    58,
    "a processor sees a span as it ends, at once",
    () => {
      const { start, ended: seen } = stage();
      const span = start();
      expect(seen).to.deep.equal([]);
      span.end();
      expect(seen).to.deep.equal([span]);
    },
  ],
  [
    59,
    "a processor may change a span that starts",
    () => {
      const setting = processor({ onStart: (span) => void span.setAttribute("key", true) });
      expect(stage({ processors: [setting] }).start().attributes).to.deep.equal({ key: true });
    },
  ],
  [
    60,
    "a processor may change a span that is ending",
    () => {
      const setting = processor({
        onStart: (span) => void span.setAttribute("start", true),
        onEnding: (span) => void span.setAttribute("ending", true),
      });
      const { start, ended: seen } = stage({ processors: [setting] });
      start().end();
      expect(seen[0]?.attributes).to.deep.equal({ start: true, ending: true });
    },
  ],
];
