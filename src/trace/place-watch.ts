import type { Context, Span } from "@opentelemetry/api";
import { currentContext, providersIn } from "../context/current.ts";
import { describe, quote, report, type Trouble } from "../core/diagnostics.ts";
import { hostCallPlace, hostPlace } from "../core/place.ts";
import { Redactor } from "../core/redaction.ts";
import type { SpanWatch, WatchedSpan } from "./explaining.ts";
import { Neighbours } from "./neighbours.ts";

/** What is remembered of a span that is open: texts alone, so that nothing is kept that it would let go of. */
interface Opened {
  readonly name: string;
  /** In the host's code; undefined where none was on the stack. */
  readonly place: string | undefined;
  readonly within: Within;
}

/** The operation and the trace that something was done in. */
interface Within {
  readonly operation: string | undefined;
  readonly trace: string | undefined;
}

const LONGEST_NAME = 80;

/** So much of a name is looked through for secrets. */
const MOST_LOOKED_THROUGH = 1_000;

/** For those who have none: stderr is kept, too. */
const REDACTOR = new Redactor();

/** Of what has no place the name stands for it, and names have no end. */
const MOST_TOLD = 1_000;

/** Tells of spans that are started or ended where they should not be, or never ended, with the places in the host's code. */
export class PlaceWatch implements SpanWatch {
  readonly #opened = new WeakMap<WatchedSpan, Opened>();
  readonly #open = new Set<Opened>();
  readonly #neighbours = new Neighbours();
  readonly #told = new Set<string>();
  readonly #collected = new FinalizationRegistry<Opened>((opened) => {
    if (this.#open.delete(opened)) this.#tellUnended(opened);
  });

  started(span: WatchedSpan, context: Context | undefined): void {
    attempt(() => {
      const place = hostPlace();
      const opened = { name: nameOf(span), place, within: within() };
      this.#opened.set(span, opened);
      this.#open.add(opened);
      this.#collected.register(span, opened, opened);
      if (place !== undefined && context !== undefined) this.#compare(span, context, opened.name, place);
    });
  }

  ended(span: WatchedSpan): void {
    attempt(() => {
      const opened = this.#opened.get(span);
      if (opened === undefined || !this.#open.delete(opened)) return;
      this.#collected.unregister(opened);
      const here = within();
      if (!isElsewhere(opened.within, here, span.traceId.hex)) return;
      const place = hostCallPlace();
      if (place === undefined) return;
      this.#tell(
        "span_misplaced",
        `${opened.place} ${place}`,
        `span ${opened.name} was started in one operation, ${at(opened.place)}, and ended in another, ${at(place)}: a callback that ends it belongs to its own as bind(callback)`,
      );
    });
  }

  close(): void {
    for (const opened of this.#open) this.#tellUnended(opened);
    this.#open.clear();
  }

  /** With those that were started there before. */
  #compare(span: WatchedSpan, context: Context, name: string, place: string): void {
    const active = currentContext();
    const key = JSON.stringify([span.instrumentationScope.name, span.name, place]);
    if (span.parentSpanId !== undefined) this.#neighbours.add(key);
    else if (context === active && active.scope === undefined && this.#neighbours.isAlone(key))
      this.#tell(
        "context_lost",
        place,
        `span ${name} has neither parent nor scope, started ${at(place)}, where those before it had: unless it begins an operation of its own, as operation(name, fn) says, its context was lost on the way, in a callback of a pool, a listener of an emitter or a queue; bind(callback) keeps it`,
      );
  }

  #tellUnended({ name, place }: Opened): void {
    this.#tell(
      "span_unended",
      place ?? name,
      `span ${name} was never ended, started ${at(place)}: what is not ended is not sent; end it in a finally, or by withSpan`,
    );
  }

  #tell(trouble: Trouble, place: string, sentence: string): void {
    const key = `${trouble} ${place}`;
    if (this.#told.has(key) || this.#told.size >= MOST_TOLD) return;
    this.#told.add(key);
    report(trouble, sentence);
  }
}

function nameOf({ name }: WatchedSpan): string {
  const redactor = providersIn(currentContext())?.redactor ?? REDACTOR;
  return quote(redactor.name(name.slice(0, MOST_LOOKED_THROUGH)).slice(0, LONGEST_NAME));
}

function within(): Within {
  const { scope, span } = currentContext();
  return { operation: scope?.operation?.id, trace: traceOf(span) };
}

/** A span may be anyone's. */
function traceOf(span: Span | undefined): string | undefined {
  try {
    return span?.spanContext().traceId;
  } catch {
    return undefined;
  }
}

/** A span's own trace is no other: it may have begun one. */
function isElsewhere(began: Within, ends: Within, own: string): boolean {
  if (began.operation !== undefined && ends.operation !== undefined)
    return began.operation !== ends.operation;
  return (
    began.trace !== undefined && ends.trace !== undefined && began.trace !== ends.trace && ends.trace !== own
  );
}

function at(place: string | undefined): string {
  return place === undefined ? "outside of the program's own code" : `at ${place}`;
}

/** What fails here must not fail the host. */
function attempt(act: () => void): void {
  try {
    act();
  } catch (thrown) {
    report("internal_error", `a span could not be explained (${describe(thrown)})`);
  }
}
