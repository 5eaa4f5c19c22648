import {
  type Baggage,
  type Context as ApiContext,
  isSpanContextValid,
  type Link,
  propagation,
  trace,
} from "@opentelemetry/api";
import { ownOf } from "../context/carrier.ts";
import type { Context } from "../context/context.ts";
import type { HttpPolicy, ReceivedRequest } from "./http-policy.ts";

/** What a received request begins with. */
export interface ReceivedContext {
  readonly context: Context;
  readonly links: Link[] | undefined;
}

/** HOT. What the headers of a request say of trace and baggage, as far as its caller is trusted. */
export function receivedContext(
  request: ReceivedRequest,
  empty: Context,
  { trustIn, baggageKeys }: HttpPolicy,
): ReceivedContext {
  const extracted = propagation.extract(empty, request.headers);
  const trust = trustIn(request);
  if (trust === "continue" && baggageKeys === undefined)
    return { context: ownOf(extracted, empty), links: undefined };
  const kept = keptBaggage(propagation.getBaggage(extracted), baggageKeys ?? NO_KEYS);
  if (trust === "continue") {
    const bare = propagation.deleteBaggage(extracted);
    return { context: ownOf(withBaggage(bare, kept), empty), links: undefined };
  }
  const span = trace.getSpanContext(extracted);
  const isLinked = trust === "link" && span !== undefined && isSpanContextValid(span);
  return {
    context: ownOf(withBaggage(empty, kept), empty),
    links: isLinked ? [{ context: span }] : undefined,
  };
}

const NO_KEYS: ReadonlySet<string> = new Set();

function withBaggage(context: ApiContext, baggage: Baggage | undefined): ApiContext {
  return baggage === undefined ? context : propagation.setBaggage(context, baggage);
}

/** Undefined where nothing is left. */
function keptBaggage(baggage: Baggage | undefined, keys: ReadonlySet<string>): Baggage | undefined {
  if (baggage === undefined) return undefined;
  const entries = baggage.getAllEntries();
  const others = entries.map(([key]) => key).filter((key) => !keys.has(key));
  return others.length === entries.length ? undefined : baggage.removeEntries(...others);
}
