import type { Context as ApiContext, Span } from "@opentelemetry/api";
import type { Providers } from "./providers.ts";
import type { Scope } from "./scope.ts";
import { SpanFrame } from "./span-frame.ts";

/** The API keeps the active span under this key; here it has a slot of its own. */
const SPAN_KEY = Symbol.for("OpenTelemetry Context Key SPAN");

/** A value as a span; undefined for whatever could not serve as one. Never throws. */
export function asSpan(value: unknown): Span | undefined {
  if (value === undefined || value === null) return undefined;
  try {
    const span = value as Partial<Span>;
    const isSpan =
      typeof span.spanContext === "function" &&
      typeof span.isRecording === "function" &&
      typeof span.setAttributes === "function" &&
      typeof span.end === "function";
    return isSpan ? (value as Span) : undefined;
  } catch {
    return undefined;
  }
}

/**
 * An immutable OpenTelemetry context with slots for what is read most: the span, the providers and the scope.
 * Other keys live in a map, copied on write; those of a context that is not ours are read through it.
 * (Specification: Context)
 */
export class Context implements ApiContext {
  readonly span: Span | undefined;
  /** Where telemetry goes; undefined means: where `start()` says. */
  readonly providers: Providers | undefined;
  /** The scope that bindings are read from and written to; only a context outside any operation has none. */
  readonly scope: Scope | undefined;
  /** The innermost span that records, and those around it. */
  readonly frame: SpanFrame | undefined;
  readonly #values: ReadonlyMap<symbol, unknown> | undefined;
  readonly #foreign: ApiContext | undefined;

  constructor(
    span?: Span,
    providers?: Providers,
    scope?: Scope,
    values?: ReadonlyMap<symbol, unknown>,
    foreign?: ApiContext,
    frame?: SpanFrame,
  ) {
    this.span = span;
    this.providers = providers;
    this.scope = scope;
    this.#values = values;
    this.#foreign = foreign;
    this.frame = frame;
  }

  /** Marks contexts of any copy of this package's major version, where instanceof would know only its own. */
  get throughline(): 1 {
    return 1;
  }

  static isOurs(context: ApiContext): context is Context {
    return (context as Partial<Context>).throughline === 1;
  }

  getValue(key: symbol): unknown {
    if (key === SPAN_KEY) return this.span;
    if (this.#values?.has(key) === true) return this.#values.get(key);
    return this.#foreign?.getValue(key);
  }

  setValue(key: symbol, value: unknown): Context {
    if (key === SPAN_KEY) return this.withSpan(asSpan(value), this.scope);
    const values = new Map(this.#values).set(key, value);
    return new Context(this.span, this.providers, this.scope, values, this.#foreign, this.frame);
  }

  deleteValue(key: symbol): Context {
    return this.setValue(key, undefined);
  }

  /** HOT: one for each active span. */
  withSpan(span: Span | undefined, scope: Scope | undefined): Context {
    const frame = SpanFrame.within(this.frame, span);
    return new Context(span, this.providers, scope, this.#values, this.#foreign, frame);
  }

  /** For telemetry of its own: no span of another's is a parent there. */
  withProviders(providers: Providers): Context {
    return new Context(undefined, providers, this.scope, this.#values, this.#foreign, this.frame);
  }

  withScope(scope: Scope): Context {
    return new Context(this.span, this.providers, scope, this.#values, this.#foreign, this.frame);
  }
}
