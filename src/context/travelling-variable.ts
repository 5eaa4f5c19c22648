import { describe, quote, report } from "../core/diagnostics.ts";
import type { Context } from "./context.ts";
import { arrivedIn, type Codec, declareTravelling, reportLeft, type Travels } from "./travelling-registry.ts";

/** A value that may be undefined. */
export interface Held<Value> {
  readonly value: Value;
}

/** While a codec makes a text: one that asks for a carrier would ask itself, and all others, again and again. */
let isEncoding = false;

/** What of a variable travels: by which way, and as which text. */
export class Travelling<Value> {
  readonly #name: string;
  readonly #travels: Travels;
  readonly #codec: Codec<Value>;
  /** By what they came with, so that one object is given again and again, and never to another operation. */
  readonly #decoded = new WeakMap<object, Held<Value> | undefined>();

  constructor(
    name: string,
    travels: Travels,
    codec: Codec<Value>,
    boundIn: (context: Context) => Held<Value> | undefined,
  ) {
    this.#name = name;
    this.#travels = travels;
    this.#codec = codec;
    declareTravelling(name, {
      travels,
      textIn: (context) => {
        const bound = boundIn(context);
        return bound === undefined ? undefined : this.#text(bound.value);
      },
    });
  }

  /** The value that came from elsewhere, if one did. */
  arrivedIn(context: Context): Held<Value> | undefined {
    const arrived = arrivedIn(context, this.#travels, this.#name);
    if (arrived === undefined) return undefined;
    const { by, text } = arrived;
    if (!this.#decoded.has(by)) this.#decoded.set(by, this.#decode(text));
    return this.#decoded.get(by);
  }

  #decode(text: string): Held<Value> | undefined {
    try {
      return { value: this.#codec.decode(text) };
    } catch (thrown) {
      report(
        "invalid_argument",
        `what came for context variable ${quote(this.#name)} could not be decoded (${describe(thrown)})`,
      );
      return undefined;
    }
  }

  #text(value: Value): string | null {
    if (value === undefined) return null;
    if (isEncoding) {
      reportLeft(this.#name, "a codec asked for a carrier while it made a text");
      return null;
    }
    isEncoding = true;
    try {
      const text: unknown = this.#codec.encode(value);
      if (typeof text === "string") return text;
      reportLeft(this.#name, "its codec has made no text of its value");
    } catch (thrown) {
      reportLeft(this.#name, thrown);
    } finally {
      isEncoding = false;
    }
    return null;
  }
}

/** What a header takes as the name of baggage.  (W3C Baggage: key; RFC 7230: token) */
const TOKEN = /^[\w!#$%&'*+\-.^`|~]+$/;

/** By which way and as what; undefined where that is not understood, which is reported. */
export function travellingBy<Value>(
  name: string,
  travels: unknown,
  codec: unknown,
): [Travels, Codec<Value>] | undefined {
  const isKnown = travels === "process" || (travels === "baggage" && TOKEN.test(name));
  const chosen = codec ?? (travels === "process" ? JSON_CODEC : TEXT_CODEC);
  if (isKnown && isCodec(chosen)) return [travels, chosen as Codec<Value>];
  report(
    "invalid_argument",
    `context variable ${quote(name)} does not travel: \`travels\` is "process", or "baggage" for a name that a header can carry, and a codec has encode and decode`,
  );
  return undefined;
}

function isCodec(codec: unknown): boolean {
  try {
    const { encode, decode } = codec as Partial<Codec<unknown>>;
    return typeof encode === "function" && typeof decode === "function";
  } catch {
    return false;
  }
}

/** Within this program, whatever JSON can tell. */
const JSON_CODEC: Codec<unknown> = {
  encode: (value) => JSON.stringify(value),
  decode: (text) => JSON.parse(text) as unknown,
};

/** To other services, texts as they are. */
const TEXT_CODEC: Codec<unknown> = {
  encode: (value) => {
    if (typeof value === "string") return value;
    throw new TypeError("it is no text, and the variable has no codec");
  },
  decode: (text) => text,
};
