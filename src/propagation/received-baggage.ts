import type { Baggage, BaggageEntry } from "@opentelemetry/api";
import { BaggageMember } from "./baggage-member.ts";

type Members = readonly BaggageMember[];
type Format = (members: Members) => string;

/**
 * Baggage as a request brings it and sends it on: immutable, so its header is made once. Values are decoded when they
 * are asked for.  (Specification: Baggage API)
 */
export class ReceivedBaggage implements Baggage {
  /** No two of them with the same key: there are few, and a list of them costs less than a map. */
  readonly #members: Members;
  readonly #format: Format;
  #header: string | undefined;

  constructor(members: Members, format: Format) {
    this.#members = members;
    this.#format = format;
  }

  get header(): string {
    return (this.#header ??= this.#format(this.#members));
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
    return this.#with(
      place < 0
        ? [...this.#members, member]
        : this.#members.map((each, at) => (at === place ? member : each)),
    );
  }

  removeEntry(key: string): Baggage {
    return this.removeEntries(key);
  }

  removeEntries(...keys: string[]): Baggage {
    return this.#with(this.#members.filter((member) => !keys.includes(member.key)));
  }

  clear(): Baggage {
    return this.#with([]);
  }

  #with(members: Members): Baggage {
    return new ReceivedBaggage(members, this.#format);
  }
}

/** Where the member of a key is; -1 where there is none. */
export function placeOf(members: Members, key: string): number {
  for (let place = 0; place < members.length; place++) if (members[place]?.key === key) return place;
  return -1;
}
