import { type BaggageEntry, baggageEntryMetadataFromString, propagation } from "@opentelemetry/api";
import { expect } from "chai";
import * as fc from "fast-check";
import { formatBaggage, parseBaggage } from "../../src/propagation/baggage.ts";
import { interruptible } from "./interruptible.ts";

const parsed = (header: string): Record<string, string> | undefined => {
  const entries = parseBaggage(header)?.getAllEntries();
  return entries && Object.fromEntries(entries.map(([key, { value }]) => [key, value]));
};

const formatted = (entries: Record<string, string | BaggageEntry>): string =>
  formatBaggage(
    propagation.createBaggage(
      Object.fromEntries(
        Object.entries(entries).map(([key, entry]) => [
          key,
          typeof entry === "string" ? { value: entry } : entry,
        ]),
      ),
    ),
  );

const roundTrip = (header: string) => formatBaggage(parseBaggage(header) ?? propagation.createBaggage());

const members = (count: number): string[] => Array.from({ length: count }, (_, each) => `k${each}=${each}`);

const formattedMembers = (count: number): string =>
  formatted(Object.fromEntries(Array.from({ length: count }, (_, each) => [`k${each}`, "v"])));

/** The grammar of a baggage header, as the specification has it, without optional whitespace. */
const TOKEN = "[!#$%&'*+\\-.^_`|~0-9A-Za-z]+";
const VALUE = "[\\x21\\x23-\\x2b\\x2d-\\x3a\\x3c-\\x5b\\x5d-\\x7e]*";
const OWS = "[ \\t]*";
const PROPERTY = `${OWS};${OWS}${TOKEN}${OWS}(?:=${OWS}${VALUE})?`;
const MEMBER = `${TOKEN}${OWS}=${OWS}${VALUE}(?:${PROPERTY})*`;
const HEADER = new RegExp(`^${MEMBER}(?:${OWS},${OWS}${MEMBER})*${OWS}$`);

describe("a baggage header that comes in", () => {
  it("holds members, with or without space around their parts", () => {
    expect(parsed("userId=alice,serverNode=DF%2028")).to.deep.equal({ userId: "alice", serverNode: "DF 28" });
    expect(parsed("userId =   alice , \tserverNode\t= DF%2028")).to.deep.equal({
      userId: "alice",
      serverNode: "DF 28",
    });
  });

  it("may have equals signs in values, and empty values", () => {
    expect(parsed("a=b=c==,d=,e==")).to.deep.equal({ a: "b=c==", d: "", e: "=" });
  });

  it("may have any token for a key, which is taken as it is", () => {
    const key = "!#$%&'*+-.^_`|~09AZaz";
    expect(parsed(`${key}=1,a%20b=2`)).to.deep.equal({ [key]: "1", "a%20b": "2" });
    expect(Object.keys(parsed("__proto__=1,constructor=2") ?? {})).to.include("constructor");
    expect(parseBaggage("__proto__=1")?.getEntry("__proto__")?.value).to.equal("1");
  });

  it("loses members that have no token for a key, or no equals sign, and no others", () => {
    for (const malformed of ["", " ", "a", "=1", "a b=1", "(a)=1", "é=1", ";a=1", '"a"=1']) {
      expect(parsed(`x=1,${malformed},y=2`), malformed).to.deep.equal({ x: "1", y: "2" });
    }
  });

  it("knows spaces and tabs alone as space around a key", () => {
    for (const space of ["\n", "\r", "\v", "\u00a0", "\ufeff"]) {
      expect(parsed(`x=1,${space}a=1,b${space}=1,y=2`), JSON.stringify(space)).to.deep.equal({
        x: "1",
        y: "2",
      });
    }
  });

  it("is nothing where nothing in it is usable", () => {
    for (const header of ["", ",", "a", "=1", ";;;", "\u0000"]) expect(parsed(header)).to.equal(undefined);
  });

  it("keeps the last of two equal keys", () => {
    expect(parsed("a=1,b=2,a=3")).to.deep.equal({ a: "3", b: "2" });
  });

  it("keeps metadata as one text for each member", () => {
    const baggage = parseBaggage("a=1;p1;p2=v2 ; p3 = v3,b=2,c=3;");
    expect(baggage?.getEntry("a")?.metadata?.toString()).to.equal("p1;p2=v2 ; p3 = v3");
    expect(baggage?.getEntry("a")?.value).to.equal("1");
    expect(baggage?.getEntry("b")?.metadata).to.equal(undefined);
    expect(baggage?.getEntry("c")?.metadata).to.equal(undefined);
  });

  for (const [encoded, value] of [
    ["%41%C3%A9%e2%82%ac%F0%9F%99%82", "Aé€🙂"],
    ["100%25", "100%"],
    ["a%0D%0Ab", "a\r\nb"],
    ["%ff", "\ufffd"],
    ["a%C3b", "a\ufffdb"],
    ["%E2%82", "\ufffd"],
    ["%C0%80", "\ufffd\ufffd"],
    ["%", "%"],
    ["%4", "%4"],
    ["%zz", "%zz"],
    ["%41%zz%42", "A%zzB"],
    ["a+b", "a+b"],
  ] as const) {
    it(`decodes ${encoded}, and never throws`, () => {
      expect(parsed(`a=${encoded}`)).to.deep.equal({ a: value });
    });
  }

  it("keeps the 180th member, leaves out the 181st", () => {
    expect(Object.keys(parsed(members(180).join(",")) ?? {})).to.have.lengthOf(180);
    expect(Object.keys(parsed(members(181).join(",")) ?? {}))
      .to.have.lengthOf(180)
      .and.not.to.include("k180");
  });

  it("keeps 8,192 characters, and whole members of what is longer", () => {
    const first = `a=${"1".repeat(4000)}`;
    const upTo = (length: number) => parsed(`${first},b=${"2".repeat(length - first.length - 3)}`);
    expect(Object.keys(upTo(8192) ?? {})).to.deep.equal(["a", "b"]);
    expect(Object.keys(upTo(8193) ?? {})).to.deep.equal(["a"]);
    expect(parsed(`a=${"1".repeat(8190)}`))
      .to.have.property("a")
      .with.lengthOf(8190);
    expect(parsed(`a=${"1".repeat(8190)},b=2`)).to.have.all.keys("a");
    expect(parsed(`a=${"1".repeat(8191)}`)).to.equal(undefined);
    expect(parsed(`${first},b=${"2".repeat(4_200)},c=3`)).to.have.all.keys("a", "c");
  });

  it("keeps 8,192 characters without the spaces around its parts, for they are not sent on", () => {
    const long = Array.from({ length: 64 }, (_, each) => `key${each + 10}=${"v".repeat(121)}`);
    expect(long.join(",")).to.have.lengthOf(8_191);
    for (const separator of [",", ", ", "\t,\t", ` ,${" ".repeat(100)}`])
      expect(roundTrip(long.join(separator)), separator).to.equal(long.join(","));
    expect(parsed(`a=1,${" ".repeat(20_000)}b=2`)).to.have.all.keys("a");
  });

  for (const [what, header] of Object.entries({
    commas: ",".repeat(1_000_000),
    semicolons: `a=1${";".repeat(1_000_000)}`,
    "equals signs": "=".repeat(1_000_000),
    "percent signs": `a=${"%".repeat(1_000_000)}`,
    octets: `a=${"%ff".repeat(300_000)}`,
    spaces: `a=${" ".repeat(1_000_000)}`,
    members: members(120_000).join(","),
  })) {
    it(`of a million characters does not hang: ${what}`, () => {
      expect(interruptible(() => parseBaggage(header)?.getAllEntries().length ?? 0)).to.be.lessThan(181);
    });
  }
});

const received = () => parseBaggage("a=1,b=2;p,c=%ff") ?? expect.fail("no baggage");

describe("baggage that came in", () => {
  it("can be added to, changed and left out of: the rest goes on as it came, in its order", () => {
    expect(formatBaggage(received().setEntry("d", { value: "4" }))).to.equal("a=1,b=2;p,c=%ff,d=4");
    expect(formatBaggage(received().setEntry("b", { value: "5" }))).to.equal("a=1,b=5,c=%ff");
    expect(formatBaggage(received().removeEntry("b"))).to.equal("a=1,c=%ff");
    expect(formatBaggage(received().removeEntry("other"))).to.equal("a=1,b=2;p,c=%ff");
    expect(formatBaggage(received().removeEntries("a", "c", "other"))).to.equal("b=2;p");
    expect(formatBaggage(received().clear())).to.equal("");
    expect(received().clear().getAllEntries()).to.deep.equal([]);
  });

  it("does not change itself", () => {
    const own = received();
    own.setEntry("a", { value: "9" });
    own.removeEntries("a", "b");
    own.clear();
    expect(formatBaggage(own)).to.equal("a=1,b=2;p,c=%ff");
  });
});

describe("a baggage header that goes out", () => {
  it("holds each entry with its metadata", () => {
    const metadata = baggageEntryMetadataFromString("p1;p2=v2");
    expect(formatted({ a: "1", b: { value: "2", metadata }, c: "" })).to.equal("a=1,b=2;p1;p2=v2,c=");
  });

  it("is empty where there is nothing to send", () => {
    expect(formatted({})).to.equal("");
  });

  it("has percent-encoded values", () => {
    expect(formatted({ a: 'é "€",;\\% =' })).to.equal("a=%C3%A9%20%22%E2%82%AC%22%2C%3B%5C%25%20%3D");
    expect(formatted({ a: "a\r\nx-injected: 1\u0000" })).to.equal("a=a%0D%0Ax-injected%3A%201%00");
  });

  it("has U+FFFD for half a surrogate pair", () => {
    expect(formatted({ a: "x\ud800y" })).to.equal("a=x%EF%BF%BDy");
  });

  it("leaves out keys that are no token, and no others", () => {
    for (const key of ["", "a b", "a,b", "a=b", "a;b", "é", "a\r\nb", '"a"', "a\u0000"]) {
      expect(formatted({ x: "1", [key]: "2", y: "3" }), key).to.equal("x=1,y=3");
    }
  });

  it("costs only the entry whose value is no text", () => {
    for (const value of [5, null, undefined, {}, Symbol("value")])
      expect(formatted({ x: "1", broken: { value: value as string }, y: "3" })).to.equal("x=1,y=3");
  });

  for (const [what, entry] of Object.entries<unknown>({
    "an entry that is null": null,
    "an entry whose metadata throws": {
      value: "2",
      metadata: {
        toString: () => {
          throw new Error("on purpose");
        },
      },
    },
    "an entry whose metadata is no text": { value: "2", metadata: { toString: () => 5 } },
  })) {
    it(`costs no other entry for ${what}`, () => {
      expect(formatted({ x: "1", broken: entry as BaggageEntry, y: "3" })).to.equal("x=1,y=3");
    });
  }

  for (const [what, text] of Object.entries({
    spaces: `p=${" ".repeat(1_000_000)}"`,
    "spaces after a key": `p${" ".repeat(1_000_000)}"`,
    "a key": `${"p".repeat(1_000_000)}"`,
    semicolons: ";".repeat(1_000_000),
  })) {
    it(`with metadata of a million characters does not hang: ${what}`, () => {
      const metadata = baggageEntryMetadataFromString(text);
      expect(interruptible(() => formatted({ a: { value: "1", metadata } }))).to.equal("a=1");
    });
  }

  it("costs only the metadata that could end the member or the header", () => {
    for (const text of ["a,b=2", "a\r\nx: 1", "\u0000", "é", ""]) {
      const metadata = baggageEntryMetadataFromString(text);
      expect(formatted({ a: { value: "1", metadata }, b: "2" }), text).to.equal("a=1,b=2");
    }
  });

  it("has at most 180 members", () => {
    expect(formattedMembers(180).split(",")).to.have.lengthOf(180);
    expect(formattedMembers(181)).to.equal(formattedMembers(180));
  });

  it("has at most 8,192 characters, of whole members", () => {
    const first = `a=${"1".repeat(4000)}`;
    const upTo = (length: number) =>
      formatted({ a: "1".repeat(4000), b: "2".repeat(length - first.length - 3) });
    expect(upTo(8192)).to.have.lengthOf(8192);
    expect(upTo(8193)).to.equal(first);
    expect(formatted({ big: "é".repeat(3000), small: "1" })).to.equal("small=1");
  });

  it("is well-formed and comes back, whatever the entries are", () => {
    const unit = "binary";
    fc.assert(
      fc.property(
        fc.dictionary(fc.string({ unit, maxLength: 5 }), fc.string({ unit, maxLength: 20 })),
        (entries) => {
          const header = formatted(entries);
          if (header !== "") expect(header).to.match(HEADER);
          const back = parsed(header) ?? {};
          for (const [key, value] of Object.entries(back))
            expect(value).to.equal(entries[key]?.toWellFormed());
          expect(Object.keys(back).length).to.equal(
            Object.keys(entries).filter((key) => new RegExp(`^${TOKEN}$`).test(key)).length,
          );
        },
      ),
    );
  });

  it("is well-formed whatever the metadata is", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom(...'ab=; "\\%,\t(é'.split("")), maxLength: 8 }),
        (text) => {
          const header = formatted({ a: { value: "1", metadata: baggageEntryMetadataFromString(text) } });
          expect(header).to.match(HEADER);
        },
      ),
    );
  });

  it("keeps what is no property to itself, and what is no text", () => {
    for (const property of ["k=a = b", "k=a=b= c", "k =a b", "=1"])
      expect(roundTrip(`x=1;${property}`), property).to.equal("x=1");
    expect(roundTrip("x=1;k=a=b;l")).to.equal("x=1;k=a=b;l");
    const crlf = { length: 0, toString: () => "a\r\nb" } as unknown as string;
    const own = parseBaggage("x=1");
    for (const key of [[] as unknown as string, crlf, ""])
      expect(formatBaggage(own?.setEntry(key, { value: "v" }) ?? propagation.createBaggage())).to.equal(
        "x=1",
      );
    for (const entry of [undefined, null, {}] as unknown as BaggageEntry[])
      expect(formatBaggage(own?.setEntry("k", entry) ?? propagation.createBaggage())).to.equal("x=1");
  });

  it("does not change with an entry that is changed after it was set", () => {
    const entry = { value: "1" };
    const baggage = parseBaggage("x=1")?.setEntry("k", entry);
    entry.value = "2";
    expect(baggage?.getEntry("k")?.value).to.equal("1");
  });
});
