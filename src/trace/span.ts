import {
  type AttributeValue,
  type Attributes,
  type Exception,
  type HrTime,
  type Link,
  type Span as ApiSpan,
  type SpanContext,
  SpanKind,
  type SpanStatus,
  SpanStatusCode,
  type TimeInput,
  type TraceState,
} from "@opentelemetry/api";
import { type AttributeList, setAttribute, setAttributes } from "../core/attributes.ts";
import { type Clock, hrTime } from "../core/clock.ts";
import { describe, report } from "../core/diagnostics.ts";
import { SpanId, type TraceId } from "../core/ids.ts";
import type { InstrumentationScope } from "../core/instrumentation-scope.ts";
import { traceStateText } from "../core/trace-state-text.ts";
import { copySpanContext } from "./copy-span-context.ts";
import { exceptionAttributes } from "./exception.ts";
import type { EventRecord, LinkRecord, SpanRecord, SpanSink } from "./record.ts";

/** Events, and links, that a span keeps; more are dropped and counted.  (Specification: Span Limits) */
const EVENT_COUNT_LIMIT = 128;
const LINK_COUNT_LIMIT = 128;

const NO_ATTRIBUTES: AttributeList = [];
const NO_EVENTS: EventRecord[] = [];
const NO_LINKS: LinkRecord[] = [];

/** What a tracer has decided about a span before it exists. */
export interface SpanStart {
  readonly traceId: TraceId;
  readonly parentSpanId: SpanId | undefined;
  readonly isParentRemote: boolean | undefined;
  readonly traceState: TraceState | undefined;
  readonly traceFlags: number;
  readonly clock: Clock;
}

/**
 * A recording span: an OpenTelemetry Span for whoever holds it, a SpanRecord for the sink that gets it at `end()`.
 * After the end it lets go of attributes, events and links.  (Specification: Trace API, Span; Trace SDK, Span)
 */
export class Span implements ApiSpan, SpanRecord {
  name: string;
  readonly kind: SpanKind;
  readonly traceId: TraceId;
  readonly spanId: SpanId = SpanId.random();
  readonly parentSpanId: SpanId | undefined;
  readonly isParentRemote: boolean | undefined;
  readonly traceFlags: number;
  /** The tracestate that this span was given, and gives to its children. */
  readonly inheritedState: TraceState | undefined;
  readonly instrumentationScope: InstrumentationScope;
  /** The clock of this span's trace, which its children in this process share. */
  readonly clock: Clock;
  startSeconds: number;
  startNanoseconds: number;
  endSeconds = 0;
  endNanoseconds = 0;
  attributes: AttributeList = [];
  droppedAttributesCount = 0;
  events: EventRecord[] = NO_EVENTS;
  droppedEventsCount = 0;
  links: LinkRecord[] = NO_LINKS;
  droppedLinksCount = 0;
  statusCode: SpanStatusCode = SpanStatusCode.UNSET;
  statusMessage = "";
  readonly #sink: SpanSink;
  #context: SpanContext | undefined;
  #isEnded = false;

  constructor(
    name: string,
    kind: SpanKind,
    start: SpanStart,
    instrumentationScope: InstrumentationScope,
    sink: SpanSink,
  ) {
    this.name = name;
    this.kind = kind;
    this.traceId = start.traceId;
    this.parentSpanId = start.parentSpanId;
    this.isParentRemote = start.isParentRemote;
    this.traceFlags = start.traceFlags;
    this.instrumentationScope = instrumentationScope;
    this.clock = start.clock;
    this.inheritedState = start.traceState;
    this.#sink = sink;
    const reading = start.clock.read();
    this.startSeconds = start.clock.seconds(reading);
    this.startNanoseconds = start.clock.nanoseconds(reading);
  }

  get traceState(): string {
    return traceStateText(this.inheritedState);
  }

  spanContext(): SpanContext {
    return (this.#context ??= {
      traceId: this.traceId.hex,
      spanId: this.spanId.hex,
      traceFlags: this.traceFlags,
      ...(this.inheritedState === undefined ? {} : { traceState: this.inheritedState }),
    });
  }

  isRecording(): boolean {
    return !this.#isEnded;
  }

  setAttribute(key: string, value: AttributeValue): this {
    if (this.#isEnded) return this;
    try {
      this.droppedAttributesCount += setAttribute(this.attributes, key, value);
    } catch (thrown) {
      report("invalid_attribute", `an attribute was left out: reading it threw ${describe(thrown)}`);
    }
    return this;
  }

  setAttributes(attributes: Attributes): this {
    if (!this.#isEnded) this.droppedAttributesCount += setAttributes(this.attributes, attributes);
    return this;
  }

  addEvent(name: string, attributesOrTime?: Attributes | TimeInput, time?: TimeInput): this {
    if (this.#isEnded) return this;
    const timeOnly = hrTime(attributesOrTime as TimeInput);
    const attributes = timeOnly === undefined ? attributesOrTime : undefined;
    this.#record(name, attributes, hrTime(time) ?? timeOnly);
    return this;
  }

  addLink(link: Link): this {
    if (!this.#isEnded) this.#link(link);
    return this;
  }

  addLinks(links: Link[]): this {
    if (this.#isEnded) return this;
    try {
      for (const link of links) this.#link(link);
    } catch (thrown) {
      report("invalid_argument", `links could not be read (${describe(thrown)})`);
    }
    return this;
  }

  setStatus(status: SpanStatus): this {
    if (this.#isEnded || this.statusCode === SpanStatusCode.OK) return this;
    try {
      const { code, message } = status;
      if (code !== SpanStatusCode.OK && code !== SpanStatusCode.ERROR) return this;
      this.statusCode = code;
      this.statusMessage = code === SpanStatusCode.ERROR && typeof message === "string" ? message : "";
    } catch (thrown) {
      report("invalid_argument", `a span's status could not be read (${describe(thrown)})`);
    }
    return this;
  }

  updateName(name: string): this {
    if (!this.#isEnded) this.name = spanName(name);
    return this;
  }

  recordException(exception: Exception, time?: TimeInput): void {
    if (!this.#isEnded) this.#record("exception", exceptionAttributes(exception), hrTime(time));
  }

  end(endTime?: TimeInput): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    const given = endTime === undefined ? undefined : hrTime(endTime);
    [this.endSeconds, this.endNanoseconds] = given ?? this.#now();
    this.#forbidNegativeDuration();
    this.#handOver();
    this.attributes = NO_ATTRIBUTES;
    this.events = NO_EVENTS;
    this.links = NO_LINKS;
  }

  /** A sink must not throw; whoever ends a span must not suffer if one does. */
  #handOver(): void {
    try {
      this.#sink.accept(this);
    } catch (thrown) {
      report("internal_error", `a span was lost on its way out (${describe(thrown)})`);
    }
  }

  /** For the tracer, before anyone else holds the span. */
  startAt(time: HrTime): void {
    [this.startSeconds, this.startNanoseconds] = time;
  }

  /** An end before the start becomes the start; a clock cut to milliseconds may be off by one, and is no mistake. */
  #forbidNegativeDuration(): void {
    const nanoseconds =
      (this.endSeconds - this.startSeconds) * 1e9 + this.endNanoseconds - this.startNanoseconds;
    if (nanoseconds >= 0) return;
    this.endSeconds = this.startSeconds;
    this.endNanoseconds = this.startNanoseconds;
    if (nanoseconds > -1_000_000) return;
    report(
      "invalid_argument",
      `span ${this.name} was given an end before its start; its duration was set to 0`,
    );
  }

  #now(): HrTime {
    const reading = this.clock.read();
    return [this.clock.seconds(reading), this.clock.nanoseconds(reading)];
  }

  #record(name: unknown, attributes: unknown, time: HrTime | undefined): void {
    if (this.events.length >= EVENT_COUNT_LIMIT) {
      this.droppedEventsCount++;
      return;
    }
    const list: AttributeList = [];
    const droppedAttributesCount = setAttributes(list, attributes);
    if (this.events === NO_EVENTS) this.events = [];
    this.events.push({
      name: spanName(name),
      time: time ?? this.#now(),
      attributes: list,
      droppedAttributesCount,
    });
  }

  #link(link: Link): void {
    if (this.links.length >= LINK_COUNT_LIMIT) {
      this.droppedLinksCount++;
      return;
    }
    try {
      const { context, attributes } = link;
      const list: AttributeList = [];
      const droppedAttributesCount = setAttributes(list, attributes);
      if (this.links === NO_LINKS) this.links = [];
      this.links.push({ context: copySpanContext(context), attributes: list, droppedAttributesCount });
    } catch (thrown) {
      report("invalid_argument", `a link could not be read (${describe(thrown)})`);
    }
  }
}

/** A name as a string: anything else is reported and shown as text, so that a bad name never costs the span. */
export function spanName(name: unknown): string {
  if (typeof name === "string") return name;
  report("invalid_argument", `a span or event was named with a ${typeof name}; names are strings`);
  return describe(name);
}
