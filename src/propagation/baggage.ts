import {
  type Baggage,
  type BaggageEntry,
  baggageEntryMetadataFromString,
  propagation,
} from "@opentelemetry/api";

/** What a baggage header may hold in all.  (W3C Baggage, 3.3.2: the limits that every platform must carry) */
const BYTE_LIMIT = 8192;
const MEMBER_LIMIT = 180;

const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

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
    const key = pair.slice(0, Math.max(equals, 0)).trim();
    if (!TOKEN.test(key)) continue;
    if (++count > MEMBER_LIMIT) break;
    const value = percentDecode(pair.slice(equals + 1).trim());
    const metadata = rest.join(";").trim();
    entries[key] =
      metadata === "" ? { value } : { value, metadata: baggageEntryMetadataFromString(metadata) };
  }
  return count === 0 ? undefined : propagation.createBaggage(entries);
}

/** The header for a baggage; empty if there is nothing to send. Members with a key that is no token stay here. */
export function formatBaggage(baggage: Baggage): string {
  const members: string[] = [];
  let length = 0;
  for (const [key, { value, metadata }] of baggage.getAllEntries()) {
    if (!TOKEN.test(key) || members.length === MEMBER_LIMIT) continue;
    const member = `${key}=${encodeURIComponent(value.toWellFormed())}${properties(metadata?.toString() ?? "")}`;
    if (length + member.length + 1 > BYTE_LIMIT) continue;
    length += member.length + 1;
    members.push(member);
  }
  return members.join(",");
}

/** Metadata goes out as it came, unless it could end the member or the header. */
function properties(metadata: string): string {
  return /^[\x20-\x2b\x2d-\x7e]+$/.test(metadata) ? `;${metadata}` : "";
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
