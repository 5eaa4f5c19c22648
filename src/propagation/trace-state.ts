import type { TraceState as ApiTraceState } from "@opentelemetry/api";
import { trimOptionalWhitespace } from "./optional-whitespace.ts";

/** List members that a tracestate may have.  (W3C Trace Context Level 2, 3.3.1.1) */
const MEMBER_LIMIT = 32;

const KEY = /^[a-z0-9][a-z0-9_\-*/@]{0,255}$/;
const VALUE = /^[\x20-\x2b\x2d-\x3c\x3e-\x7e]{0,255}[\x21-\x2b\x2d-\x3c\x3e-\x7e]$/;

/** An immutable, always valid W3C tracestate; changed members move to the front.  (W3C Trace Context Level 2, 3.3) */
export class TraceState implements ApiTraceState {
  readonly #members: ReadonlyMap<string, string>;

  private constructor(members: ReadonlyMap<string, string>) {
    this.#members = members;
  }

  /** The header as a tracestate; undefined where any of it is malformed, for then all of it is to be discarded. */
  static parse(header: string): TraceState | undefined {
    const members = new Map<string, string>();
    for (const part of header.split(",")) {
      const member = trimOptionalWhitespace(part);
      if (member === "") continue;
      const equals = member.indexOf("=");
      const key = member.slice(0, Math.max(equals, 0));
      const value = member.slice(equals + 1);
      if (!KEY.test(key) || !VALUE.test(value) || members.has(key) || members.size === MEMBER_LIMIT)
        return undefined;
      members.set(key, value);
    }
    return members.size === 0 ? undefined : new TraceState(members);
  }

  get(key: string): string | undefined {
    return this.#members.get(key);
  }

  /** An invalid key or value leaves the tracestate as it is; a 33rd member pushes out the right-most. */
  set(key: string, value: string): TraceState {
    if (!KEY.test(key) || !VALUE.test(value)) return this;
    const others = [...this.#members].filter(([other]) => other !== key);
    return new TraceState(new Map([[key, value], ...others.slice(0, MEMBER_LIMIT - 1)]));
  }

  unset(key: string): TraceState {
    return new TraceState(new Map([...this.#members].filter(([other]) => other !== key)));
  }

  serialize(): string {
    return Array.from(this.#members, ([key, value]) => `${key}=${value}`).join(",");
  }
}
