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

/** By the name as it is, or as the clients of Go write it: "Traceparent". */
function valueOf(carrier: unknown, key: string): unknown {
  const value = valueAt(carrier, key);
  return value === undefined || value === "" ? valueAt(carrier, canonical(key)) : value;
}

/** Of a plain object, or of what is asked by `get`, as Headers, a Map and the headers of NATS are. */
function valueAt(carrier: unknown, key: string): unknown {
  const holder = Object(carrier) as { readonly get?: unknown; readonly [key: string]: unknown };
  if (Object.hasOwn(holder, key)) return holder[key];
  if (typeof holder.get !== "function") return undefined;
  const value: unknown = Reflect.apply(holder.get, carrier, [key]);
  ignoreRejection(value);
  return value;
}

function canonical(key: string): string {
  return key.replaceAll(/(?<=^|-)[a-z]/g, (letter) => letter.toUpperCase());
}

function textOf(value: unknown): string | string[] | undefined {
  return Array.isArray(value) ? value.map(lineOf).filter((line) => line !== undefined) : lineOf(value);
}

/** Texts come as bytes too, in Kafka, and within an object, in SQS, which Lambda spells otherwise. */
function lineOf(value: unknown): string | undefined {
  if (typeof value === "string") return value;
  if (value instanceof Uint8Array) return Buffer.from(value).toString("utf8");
  const { StringValue, stringValue, Value } = Object(value) as Readonly<Record<string, unknown>>;
  const text = StringValue ?? stringValue ?? Value;
  return typeof text === "string" ? text : undefined;
}
