import { define } from "../core/attribute-value.ts";
import { type LogFields, PLACE_FIELDS } from "./log-fields.ts";

/** What winston calls an info. */
export type WinstonLine = Record<string | symbol, unknown>;

/** By these symbols winston's formats and transports know the level as it was given, the text, and what a call was given. */
export const LEVEL: symbol = Symbol.for("level");
export const MESSAGE: symbol = Symbol.for("message");
const SPLAT = Symbol.for("splat");

/** HOT. A copy, for a line may be an object of the caller's; of an error also what is its own without being enumerable. */
export function copied(line: WinstonLine): WinstonLine {
  const copy: WinstonLine = { [LEVEL]: line[LEVEL] };
  for (const key of Object.keys(line)) if (!isToJson(line, key)) define(copy, key, line[key]);
  if (line[SPLAT] !== undefined) copy[SPLAT] = line[SPLAT];
  if (!(line instanceof Error)) return copy;
  const { message, stack, cause } = line;
  return Object.assign(copy, { message, stack }, cause === undefined ? {} : { cause });
}

/** It would say what JSON has in the place of the whole line. */
function isToJson(holder: object, key: string): boolean {
  return key === "toJSON" && typeof (holder as WinstonLine)[key] === "function";
}

/** What a call was given as an error: instead of a line, as its message or beside it. */
export function errorIn(line: WinstonLine): Error | undefined {
  const given: unknown = line[SPLAT];
  return [line, line["message"], ...(Array.isArray(given) ? given : [])].find(isError);
}

function isError(value: unknown): value is Error {
  return value instanceof Error;
}

/** Says where a line belongs, and keeps winston's formats from adding what says otherwise to it. */
export function withFields(line: WinstonLine, fields: LogFields): WinstonLine {
  for (const name of PLACE_FIELDS) if (!(name in fields) && name in line) delete line[name];
  for (const name of Object.keys(fields))
    if (name !== "level" && name !== "message") define(line, name, fields[name]);
  const { [SPLAT]: given, message } = line;
  if (Array.isArray(given)) line[SPLAT] = given.map((value: unknown) => withoutFields(value, fields));
  if (message instanceof Error) line["message"] = withoutFields(message, fields);
  return line;
}

/** splat() and errors() make fields of a line of what an object has. */
function withoutFields(value: unknown, fields: LogFields): unknown {
  if (typeof value !== "object" || value === null) return value;
  const names = new Set(Object.keys(value));
  const forged = [...PLACE_FIELDS, ...Object.keys(fields)].filter((name) => names.has(name));
  if (names.has("toJSON") && isToJson(value, "toJSON")) forged.push("toJSON");
  if (forged.length === 0) return value;
  const own = Object.getOwnPropertyDescriptors(value);
  for (const name of forged) Reflect.deleteProperty(own, name);
  return Object.create(Object.getPrototypeOf(value) as object | null, own) as unknown;
}
