import type { Baggage, BaggageEntry } from "@opentelemetry/api";
import { BYTE_LIMIT, MEMBER_LIMIT } from "./baggage-limits.ts";
import { BaggageMember } from "./baggage-member.ts";

type Members = readonly BaggageMember[];

/**
 * Baggage that came with a request, or was made from it: immutable, so its header is made once. Values are decoded when
 * they are asked for.  (Specification: Baggage API)
 */
export class MemberBaggage implements Baggage {
  /** No two of them with the same key: there are few, and a list of them costs less than a map. */
  readonly #members: Members;
  #header: string | undefined;

  constructor(members: Members) {
    this.#members = members;
  }

  get header(): string {
    return (this.#header ??= formatMembers(this.#members));
  }

  getEntry(key: string): BaggageEntry | undefined {
    return this.#members[placeOf(this.#members, key)]?.entry;
  }

  getAllEntries(): [string, BaggageEntry][] {
    return this.#members.map(({ key, entry }) => [key, entry]);
  }

  setEntry(key: string, entry: BaggageEntry): Baggage {
    const member = BaggageMember.of(key, entry);
    const place = placeOf(this.#members, key);
    return new MemberBaggage(
      place < 0
        ? [...this.#members, member]
        : this.#members.map((each, at) => (at === place ? member : each)),
    );
  }

  removeEntry(key: string): Baggage {
    return this.removeEntries(key);
  }

  removeEntries(...keys: string[]): Baggage {
    return new MemberBaggage(this.#members.filter((member) => !keys.includes(member.key)));
  }

  clear(): Baggage {
    return new MemberBaggage([]);
  }
}

/** Where the member of a key is; -1 where there is none. */
export function placeOf(members: Members, key: string): number {
  for (let place = 0; place < members.length; place++) if (members[place]?.key === key) return place;
  return -1;
}

/** The header of these members; one that is too much, or that no header can carry, is left out. */
export function formatMembers(members: Iterable<BaggageMember>): string {
  let header = "";
  let count = 0;
  for (const { text } of members) {
    // The comma that each member but the first has before it.
    const length = header.length + (header === "" ? 0 : 1) + (text?.length ?? 0);
    if (text === undefined || length > BYTE_LIMIT) continue;
    header = header === "" ? text : `${header},${text}`;
    if (++count === MEMBER_LIMIT) break;
  }
  return header;
}
