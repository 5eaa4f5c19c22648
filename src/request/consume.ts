import { type Attributes, type Link, type Span, SpanKind } from "@opentelemetry/api";
import type { Context } from "../context/context.ts";
import { currentContext } from "../context/current.ts";
import { emptied } from "../context/open-scope.ts";
import { Scope } from "../context/scope.ts";
import { quote, report } from "../core/diagnostics.ts";
import { requireFunction, ThroughlineError } from "../core/errors.ts";
import { isArray, nounFor } from "../core/noun.ts";
import { received, type Trust } from "../propagation/received-carrier.ts";
import { linksTo } from "../trace/links-to.ts";
import { type MessageSource, processAttributes, processSpanName, tellingFailure } from "./message-span.ts";
import { beginOperation, readable } from "./operation.ts";
import { RequestScope } from "./request-scope.ts";

export interface ConsumeOptions extends MessageSource {
  /** What has the trace context of the message. Default: its `headers`, or what clients call so, else the message itself. */
  readonly carrier?: unknown;
  /**
   * What becomes of the trace that the message says it belongs to: it goes on here (the default of `consume`), this is a
   * trace of its own that is linked to it (that of `consumeBatch`), or it is ignored. A span that goes on is linked, too.
   */
  readonly trust?: Trust | undefined;
}

/**
 * Calls `fn` with a message, as an operation of its own: a span "process <destination>", a scope with nothing set, and what
 * `currentRequest()` gives. It belongs to the trace that the message tells of, else to one of its own; never to whatever runs
 * around it, be that the poller or who has sent the message.  (Semantic conventions: Messaging spans, Consumer spans)
 *
 * @throws ThroughlineError THR_NOT_A_FUNCTION where `fn` is none; rejects with what `fn` throws
 * @example
 * const message = { headers: {}, body: "order 7" };
 * await consume(message, { destination: "orders" }, async ({ body }) => console.log(body));
 */
export function consume<Message, Result>(
  message: Message,
  fn: (message: Message, span: Span) => Result,
): Promise<Awaited<Result>>;
export function consume<Message, Result>(
  message: Message,
  options: ConsumeOptions,
  fn: (message: Message, span: Span) => Result,
): Promise<Awaited<Result>>;
export function consume<Message, Result>(
  message: Message,
  ...rest: Rest<Message, Result>
): Promise<Awaited<Result>> {
  const [options, fn] = read("consume(message, options?, fn)", rest);
  return begin([message], "continue", options, {}, (span) => fn(message, span));
}

/**
 * The same for a batch: one span, linked to all traces that its messages tell of.
 *
 * @throws ThroughlineError THR_NOT_A_FUNCTION where `fn` is none, THR_NOT_ITERABLE where `messages` are no array; rejects with what `fn` throws
 * @example
 * const messages = [{ headers: {}, body: "order 7" }, { headers: {}, body: "order 8" }];
 * await consumeBatch(messages, { destination: "orders" }, async (all) => console.log(all.length));
 */
export function consumeBatch<Message, Result>(
  messages: readonly Message[],
  fn: (messages: readonly Message[], span: Span) => Result,
): Promise<Awaited<Result>>;
export function consumeBatch<Message, Result>(
  messages: readonly Message[],
  options: Omit<ConsumeOptions, "carrier">,
  fn: (messages: readonly Message[], span: Span) => Result,
): Promise<Awaited<Result>>;
export function consumeBatch<Message, Result>(
  messages: readonly Message[],
  ...rest: Rest<readonly Message[], Result>
): Promise<Awaited<Result>> {
  const subject = "consumeBatch(messages, options?, fn)";
  const [options, fn] = read(subject, rest);
  if (!isArray(messages)) throw new ThroughlineError("THR_NOT_ITERABLE", subject, nounFor(messages));
  const size = { "messaging.batch.message_count": messages.length };
  return begin(messages, "link", options, size, (span) => fn(messages, span));
}

type Work<Message, Result> = (message: Message, span: Span) => Result;
type Rest<Message, Result> = [Work<Message, Result>] | [ConsumeOptions, Work<Message, Result>];

function read<Message, Result>(
  subject: string,
  [first, last]: Rest<Message, Result>,
): [ConsumeOptions, Work<Message, Result>] {
  const fn = last ?? first;
  requireFunction(fn, subject);
  return [last === undefined ? {} : (readable(subject, first as ConsumeOptions) ?? {}), fn];
}

function begin<Result>(
  messages: readonly unknown[],
  usual: Trust,
  { carrier, trust: given, ...source }: ConsumeOptions,
  more: Attributes,
  fn: (span: Span) => Result,
): Promise<Awaited<Result>> {
  const own = new RequestScope({});
  const empty = emptied(currentContext(), new Scope(undefined, own));
  const trust = trustOf(given, usual);
  const origins = Array.from(messages, (message) => received(carrier ?? carrierIn(message), empty));
  const [first = empty] = origins;
  const attributes = processAttributes(source, more);
  const options = { kind: SpanKind.CONSUMER, attributes, links: linksOf(origins, trust) };
  const context = trust === "continue" ? first : empty;
  return beginOperation(own, context, processSpanName(attributes), options, tellingFailure(fn));
}

/** Also to the one that is the parent: whoever looks for producers looks at links.  (Messaging spans, Consumer spans) */
function linksOf(origins: readonly Context[], trust: Trust): Link[] {
  return trust === "ignore" ? [] : origins.flatMap((origin) => linksTo(origin));
}

/** Where the clients of brokers have headers: most, amqplib, SQS, SQS in Lambda, BullMQ; else the message, a CloudEvent say, is its own. */
function carrierIn(message: unknown): unknown {
  try {
    const { headers, properties, MessageAttributes, messageAttributes, data, traceparent } = Object(
      message,
    ) as {
      readonly headers?: unknown;
      readonly properties?: { readonly headers?: unknown };
      readonly MessageAttributes?: unknown;
      readonly messageAttributes?: unknown;
      readonly data?: unknown;
      readonly traceparent?: unknown;
    };
    const attributes = MessageAttributes ?? messageAttributes;
    const found =
      headers ??
      properties?.headers ??
      attributes ??
      (isObject(data) && traceparent === undefined ? data : undefined);
    // What is its own carrier is asked for nothing by a method: who knows what its get() does.
    return found ?? { ...(Object(message) as object), get: undefined };
  } catch {
    return undefined;
  }
}

function trustOf(given: unknown, usual: Trust): Trust {
  if (given === undefined) return usual;
  if (given === "continue" || given === "link" || given === "ignore") return given;
  report(
    "invalid_argument",
    `a message is trusted by ${quote(given)}; "continue", "link" and "ignore" are known`,
  );
  return usual;
}

function isObject(value: unknown): boolean {
  return typeof value === "object" && value !== null;
}
