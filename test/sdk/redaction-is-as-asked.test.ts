import { expect } from "chai";
import type { RedactionOptions } from "../../src/core/redaction.ts";
import { readEnvironment } from "../../src/sdk/environment.ts";
import { resolveSettings } from "../../src/sdk/settings.ts";
import { settingsFor } from "../../src/sdk/build.ts";
import { forgetWhatWasTold, silently } from "../stderr.ts";

const redactorOf = (redact?: false | RedactionOptions) =>
  resolveSettings(redact === undefined ? {} : { redact }, readEnvironment({})).redactor;

/** What is told of an option that is none, and what its redactor does all the same. */
function misread(redact: unknown): { told: string; left: unknown } {
  let left: unknown;
  const told = silently(() => {
    left = redactorOf(redact as RedactionOptions)?.redact("password", "abc");
  });
  return { told, left };
}

/** With a property that throws. */
function unreadable<Of extends object>(of: Of, name: string): Of {
  return Object.defineProperty(of, name, {
    enumerable: true,
    get: () => {
      throw new Error("on purpose");
    },
  });
}

describe("start({ redact })", () => {
  beforeEach(forgetWhatWasTold);

  it("is on unless it is false", () => {
    expect(redactorOf(false)).to.equal(undefined);
    for (const redact of [undefined, {}, { keys: [] }])
      expect(redactorOf(redact)?.redact("password", "abc")).to.equal("REDACTED");
  });

  it("adds to what is known", () => {
    const redactor = redactorOf({ keys: ["email", /^pii/], values: [/cust-\d+/], allow: ["push.token"] });
    expect(
      redactor?.attributes({ "a.email": "a", pii: "b", note: "cust-1", "push.token": "c", token: "d" }),
    ).to.deep.equal({
      "a.email": "REDACTED",
      pii: "REDACTED",
      note: "REDACTED",
      "push.token": "c",
      token: "REDACTED",
    });
  });

  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  const list = Proxy.revocable([], {});
  list.revoke();
  const NONSENSE: Readonly<Record<string, unknown>> = {
    true: true,
    "null keys": { keys: null },
    "a text": "password",
    "a list": ["password"],
    "another name": { key: ["password"] },
    "keys that are no list": { keys: "email" },
    "keys of another kind": { keys: [5, null, {}, ""] },
    "a key without a word": { keys: ["_.-"] },
    "patterns that are texts": { values: ["cust"] },
    "patterns that only look so": { values: [{ source: "a", flags: "", [Symbol.replace]: () => "" }] },
    "keys to allow that are patterns": { allow: [/a/] },
    "a revoked proxy": proxy,
    "a revoked list": { keys: list.proxy },
    "a getter that throws": Object.defineProperty({}, "keys", {
      enumerable: true,
      get: () => {
        throw new Error("on purpose");
      },
    }),
    "a pattern that throws": {
      values: [
        Object.defineProperty(/a/, "source", {
          get: () => {
            throw new Error("on purpose");
          },
        }),
      ],
    },
  };
  for (const [what, redact] of Object.entries(NONSENSE)) {
    it(`tells of ${what}, and redacts all the same`, () => {
      const { told, left } = misread(redact);
      expect(told).to.match(/^throughline: redact.*it is false or \{ keys: texts and patterns/);
      expect(left).to.equal("REDACTED");
    });
  }

  it("does so where no option can be read", () => {
    const options = Object.defineProperty({}, "service", {
      get: () => {
        throw new Error("on purpose");
      },
    });
    silently(() => expect(settingsFor(options).redactor?.redact("password", "abc")).to.equal("REDACTED"));
  });

  it("keeps what can be read of a list", () => {
    silently(() => {
      const redactor = redactorOf({
        keys: ["email", 5 as never, /^pii/],
        values: ["no" as never, /cust-\d/],
      });
      expect(redactor?.redact("email", "a")).to.equal("REDACTED");
      expect(redactor?.redact("pii", "a")).to.equal("REDACTED");
      expect(redactor?.text("of cust-1")).to.equal("of REDACTED");
    });
  });

  it("keeps what can be read beside a part, or a pattern, that cannot", () => {
    silently(() => {
      const unread = redactorOf(unreadable({ keys: ["email"], values: [/cust-\d/] }, "allow"));
      expect(unread?.redact("email", "a")).to.equal("REDACTED");
      expect(unread?.text("of cust-1")).to.equal("of REDACTED");
      const values = [/cust-\d/, unreadable(/a/, "source"), /pii-\d/];
      const broken = redactorOf({ keys: ["email"], values });
      expect(broken?.redact("email", "a")).to.equal("REDACTED");
      expect(broken?.text("of cust-1, pii-2")).to.equal("of REDACTED, REDACTED");
    });
  });
});
