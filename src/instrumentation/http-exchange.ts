import {
  type Attributes,
  type AttributeValue,
  type Span,
  SpanKind,
  SpanStatusCode,
} from "@opentelemetry/api";
import { performance } from "node:perf_hooks";
import type { Context } from "../context/context.ts";
import { VERSION } from "../core/version.ts";
import { histogramIn } from "../metrics/accessors.ts";
import { boundariesFor } from "../metrics/default-boundaries.ts";
import { errorNames, exceptionMessage } from "../trace/exception.ts";
import { isRecordedWithin } from "../trace/recorded-errors.ts";
import { type Active, countActive } from "./active-requests.ts";
import { HTTP_SCOPE } from "./http-attributes.ts";

type HttpKind = SpanKind.SERVER | SpanKind.CLIENT;

const durations = {
  [SpanKind.SERVER]: durationOf("server"),
  [SpanKind.CLIENT]: durationOf("client"),
};

function durationOf(side: "server" | "client"): ReturnType<typeof histogramIn> {
  return histogramIn(HTTP_SCOPE, VERSION, `http.${side}.request.duration`, {
    unit: "s",
    description: `Duration of HTTP ${side} requests.`,
    ...boundariesFor("s"),
  });
}

/** From here on a status is an error: of a server its own, of a client any.  (Semantic conventions: HTTP spans, status) */
export const FIRST_ERROR_OF_SERVER = 500;
const FIRST_ERROR = { [SpanKind.SERVER]: FIRST_ERROR_OF_SERVER, [SpanKind.CLIENT]: 400 };

/**
 * A request, received or made, until its response is over: its span, and the measurement of its duration. Both go where
 * the telemetry of the context went in which it began, whatever is current as it ends.
 */
export class HttpExchange {
  readonly span: Span;
  /** The one in which it runs, its span active. */
  readonly context: Context;
  readonly #kind: HttpKind;
  readonly #measured: Attributes;
  readonly #began = performance.now();
  /** Where it is counted until it is over. */
  #active: Active | undefined;
  #isMeasured = true;
  #isAnswered = false;

  /** `measured` is what the measurement tells besides how it ends; the span has it already. */
  constructor(kind: HttpKind, span: Span, context: Context, measured: Attributes) {
    this.#kind = kind;
    this.span = span;
    this.context = context;
    this.#measured = measured;
    if (kind === SpanKind.SERVER) this.#active = countActive(measured, context);
  }

  /** What the measurement tells besides; the span tells it already, or never. */
  measureWith(key: string, value: AttributeValue | undefined): void {
    if (value !== undefined) this.#measured[key] = value;
  }

  /** What the span and the measurement both tell. */
  tell(key: string, value: AttributeValue): void {
    this.#measured[key] = value;
    this.span.setAttribute(key, value);
  }

  get isAnswered(): boolean {
    return this.#isAnswered;
  }

  answer(status: number): void {
    this.#isAnswered = true;
    this.tell("http.response.status_code", status);
    if (status >= FIRST_ERROR[this.#kind]) this.fail(String(status));
  }

  fail(errorType: string, message?: string): void {
    this.tell("error.type", errorType);
    this.span.setStatus({ code: SpanStatusCode.ERROR, ...(message === undefined ? {} : { message }) });
  }

  /** By what a handler threw. */
  failBy(thrown: unknown): void {
    const { name, code } = errorNames(thrown);
    this.fail(name ?? code ?? "_OTHER", exceptionMessage(thrown));
    if (!isRecordedWithin(thrown, this.span)) this.span.recordException(thrown as Error);
  }

  /** The template that its path follows.  (Semantic conventions: HTTP spans, name and http.route) */
  tellRoute(route: string): void {
    this.tell("http.route", route);
    const method = this.#measured["http.request.method"];
    this.span.updateName(`${method === "_OTHER" ? "HTTP" : String(method)} ${route}`);
  }

  /** For one whose duration another measures. */
  leaveMeasuring(): void {
    this.#isMeasured = false;
  }

  /** How long it took, in seconds. */
  end(): number {
    // Before the span ends, for processors of others may take their time.
    const seconds = (performance.now() - this.#began) / 1000;
    try {
      this.span.end();
    } finally {
      if (this.#isMeasured) durations[this.#kind](seconds, this.#measured, this.context);
      if (this.#active !== undefined) this.#active.count--;
      this.#active = undefined;
    }
    return seconds;
  }
}
