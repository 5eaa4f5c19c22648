import type { Context as ApiContext, TextMapGetter } from "@opentelemetry/api";
import { trace } from "@opentelemetry/api";
import { asSpan, Context } from "../context/context.ts";
import { describe, report } from "../core/diagnostics.ts";
import { ignoreRejection } from "../core/rejection.ts";
import { propagatorIn } from "./current-propagator.ts";

/**
 * What becomes of the trace that something received says it belongs to: it goes on here; or this is a trace of its own,
 * linked to that one, or not.
 */
export type Trust = "continue" | "link" | "ignore";

/** `empty` with the trace and the baggage that a carrier tells of; itself where that tells nothing. Never throws. */
export function received(carrier: unknown, empty: Context): Context {
  try {
    const extracted = propagatorIn(empty).extract(empty, carrier, GETTER);
    return ownOf(extracted, empty);
  } catch (thrown) {
    report("invalid_argument", `a carrier could not be read (${describe(thrown)})`);
    return empty;
  }
}

/** A propagator of others may answer with a context of its own making. */
export function ownOf(context: ApiContext, { providers, scope }: Context): Context {
  if (Context.isOurs(context)) return context;
  return new Context(asSpan(trace.getSpan(context)), providers, scope, undefined, context);
}

const GETTER: TextMapGetter<unknown> = {
  get: (carrier, key) => textOf(valueOf(carrier, key)),
  keys: (carrier) => Object.keys(Object(carrier) as object),
};

/** Of a plain object, or of what is asked by `get`, as Headers, a Map and the headers of NATS are. */
function valueOf(carrier: unknown, key: string): unknown {
  const holder = Object(carrier) as { readonly get?: unknown; readonly [key: string]: unknown };
  if (Object.hasOwn(holder, key)) return holder[key];
  if (typeof holder.get !== "function") return undefined;
  const value: unknown = Reflect.apply(holder.get, carrier, [key]);
  ignoreRejection(value);
  return value;
}

/** Texts come as bytes too, in Kafka, within an object, in SQS, and in lists. */
function textOf(value: unknown): string | string[] | undefined {
  if (typeof value === "string") return value;
  if (value instanceof Uint8Array) return Buffer.from(value).toString("utf8");
  if (Array.isArray(value)) return value.filter((each) => typeof each === "string");
  const { StringValue, Value } = Object(value) as {
    readonly StringValue?: unknown;
    readonly Value?: unknown;
  };
  const text = StringValue ?? Value;
  return typeof text === "string" ? text : undefined;
}
