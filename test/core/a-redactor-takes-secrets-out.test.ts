import { expect } from "chai";
import type { AnyValue } from "../../src/core/attribute-value.ts";
import { Redactor, type RedactionOptions } from "../../src/core/redaction.ts";

const list = (attributes: AnyValue[], options?: RedactionOptions): AnyValue[] => {
  new Redactor(options).list(attributes);
  return attributes;
};

describe("a redactor", () => {
  it("takes out what has the key of a secret, whatever it is, and leaves booleans and null", () => {
    const bytes = new Uint8Array([1, 2]);
    expect(list(["password", "abc", "cvv", 123, "token", bytes, "cookie", ["a=b", "c=d"]])).to.deep.equal([
      "password",
      "REDACTED",
      "cvv",
      "REDACTED",
      "token",
      "REDACTED",
      "cookie",
      ["REDACTED"],
    ]);
    expect(list(["credentials", { user: "a" }, "password", true, "secret", null])).to.deep.equal([
      "credentials",
      "REDACTED",
      "password",
      true,
      "secret",
      null,
    ]);
  });

  it("looks into arrays and maps, and changes nobody's", () => {
    const inner = Object.freeze({ password: "abc", list: Object.freeze(["Bearer abc123456", 1, null]) });
    const attributes = Object.freeze({ user: inner, clean: Object.freeze({ a: 1 }) });
    const redactor = new Redactor();
    const value = redactor.value(attributes);
    expect(value).to.deep.equal({
      user: { password: "REDACTED", list: ["Bearer REDACTED", 1, null] },
      clean: { a: 1 },
    });
    expect(inner.password).to.equal("abc");
    expect(redactor.value(value)).to.equal(value);
  });

  it("gives back what has no secret, the same object", () => {
    const redactor = new Redactor();
    const attributes = { "url.full": "https://shop.test/", list: ["a", "b"], size: 3 };
    expect(redactor.attributes(attributes)).to.equal(attributes);
    for (const value of ["a text", 5, true, null, new Uint8Array(2), [1, "a", null], { a: { b: ["c"] } }])
      expect(redactor.value(value)).to.equal(value);
  });

  it("knows a command's arguments", () => {
    const args = ["node", "app.js", "--token", "abc", "--password=x", "--token", "--verbose", "-p", "abc"];
    expect(new Redactor().redact("process.command_args", args)).to.deep.equal([
      "node",
      "app.js",
      "--token",
      "REDACTED",
      "--password=REDACTED",
      "--token",
      "--verbose",
      "-p",
      "abc",
    ]);
  });

  it("leaves what is counted or measured, and where a shell is", () => {
    const attributes = { token: 52, cookie: 3, "authorization.ms": 3, env: { PWD: "/app", OLDPWD: "/" } };
    expect(new Redactor().value(attributes)).to.equal(attributes);
    expect(new Redactor().value({ otp: 123456, PWD: "abc" })).to.deep.equal({
      otp: "REDACTED",
      PWD: "REDACTED",
    });
  });

  it("knows options with dots, and lists of pairs", () => {
    const redactor = new Redactor();
    expect(redactor.value(["--db.password", "hunter2"])).to.deep.equal(["--db.password", "REDACTED"]);
    expect(redactor.value([["password", "x"]])).to.deep.equal([["password", "REDACTED"]]);
    const raw = ["host", "a", "x-api-key", "hunter2"];
    expect(redactor.value(raw)).to.deep.equal(["host", "a", "x-api-key", "REDACTED"]);
    const names = ["email", "password", "name"];
    expect(redactor.value(names)).to.equal(names);
  });

  it("takes secrets out of keys", () => {
    const redactor = new Redactor();
    expect(redactor.value({ a: "b", "Bearer hunter22": 1 })).to.deep.equal({ a: "b", "Bearer REDACTED": 1 });
    expect(list(["Bearer hunter22", 1])).to.deep.equal(["Bearer REDACTED", 1]);
    const allowed = { "token=abc": 1 };
    expect(new Redactor({ allow: ["token=abc"] }).value(allowed)).to.equal(allowed);
  });

  it("keeps a map's key of any name", () => {
    const map = JSON.parse('{"__proto__": {"password": "abc"}, "a": 1}') as { [key: string]: AnyValue };
    expect(JSON.stringify(new Redactor().value(map))).to.equal('{"__proto__":{"password":"REDACTED"},"a":1}');
  });

  it("says the same of a text each time, also of one among many", () => {
    const redactor = new Redactor();
    for (let round = 0; round < 3; round++)
      for (let index = 0; index < 100; index++) {
        expect(redactor.redact("url.full", `https://shop.test/${index}`)).to.equal(
          `https://shop.test/${index}`,
        );
        expect(redactor.redact("url.full", `/?page=${index}&token=${index}`)).to.equal(
          `/?page=${index}&token=REDACTED`,
        );
        expect(redactor.name(`GET /${index}?token=abc`)).to.equal(`GET /${index}?token=REDACTED`);
      }
  });

  it("forgets keys that are made up, and goes on", () => {
    const redactor = new Redactor();
    for (let index = 0; index < 5_000; index++) {
      expect(redactor.redact(`password.${index}`, "abc")).to.equal("REDACTED");
      expect(redactor.redact(`page.${index}`, "abc")).to.equal("abc");
    }
  });

  it("takes keys and patterns more, and lets keys through whole", () => {
    const options: RedactionOptions = {
      keys: ["email", "card holder", /^pii\./],
      values: [/\bcust-\d+/],
      allow: ["push.token", "url.original"],
    };
    expect(
      list(
        [
          "user.email",
          "a@b.test",
          "cardHolder.name",
          "Ann",
          "pii.age",
          42,
          "note",
          "of cust-17, cust-18",

          "push.token",
          "abc",
          "url.original",
          "https://u:p@h/",
          "other.token",
          "abc",
        ],
        options,
      ),
    ).to.deep.equal([
      "user.email",
      "REDACTED",
      "cardHolder.name",
      "REDACTED",
      "pii.age",
      "REDACTED",
      "note",
      "of REDACTED, REDACTED",
      "push.token",
      "abc",
      "url.original",
      "https://u:p@h/",
      "other.token",
      "REDACTED",
    ]);
  });

  it("uses a pattern with a state, or one that finds nothing at all, as any other", () => {
    const keys = [/secretive/g, /^pii/y];
    const values = [/x1/y, /y2/g, /(?:)/];
    for (const pattern of [...keys, ...values]) pattern.lastIndex = 5;
    const redactor = new Redactor({ keys, values });
    for (let round = 0; round < 3; round++) {
      expect(redactor.redact(`secretive.${round}`, "a")).to.equal("REDACTED");
      expect(redactor.redact(`pii.${round}`, "a")).to.equal("REDACTED");
      expect(redactor.text("a x1 y2 y2")).to.equal("a REDACTED REDACTED REDACTED");
    }
    expect(keys[0]?.lastIndex).to.equal(5);
  });
});
