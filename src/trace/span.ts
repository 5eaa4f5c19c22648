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
import { spanContextOf } from "../context/span-identity.ts";
import { type AttributeList, AttributeSet } from "../core/attributes.ts";
import { type Clock, hrTime } from "../core/clock.ts";
import { cutText } from "../core/attribute-value.ts";
import { describe, report } from "../core/diagnostics.ts";
import type { SpanId, TraceId } from "../core/ids.ts";
import type { InstrumentationScope } from "../core/instrumentation-scope.ts";
import { nounFor } from "../core/noun.ts";
import type { Redactor } from "../core/redaction.ts";
import { traceStateText } from "../core/trace-state-text.ts";
import { exceptionAttributes } from "./exception.ts";
import { explaining } from "./explaining.ts";
import type { EventRecord, LinkRecord, ReadableSpan, Resource, SpanRecord } from "./record.ts";
import { copySpanContext } from "./span-context.ts";
import { givenTime, spanName } from "./span-input.ts";
import { redactEvents, redactLinks } from "./redact-records.ts";
import { noteRecorded } from "./recorded-errors.ts";
import { runActive, type StartedSpan } from "./started-span.ts";
import type { TracingSetup } from "./tracing-setup.ts";

const NO_ATTRIBUTES: AttributeList = [];
// Frozen, for all spans share them, and whoever reads a span can reach them.
const NO_EVENTS: EventRecord[] = [];
const NO_LINKS: LinkRecord[] = [];
Object.freeze(NO_EVENTS);
Object.freeze(NO_LINKS);

/** Of another iterable than an array so many links are read: it may have no end. */
const MOST_READ = 10_000;

/** What a tracer has decided about a span before it exists. */
export interface SpanStart {
  readonly traceId: TraceId;
  readonly parentSpanId: SpanId | undefined;
  readonly isParentRemote: boolean | undefined;
  /** The span's own: a sampler may have decided otherwise than the parent's. */
  readonly traceState: TraceState | undefined;
  readonly traceFlags: number;
  readonly parentFlags: number;
  readonly parentState: TraceState | undefined;
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
  /** Attributes that its events and links had no room for. */
  private droppedWithin = 0;
  statusCode: SpanStatusCode = SpanStatusCode.UNSET;
  statusMessage = "";
  private readonly setup: TracingSetup;
  private readonly clock: Clock;
  private attributeSet: AttributeSet | undefined;
  /** The attributes as someone has read them, and may have changed them since. */
  private readAttributes: Attributes | undefined;
  /** The same of the status. */
  private readStatus: SpanStatus | undefined;
  private ownContext: SpanContext | undefined;
  private readonly parentFlags: number;
  private readonly parentState: TraceState | undefined;
  private state: "open" | "ending" | "ended" = "open";

  constructor(
    name: string,
    kind: SpanKind,
    start: SpanStart,
    instrumentationScope: InstrumentationScope,
    setup: TracingSetup,
  ) {
    this.name = cutText(name, setup.limits.attributes.valueSize);
    this.kind = kind;
    this.traceId = start.traceId;
    this.spanId = setup.ids.spanId();
    this.parentSpanId = start.parentSpanId;
    this.isParentRemote = start.isParentRemote;
    this.traceFlags = start.traceFlags;
    this.inheritedState = start.traceState;
    this.parentFlags = start.parentFlags;
    this.parentState = start.parentState;
    this.instrumentationScope = instrumentationScope;
    this.localRoot = start.localRoot ?? this;
    this.setup = setup;
    if (setup.keepsEnded) {
      this.events = [];
      this.links = [];
    }
    let clock = start.localRoot === undefined ? setup.clocks.current() : start.localRoot.clock;
    let reading = clock.read();
    if (start.localRoot === undefined && clock.isStaleAt(reading)) {
      clock = setup.clocks.renew();
      reading = clock.read();
    }
    this.clock = clock;
    this.startSeconds = clock.seconds(reading);
    this.startNanoseconds = clock.nanoseconds(reading);
  }

  /** For the tracer, before anyone else holds the span. */
  startAt(time: HrTime): void {
    [this.startSeconds, this.startNanoseconds] = time;
  }

  spanContext(): SpanContext {
    return (this.ownContext ??= spanContextOf(this));
  }

  isRecording(): boolean {
    return this.state !== "ended";
  }

  setAttribute(key: string, value: AttributeValue): this {
    if (this.state === "ended") return this.late();
    this.attributesToSet().set(key, value);
    return this;
  }

  setAttributes(attributes: Attributes): this {
    if (this.state === "ended") return this.late();
    this.attributesToSet().setAll(attributes);
    return this;
  }

  addEvent(name: string, attributesOrTime?: Attributes | TimeInput, time?: TimeInput): this {
    if (this.state === "ended") return this.late();
    const timeOnly = hrTime(attributesOrTime as TimeInput);
    const attributes = timeOnly === undefined ? attributesOrTime : undefined;
    this.appendEvent(name, attributes, givenTime(time) ?? timeOnly);
    return this;
  }

  addLink(link: Link): this {
    if (this.state === "ended") return this.late();
    this.appendLink(link);
    return this;
  }

  addLinks(links: Link[]): this {
    if (this.state === "ended") return this.late();
    try {
      let index = 0;
      for (const link of links) {
        if (this.links.length >= this.setup.limits.links && Array.isArray(links)) {
          this.droppedLinksCount += links.length - index;
          break;
        }
        if (index >= MOST_READ && !Array.isArray(links)) break;
        this.appendLink(link);
        index++;
      }
    } catch (thrown) {
      report("invalid_argument", `links could not be read (${describe(thrown)})`);
    }
    return this;
  }

  setStatus(status: SpanStatus): this {
    if (this.state === "ended") return this.late();
    if (this.statusCode === SpanStatusCode.OK) return this;
    try {
      const { code, message } = status;
      if (code !== SpanStatusCode.OK && code !== SpanStatusCode.ERROR) {
        if (code !== SpanStatusCode.UNSET)
          report(
            "invalid_argument",
            `a span was given ${nounFor(code)} as a status code; SpanStatusCode has them`,
          );
        return this;
      }
      this.readStatus = undefined;
      this.statusCode = code;
      this.statusMessage =
        code === SpanStatusCode.ERROR && typeof message === "string" ? this.bounded(message) : "";
    } catch (thrown) {
      report("invalid_argument", `a span's status could not be read (${describe(thrown)})`);
    }
    return this;
  }

  updateName(name: string): this {
    if (this.state === "ended") return this.late();
    this.name = this.bounded(spanName(name));
    return this;
  }

  recordException(exception: Exception, time?: TimeInput): void {
    if (this.state === "ended") return void this.late();
    this.appendEvent("exception", exceptionAttributes(exception), givenTime(time));
    noteRecorded(exception, this);
  }

  end(endTime?: TimeInput): void {
    if (this.state !== "open") return;
    explaining.watch?.ended(this);
    [this.endSeconds, this.endNanoseconds] = givenTime(endTime) ?? this.now();
    this.forbidNegativeDuration();
    const { processors, keepsEnded } = this.setup;
    if (processors !== undefined) {
      this.state = "ending";
      processors.onEnding(this);
    }
    this.state = "ended";
    this.setup.census?.end((this.traceFlags & TraceFlags.SAMPLED) !== 0);
    if (processors !== undefined && this.isFitToShow()) processors.onEnd(this);
    if ((this.traceFlags & TraceFlags.SAMPLED) !== 0) this.handOver();
    this.reportDropped();
    if (!keepsEnded) this.letGo();
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
    return this.attributeSet?.list ?? NO_ATTRIBUTES;
  }

  get droppedAttributesCount(): number {
    return this.attributeSet?.dropped ?? 0;
  }

  get attributes(): Attributes {
    return (this.readAttributes ??= this.attributeSet?.toObject() ?? {});
  }

  get parentSpanContext(): SpanContext | undefined {
    const { traceId, parentSpanId: spanId, parentFlags: traceFlags, parentState: inheritedState } = this;
    if (spanId === undefined) return undefined;
    const context = spanContextOf({ traceId, spanId, traceFlags, inheritedState });
    if (this.isParentRemote === true) context.isRemote = true;
    return context;
  }

  /** In the official SDK these two are fields, and processors that redact may replace them. */
  set attributes(attributes: Attributes) {
    this.readAttributes = attributes;
  }

  set status(status: SpanStatus) {
    this.readStatus = status;
  }

  get status(): SpanStatus {
    const { statusCode: code, statusMessage: message } = this;
    return (this.readStatus ??= message === "" ? { code } : { code, message });
  }

  get startTime(): HrTime {
    return [this.startSeconds, this.startNanoseconds];
  }

  get endTime(): HrTime {
    return [this.endSeconds, this.endNanoseconds];
  }

  get duration(): HrTime {
    if (this.state === "open") return [-1, -1];
    const seconds = this.endSeconds - this.startSeconds;
    const nanoseconds = this.endNanoseconds - this.startNanoseconds;
    return nanoseconds < 0 ? [seconds - 1, nanoseconds + 1e9] : [seconds, nanoseconds];
  }

  get ended(): boolean {
    return this.state === "ended";
  }

  get resource(): Resource {
    return this.setup.resource;
  }

  /** A text as long as an attribute's value may be. */
  private bounded(text: string): string {
    return cutText(text, this.setup.limits.attributes.valueSize);
  }

  private late(): this {
    report(
      "changed_after_end",
      () => `span ${describe(this.name)} was changed after its end, when it has been sent as it was`,
    );
    return this;
  }

  private attributesToSet(): AttributeSet {
    if (this.readAttributes !== undefined) this.takeBackAttributes(this.readAttributes);
    return (this.attributeSet ??= new AttributeSet(this.setup.limits.attributes));
  }

  /** A sink must not throw; whoever ends a span must not suffer if one does. */
  private handOver(): void {
    try {
      this.settle();
      this.setup.sink.accept(this);
    } catch (thrown) {
      report("internal_error", `a span was lost on its way out (${describe(thrown)})`);
    }
  }

  /** Whether processors may see it ended: they may export it. What they change by then is looked at once more. */
  private isFitToShow(): boolean {
    if (this.setup.redactor === undefined) return true;
    try {
      this.settle();
      return true;
    } catch (thrown) {
      report("internal_error", `a span was not shown to processors (${describe(thrown)})`);
      return false;
    }
  }

  /** As it is to be seen by others. */
  private settle(): void {
    this.takeBack();
    if (this.setup.redactor !== undefined) this.redact(this.setup.redactor);
  }

  private redact(redactor: Redactor): void {
    this.name = redactor.name(this.name);
    if (this.attributeSet !== undefined) redactor.list(this.attributeSet.list);
    if (this.statusMessage !== "") {
      this.statusMessage = redactor.text(this.statusMessage);
      this.readStatus = undefined;
    }
    if (this.events.length > 0) redactEvents(this.events, redactor);
    if (this.links.length > 0) redactLinks(this.links, redactor);
  }

  private reportDropped(): void {
    const dropped =
      this.droppedAttributesCount + this.droppedEventsCount + this.droppedLinksCount + this.droppedWithin;
    if (dropped > 0)
      report(
        "limit_reached",
        `span ${describe(this.name)} is over its limits: ${dropped} attributes, events or links were dropped`,
      );
  }

  /** A processor that redacts changes what it was given to read: what it left is what counts. */
  private takeBack(): void {
    if (this.readAttributes !== undefined) this.takeBackAttributes(this.readAttributes);
    if (this.readStatus === undefined) return;
    const { code, message } = this.readStatus;
    this.statusCode = code;
    this.statusMessage = typeof message === "string" ? this.bounded(message) : "";
  }

  private takeBackAttributes(read: Attributes): void {
    const { dropped = 0 } = this.attributeSet ?? {};
    this.attributeSet = new AttributeSet(this.setup.limits.attributes);
    this.attributeSet.setAll(read);
    this.attributeSet.dropped += dropped;
    this.readAttributes = undefined;
  }

  private letGo(): void {
    this.attributeSet = undefined;
    this.readAttributes = undefined;
    this.readStatus = undefined;
    this.events = NO_EVENTS;
    this.links = NO_LINKS;
  }

  /** An end before the start becomes the start; a clock cut to milliseconds may be off by one, and is no mistake. */
  private forbidNegativeDuration(): void {
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

  private now(): HrTime {
    const reading = this.clock.read();
    return [this.clock.seconds(reading), this.clock.nanoseconds(reading)];
  }

  private appendEvent(name: unknown, attributes: unknown, time: HrTime | undefined): void {
    const { limits } = this.setup;
    if (this.events.length >= limits.events) {
      this.droppedEventsCount++;
      return;
    }
    const set = new AttributeSet(limits.eventAttributes);
    set.setAll(attributes);
    if (this.events === NO_EVENTS) this.events = [];
    this.droppedWithin += set.dropped;
    this.events.push({
      name: this.bounded(spanName(name)),
      time: time ?? this.now(),
      attributes: set.toObject(),
      droppedAttributesCount: set.dropped,
    });
  }

  private appendLink(link: Link): void {
    const { limits } = this.setup;
    if (this.links.length >= limits.links) {
      this.droppedLinksCount++;
      return;
    }
    // Without an exception for each, which would take time.
    if (typeof link !== "object" || link === null) return reportLink(link);
    try {
      const { context, attributes } = link;
      if (context === undefined) return reportLink(link);
      const set = new AttributeSet(limits.linkAttributes);
      set.setAll(attributes);
      if (this.links === NO_LINKS) this.links = [];
      this.droppedWithin += set.dropped;
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

function reportLink(link: unknown): void {
  report(
    "invalid_argument",
    `a link was given as ${nounFor(link)} without a context; it is { context: span.spanContext() }`,
  );
}
