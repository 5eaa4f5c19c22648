import {
  type Baggage,
  type BaggageEntry,
  baggageEntryMetadataFromString,
  propagation,
} from "@opentelemetry/api";
import { trimOptionalWhitespace } from "./optional-whitespace.ts";

/** What a baggage header may hold in all.  (W3C Baggage, 3.3.2: the limits that every platform must carry) */
const BYTE_LIMIT = 8192;
const MEMBER_LIMIT = 180;

const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

const OCTETS = /^[\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]*$/;

/**
 * A `baggage` header as Baggage; undefined where nothing in it is usable. Malformed members are left out, and so
 * is whatever lies beyond 8,192 characters or 180 members; the right-most of two equal keys wins.  (W3C Baggage)
 */
export function parseBaggage(header: string): Baggage | undefined {
  const entries: Record<string, BaggageEntry> = Object.create(null) as Record<string, BaggageEntry>;
  let count = 0;
  for (const member of withinLimit(header).split(",")) {
    const [pair = "", ...rest] = member.split(";");
    const equals = pair.indexOf("=");
    const key = trimOptionalWhitespace(pair.slice(0, Math.max(equals, 0)));
    if (!TOKEN.test(key)) continue;
    if (++count > MEMBER_LIMIT) break;
    const value = percentDecode(trimOptionalWhitespace(pair.slice(equals + 1)));
    const metadata = trimOptionalWhitespace(rest.join(";"));
    entries[key] =
      metadata === "" ? { value } : { value, metadata: baggageEntryMetadataFromString(metadata) };
  }
  return count === 0 ? undefined : propagation.createBaggage(entries);
}

/** The header for a baggage; empty if there is nothing to send. An entry that no header can carry stays here. */
export function formatBaggage(baggage: Baggage): string {
  const members: string[] = [];
  // The comma that each member but the first has before it.
  let length = -1;
  for (const [key, entry] of baggage.getAllEntries()) {
    const member = formatMember(key, entry);
    if (member === undefined || members.length === MEMBER_LIMIT || length + 1 + member.length > BYTE_LIMIT)
      continue;
    length += 1 + member.length;
    members.push(member);
  }
  return members.join(",");
}

function formatMember(key: string, entry: BaggageEntry): string | undefined {
  try {
    if (!TOKEN.test(key) || typeof entry.value !== "string") return undefined;
    return `${key}=${encodeURIComponent(entry.value.toWellFormed())}${formatProperties(entry.metadata)}`;
  } catch {
    return undefined;
  }
}

/** Metadata goes out as it came, if all of it is properties: `key` or `key=value`, with semicolons between. */
function formatProperties(metadata: BaggageEntry["metadata"]): string {
  const properties = typeof metadata === "object" ? metadata.toString() : "";
  return properties !== "" && properties.split(";").every(isProperty) ? `;${properties}` : "";
}

function isProperty(property: string): boolean {
  const [key = "", ...value] = property.split("=").map(trimOptionalWhitespace);
  return TOKEN.test(key) && OCTETS.test(value.join("="));
}

function withinLimit(header: string): string {
  if (header.length <= BYTE_LIMIT) return header;
  // Whole members only: what the limit cuts in two is left out.
  return header.slice(0, Math.max(header.lastIndexOf(",", BYTE_LIMIT), 0));
}

/** Octets that are no UTF-8 become U+FFFD, as the specification asks; decodeURIComponent would throw. */
function percentDecode(value: string): string {
  if (!value.includes("%")) return value;
  return value.replace(/(?:%[0-9a-fA-F]{2})+/g, (octets) =>
    Buffer.from(octets.replaceAll("%", ""), "hex").toString(),
  );
}
