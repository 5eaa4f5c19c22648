import {
  type AttributeValue,
  type Attributes,
  type Exception,
  type HrTime,
  type Link,
  type SpanContext,
  SpanKind,
  type SpanStatus,
  SpanStatusCode,
  type TimeInput,
  TraceFlags,
  type TraceState,
} from "@opentelemetry/api";
import { type AttributeList, AttributeSet } from "../core/attributes.ts";
import { type Clock, hrTime } from "../core/clock.ts";
import { describe, report } from "../core/diagnostics.ts";
import type { SpanId, TraceId } from "../core/ids.ts";
import type { InstrumentationScope } from "../core/instrumentation-scope.ts";
import { traceStateText } from "../core/trace-state-text.ts";
import { exceptionAttributes } from "./exception.ts";
import type { EventRecord, LinkRecord, ReadableSpan, Resource, SpanRecord } from "./record.ts";
import { copySpanContext, spanContextOf } from "./span-context.ts";
import { runActive, type StartedSpan } from "./started-span.ts";
import type { TracingSetup } from "./tracing-setup.ts";

const NO_ATTRIBUTES: AttributeList = [];
// Frozen, for all spans share them, and whoever reads a span can reach them.
const NO_EVENTS = Object.freeze([]) as unknown as EventRecord[];
const NO_LINKS = Object.freeze([]) as unknown as LinkRecord[];

/** What a tracer has decided about a span before it exists. */
export interface SpanStart {
  readonly traceId: TraceId;
  readonly parentSpanId: SpanId | undefined;
  readonly isParentRemote: boolean | undefined;
  readonly traceState: TraceState | undefined;
  readonly traceFlags: number;
  /** The first span of this trace in this process; undefined where it is the one that starts. */
  readonly localRoot: Span | undefined;
}

/**
 * A recording span: an OpenTelemetry Span for whoever holds it, a ReadableSpan for processors, a SpanRecord for the
 * sink that gets it at `end()`. After the end it lets go of attributes, events and links, unless processors or
 * exporters that are not ours may read it later.  (Specification: Trace API, Span; Trace SDK, Span)
 */
export class Span implements StartedSpan, ReadableSpan, SpanRecord {
  name: string;
  readonly kind: SpanKind;
  readonly traceId: TraceId;
  readonly spanId: SpanId;
  readonly parentSpanId: SpanId | undefined;
  readonly isParentRemote: boolean | undefined;
  readonly traceFlags: number;
  /** The tracestate that this span was given, and gives to its children. */
  readonly inheritedState: TraceState | undefined;
  readonly instrumentationScope: InstrumentationScope;
  /** The first span of this trace in this process; the others share its clock. */
  readonly localRoot: Span;
  startSeconds: number;
  startNanoseconds: number;
  endSeconds = 0;
  endNanoseconds = 0;
  events: EventRecord[] = NO_EVENTS;
  droppedEventsCount = 0;
  links: LinkRecord[] = NO_LINKS;
  droppedLinksCount = 0;
  statusCode: SpanStatusCode = SpanStatusCode.UNSET;
  statusMessage = "";
  readonly #setup: TracingSetup;
  readonly #clock: Clock;
  #attributes: AttributeSet | undefined;
  /** The attributes as someone has read them, and may have changed them since. */
  #readAttributes: Attributes | undefined;
  /** The same of the status. */
  #readStatus: SpanStatus | undefined;
  #context: SpanContext | undefined;
  #parentContext: SpanContext | undefined;
  #state: "open" | "ending" | "ended" = "open";

  constructor(
    name: string,
    kind: SpanKind,
    start: SpanStart,
    instrumentationScope: InstrumentationScope,
    setup: TracingSetup,
  ) {
    this.name = name;
    this.kind = kind;
    this.traceId = start.traceId;
    this.spanId = setup.ids.spanId();
    this.parentSpanId = start.parentSpanId;
    this.isParentRemote = start.isParentRemote;
    this.traceFlags = start.traceFlags;
    this.inheritedState = start.traceState;
    this.instrumentationScope = instrumentationScope;
    this.localRoot = start.localRoot ?? this;
    this.#setup = setup;
    if (setup.keepsEnded) {
      this.events = [];
      this.links = [];
    }
    let clock = start.localRoot === undefined ? setup.clocks.current() : start.localRoot.#clock;
    let reading = clock.read();
    if (start.localRoot === undefined && clock.isStaleAt(reading)) {
      clock = setup.clocks.renew();
      reading = clock.read();
    }
    this.#clock = clock;
    this.startSeconds = clock.seconds(reading);
    this.startNanoseconds = clock.nanoseconds(reading);
  }

  /** For the tracer, before anyone else holds the span. */
  startAt(time: HrTime): void {
    [this.startSeconds, this.startNanoseconds] = time;
  }

  /** As above, where someone may ask for the parent's span context. */
  under(parent: SpanContext | undefined): this {
    this.#parentContext = parent;
    return this;
  }

  spanContext(): SpanContext {
    return (this.#context ??= spanContextOf(this));
  }

  isRecording(): boolean {
    return this.#state !== "ended";
  }

  setAttribute(key: string, value: AttributeValue): this {
    if (this.#state === "ended") return this;
    this.#attributeSet().set(key, value);
    return this;
  }

  setAttributes(attributes: Attributes): this {
    if (this.#state === "ended") return this;
    this.#attributeSet().setAll(attributes);
    return this;
  }

  addEvent(name: string, attributesOrTime?: Attributes | TimeInput, time?: TimeInput): this {
    if (this.#state === "ended") return this;
    const timeOnly = hrTime(attributesOrTime as TimeInput);
    const attributes = timeOnly === undefined ? attributesOrTime : undefined;
    this.#addEvent(name, attributes, hrTime(time) ?? timeOnly);
    return this;
  }

  addLink(link: Link): this {
    if (this.#state !== "ended") this.#addLink(link);
    return this;
  }

  addLinks(links: Link[]): this {
    if (this.#state === "ended") return this;
    try {
      for (const link of links) this.#addLink(link);
    } catch (thrown) {
      report("invalid_argument", `links could not be read (${describe(thrown)})`);
    }
    return this;
  }

  setStatus(status: SpanStatus): this {
    if (this.#state === "ended" || this.statusCode === SpanStatusCode.OK) return this;
    try {
      const { code, message } = status;
      if (code !== SpanStatusCode.OK && code !== SpanStatusCode.ERROR) return this;
      this.#readStatus = undefined;
      this.statusCode = code;
      this.statusMessage = code === SpanStatusCode.ERROR && typeof message === "string" ? message : "";
    } catch (thrown) {
      report("invalid_argument", `a span's status could not be read (${describe(thrown)})`);
    }
    return this;
  }

  updateName(name: string): this {
    if (this.#state !== "ended") this.name = spanName(name);
    return this;
  }

  recordException(exception: Exception, time?: TimeInput): void {
    if (this.#state !== "ended") this.#addEvent("exception", exceptionAttributes(exception), hrTime(time));
  }

  end(endTime?: TimeInput): void {
    if (this.#state !== "open") return;
    const given = endTime === undefined ? undefined : hrTime(endTime);
    [this.endSeconds, this.endNanoseconds] = given ?? this.#now();
    this.#forbidNegativeDuration();
    const { processors, keepsEnded } = this.#setup;
    if (processors !== undefined) {
      this.#state = "ending";
      processors.onEnding(this);
    }
    this.#state = "ended";
    processors?.onEnd(this);
    if ((this.traceFlags & TraceFlags.SAMPLED) !== 0) this.#handOver();
    if (!keepsEnded) this.#letGo();
  }

  run<Arguments extends unknown[], Result>(fn: (...args: Arguments) => Result, ...args: Arguments): Result {
    return runActive(this, fn, args);
  }

  [Symbol.dispose](): void {
    this.end();
  }

  get traceState(): string {
    return traceStateText(this.inheritedState);
  }

  get attributeList(): Readonly<AttributeList> {
    return this.#attributes?.list ?? NO_ATTRIBUTES;
  }

  get droppedAttributesCount(): number {
    return this.#attributes?.dropped ?? 0;
  }

  get attributes(): Attributes {
    return (this.#readAttributes ??= this.#attributes?.toObject() ?? {});
  }

  get parentSpanContext(): SpanContext | undefined {
    if (this.#parentContext !== undefined || this.parentSpanId === undefined) return this.#parentContext;
    const { traceId, parentSpanId: spanId, traceFlags, inheritedState } = this;
    const context = spanContextOf({ traceId, spanId, traceFlags, inheritedState });
    if (this.isParentRemote === true) context.isRemote = true;
    return context;
  }

  get status(): SpanStatus {
    const { statusCode: code, statusMessage: message } = this;
    return (this.#readStatus ??= message === "" ? { code } : { code, message });
  }

  get startTime(): HrTime {
    return [this.startSeconds, this.startNanoseconds];
  }

  get endTime(): HrTime {
    return [this.endSeconds, this.endNanoseconds];
  }

  get duration(): HrTime {
    if (this.#state === "open") return [-1, -1];
    const seconds = this.endSeconds - this.startSeconds;
    const nanoseconds = this.endNanoseconds - this.startNanoseconds;
    return nanoseconds < 0 ? [seconds - 1, nanoseconds + 1e9] : [seconds, nanoseconds];
  }

  get ended(): boolean {
    return this.#state === "ended";
  }

  get resource(): Resource {
    return this.#setup.resource;
  }

  #attributeSet(): AttributeSet {
    if (this.#readAttributes !== undefined) this.#takeBackAttributes(this.#readAttributes);
    return (this.#attributes ??= new AttributeSet(this.#setup.limits.attributes));
  }

  /** A sink must not throw; whoever ends a span must not suffer if one does. */
  #handOver(): void {
    try {
      this.#takeBack();
      this.#setup.sink.accept(this);
    } catch (thrown) {
      report("internal_error", `a span was lost on its way out (${describe(thrown)})`);
    }
    const dropped = this.droppedAttributesCount + this.droppedEventsCount + this.droppedLinksCount;
    if (dropped > 0)
      report(
        "limit_reached",
        `span ${describe(this.name)} is over its limits: ${dropped} attributes, events or links were dropped`,
      );
  }

  /** A processor that redacts changes what it was given to read: what it left is what counts. */
  #takeBack(): void {
    if (this.#readAttributes !== undefined) this.#takeBackAttributes(this.#readAttributes);
    if (this.#readStatus === undefined) return;
    const { code, message } = this.#readStatus;
    this.statusCode = code;
    this.statusMessage = typeof message === "string" ? message : "";
  }

  #takeBackAttributes(read: Attributes): void {
    const { dropped = 0 } = this.#attributes ?? {};
    this.#attributes = new AttributeSet(this.#setup.limits.attributes);
    this.#attributes.setAll(read);
    this.#attributes.dropped += dropped;
    this.#readAttributes = undefined;
  }

  #letGo(): void {
    this.#attributes = undefined;
    this.#readAttributes = undefined;
    this.#readStatus = undefined;
    this.events = NO_EVENTS;
    this.links = NO_LINKS;
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
    const reading = this.#clock.read();
    return [this.#clock.seconds(reading), this.#clock.nanoseconds(reading)];
  }

  #addEvent(name: unknown, attributes: unknown, time: HrTime | undefined): void {
    const { limits } = this.#setup;
    if (this.events.length >= limits.events) {
      this.droppedEventsCount++;
      return;
    }
    const set = new AttributeSet(limits.eventAttributes);
    set.setAll(attributes);
    if (this.events === NO_EVENTS) this.events = [];
    this.events.push({
      name: spanName(name),
      time: time ?? this.#now(),
      attributes: set.toObject(),
      droppedAttributesCount: set.dropped,
    });
  }

  #addLink(link: Link): void {
    const { limits } = this.#setup;
    if (this.links.length >= limits.links) {
      this.droppedLinksCount++;
      return;
    }
    try {
      const { context, attributes } = link;
      const set = new AttributeSet(limits.linkAttributes);
      set.setAll(attributes);
      if (this.links === NO_LINKS) this.links = [];
      this.links.push({
        context: copySpanContext(context),
        attributes: set.toObject(),
        droppedAttributesCount: set.dropped,
      });
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
