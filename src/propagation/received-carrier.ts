import type { TextMapGetter } from "@opentelemetry/api";
import { extracted } from "../context/carrier.ts";
import type { Context } from "../context/context.ts";
import { ignoreRejection } from "../core/rejection.ts";

/**
 * What becomes of the trace that something received says it belongs to: it goes on here; or this is a trace of its own,
 * linked to that one, or not.
 */
export type Trust = "continue" | "link" | "ignore";

/** `empty` with the trace and the baggage that a carrier tells of; itself where that tells nothing. Never throws. */
export function received(carrier: unknown, empty: Context): Context {
  return extracted(carrier, empty, GETTER);
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
