import { type BaggageEntry, baggageEntryMetadataFromString } from "@opentelemetry/api";
import { BYTE_LIMIT } from "./baggage-limits.ts";
import { octetAt } from "../core/hex.ts";
import { endOf, EQUALS, isAll, OCTET, SPACE, TOKEN, trimmed } from "./characters.ts";

/** A member of a baggage list: a key, and a value as it travels or as its owner gave it. */
export class BaggageMember {
  readonly key: string;
  /** As it travels, percent-encoded. */
  readonly #encoded: string;
  readonly #properties: string;
  readonly #given: BaggageEntry | undefined;

  private constructor(key: string, encoded: string, properties: string, given?: BaggageEntry) {
    this.key = key;
    this.#encoded = encoded;
    this.#properties = properties;
    this.#given = given;
  }

  static of(key: string, entry: BaggageEntry): BaggageMember {
    return new BaggageMember(key, "", "", copyOf(entry));
  }

  /** HOT. The member in this part of a header; undefined where it has no token for a key, or no equals sign. */
  static parse(header: string, from: number, to: number): BaggageMember | undefined {
    const start = endOf(SPACE, header, from, to);
    const end = endOf(TOKEN, header, start, to);
    const equals = endOf(SPACE, header, end, to);
    if (end === start || equals === to || header.charCodeAt(equals) !== EQUALS) return undefined;
    const key = header.slice(start, end);
    const value = endOf(SPACE, header, equals + 1, to);
    const valueEnd = endOf(OCTET, header, value, to);
    if (endOf(SPACE, header, valueEnd, to) === to)
      return new BaggageMember(key, header.slice(value, valueEnd), "");
    // With properties, or not quite as it should be.
    const rest = header.slice(value, to);
    const semicolon = rest.indexOf(";");
    if (semicolon < 0) return new BaggageMember(key, trimmed(rest), "");
    return new BaggageMember(key, trimmed(rest.slice(0, semicolon)), trimmed(rest.slice(semicolon + 1)));
  }

  /** Characters, of one that came in, without the spaces around its parts. */
  get length(): number {
    const properties = this.#properties === "" ? 0 : 1 + this.#properties.length;
    return this.key.length + 1 + this.#encoded.length + properties;
  }

  get entry(): BaggageEntry {
    if (this.#given !== undefined) return { ...this.#given };
    const value = percentDecode(this.#encoded);
    if (this.#properties === "") return { value };
    return { value, metadata: baggageEntryMetadataFromString(this.#properties) };
  }

  /** As it is sent; undefined where no header can carry it. What came well-formed goes on as it came. */
  get text(): string | undefined {
    try {
      if (this.#given === undefined && isAll(OCTET, this.#encoded))
        return `${this.key}=${this.#encoded}${propertiesText(this.#properties)}`;
      const { value, metadata } = this.#given ?? this.entry;
      if (this.key.length === 0 || !isAll(TOKEN, this.key) || typeof value !== "string") return undefined;
      if (value.length > BYTE_LIMIT) return undefined;
      const properties = typeof metadata === "object" ? metadata.toString() : "";
      return `${this.key}=${encodeURIComponent(value.toWellFormed())}${propertiesText(properties)}`;
    } catch {
      return undefined;
    }
  }
}

/** One that cannot be read has no value, and stays here. */
function copyOf(entry: BaggageEntry): BaggageEntry {
  try {
    return { ...entry };
  } catch {
    return {} as BaggageEntry;
  }
}

/** Metadata goes out as it came, but for what is no property: `key` or `key=value`, with semicolons between. */
function propertiesText(properties: string): string {
  if (properties === "") return "";
  const kept = properties.split(";").filter(isProperty);
  return kept.length === 0 ? "" : `;${kept.join(";")}`;
}

function isProperty(property: string): boolean {
  const equals = property.indexOf("=");
  const key = trimmed(equals < 0 ? property : property.slice(0, equals));
  const value = equals < 0 ? "" : trimmed(property.slice(equals + 1));
  return key !== "" && isAll(TOKEN, key) && isAll(OCTET, value);
}

/** HOT. Octets that are no UTF-8 become U+FFFD, as the specification asks; decodeURIComponent would throw. */
function percentDecode(value: string): string {
  let [text, from] = ["", 0];
  for (let at = value.indexOf("%"); at >= 0; at = value.indexOf("%", from)) {
    const octet = octetAt(value, at + 1);
    if (octet < 0 || octet > LAST_OF_ASCII) return decodeOctets(value);
    text += value.slice(from, at) + String.fromCharCode(octet);
    from = at + 3;
  }
  return text + value.slice(from);
}

const LAST_OF_ASCII = 0x7f;

function decodeOctets(value: string): string {
  return value.replace(/(?:%[0-9a-fA-F]{2})+/g, (octets) =>
    Buffer.from(octets.replaceAll("%", ""), "hex").toString(),
  );
}
