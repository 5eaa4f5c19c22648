import type { TraceState as ApiTraceState } from "@opentelemetry/api";
import { COMMA, endOf, EQUALS, FIRST_OF_KEY, KEY, SPACE, VALUE } from "./characters.ts";

/** List members that a tracestate may have.  (W3C Trace Context Level 2, 3.3.1.1) */
const MEMBER_LIMIT = 32;

/** Characters of a key, and of a value. */
const PART_LIMIT = 256;

/** Twice what a list of so many members needs: whoever sends more pads it, and costs no time. */
export const LONGEST: number = 2 * MEMBER_LIMIT * (2 * PART_LIMIT + 2);

/** An immutable, always valid W3C tracestate; changed members move to the front.  (W3C Trace Context Level 2, 3.3) */
export class TraceState implements ApiTraceState {
  /** Key, value, key, value …: there are few. */
  readonly #members: readonly string[];
  #text: string | undefined;

  private constructor(members: readonly string[]) {
    this.#members = members;
  }

  /** HOT. The header as a tracestate; undefined where any of it is malformed, for then all of it is to be discarded. */
  static parse(header: string): TraceState | undefined {
    const { length } = header;
    if (length > LONGEST) return undefined;
    const members: string[] = [];
    for (let at = 0; at < length; at++) {
      at = endOf(SPACE, header, at, length);
      if (at === length || header.charCodeAt(at) === COMMA) continue;
      const equals = keyEnd(header, at);
      const end = valueEnd(header, equals + 1);
      if (equals === at || header.charCodeAt(equals) !== EQUALS || end === equals + 1) return undefined;
      const key = header.slice(at, equals);
      if (members.length === 2 * MEMBER_LIMIT || placeOf(members, key) >= 0) return undefined;
      members.push(key, header.slice(equals + 1, end));
      at = endOf(SPACE, header, end, length);
      if (at < length && header.charCodeAt(at) !== COMMA) return undefined;
    }
    return members.length === 0 ? undefined : new TraceState(members);
  }

  get(key: string): string | undefined {
    const place = placeOf(this.#members, key);
    return place < 0 ? undefined : this.#members[place + 1];
  }

  /** An invalid key or value leaves the tracestate as it is; a 33rd member pushes out the right-most. */
  set(key: string, value: string): TraceState {
    if (typeof key !== "string" || keyEnd(key, 0) !== key.length || key === "") return this;
    if (typeof value !== "string" || valueEnd(value, 0) !== value.length || value === "") return this;
    return new TraceState([key, value, ...this.#without(key)].slice(0, 2 * MEMBER_LIMIT));
  }

  unset(key: string): TraceState {
    return new TraceState(this.#without(key));
  }

  serialize(): string {
    return (this.#text ??= textOf(this.#members));
  }

  #without(key: string): readonly string[] {
    const place = placeOf(this.#members, key);
    return place < 0 ? this.#members : this.#members.toSpliced(place, 2);
  }
}

/** Where the key ends that begins here; where it begins if it is none. */
function keyEnd(text: string, from: number): number {
  const first = endOf(FIRST_OF_KEY, text, from, Math.min(from + 1, text.length));
  if (first === from) return from;
  const end = endOf(KEY, text, first, text.length);
  return end - from > PART_LIMIT ? from : end;
}

/** Where the value ends that begins here, and it ends with no space; where it begins if it is none. */
function valueEnd(text: string, from: number): number {
  let end = endOf(VALUE, text, from, text.length);
  while (end > from && endOf(SPACE, text, end - 1, end) === end) end--;
  return end - from > PART_LIMIT ? from : end;
}

function textOf(members: readonly string[]): string {
  let text = "";
  for (let index = 0; index < members.length; index += 2)
    text += `${index === 0 ? "" : ","}${members[index]}=${members[index + 1]}`;
  return text;
}

function placeOf(members: readonly string[], key: string): number {
  for (let index = 0; index < members.length; index += 2) if (members[index] === key) return index;
  return -1;
}
