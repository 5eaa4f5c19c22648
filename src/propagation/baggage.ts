import type { Baggage } from "@opentelemetry/api";
import { BYTE_LIMIT, MEMBER_LIMIT, READ_LIMIT } from "./baggage-limits.ts";
import { BaggageMember } from "./baggage-member.ts";
import { formatMembers, MemberBaggage, placeOf } from "./member-baggage.ts";

/**
 * A `baggage` header as Baggage; undefined where nothing in it is usable. Malformed members are left out, and so
 * is what is more than 8,192 characters or 180 members; the right-most of two equal keys wins.  (W3C Baggage)
 */
export function parseBaggage(header: string): MemberBaggage | undefined {
  const text = withinLimit(header);
  const members: BaggageMember[] = [];
  let [count, length] = [0, -1];
  for (let from = 0; from < text.length && count < MEMBER_LIMIT;) {
    const comma = text.indexOf(",", from);
    const to = comma < 0 ? text.length : comma;
    const member = BaggageMember.parse(text, from, to);
    from = to + 1;
    // Each but the first has a comma before it.
    if (member === undefined || length + 1 + member.length > BYTE_LIMIT) continue;
    length += 1 + member.length;
    count++;
    const earlier = placeOf(members, member.key);
    if (earlier < 0) members.push(member);
    else members[earlier] = member;
  }
  return count === 0 ? undefined : new MemberBaggage(members);
}

/** The header for a baggage; empty if there is nothing to send. An entry that no header can carry stays here. */
export function formatBaggage(baggage: Baggage): string {
  if (baggage instanceof MemberBaggage) return baggage.header;
  return formatMembers(membersOf(baggage));
}

/** One by one, for there may be more than a header holds. */
function* membersOf(baggage: Baggage): Iterable<BaggageMember> {
  for (const [key, entry] of baggage.getAllEntries()) yield BaggageMember.of(key, entry);
}

function withinLimit(header: string): string {
  if (header.length <= READ_LIMIT) return header;
  // Whole members only: what the limit cuts in two is left out.
  return header.slice(0, Math.max(header.lastIndexOf(",", READ_LIMIT), 0));
}
