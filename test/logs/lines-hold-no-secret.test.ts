import { expect } from "chai";
import { Context } from "../../src/context/context.ts";
import { runIn } from "../../src/context/current.ts";
import { Redactor, type RedactionOptions } from "../../src/core/redaction.ts";
import { jsonLogger } from "../../src/logs/json-logger.ts";
import { recording } from "../recording.ts";

/** The line of a logger where telemetry takes out what these options say, or nothing. */
function lineOf(
  fields: object,
  message: string,
  redact: RedactionOptions | false = {},
): Record<string, unknown> {
  const lines: string[] = [];
  const redactor = redact === false ? undefined : new Redactor(redact);
  const logger = jsonLogger({ write: (line) => void lines.push(line) }).child({ component: "shop" });
  runIn(new Context(undefined, { ...recording().providers, redactor }), () =>
    logger.error(message, fields as Record<string, unknown>),
  );
  expect(lines).to.have.length(1);
  const { time, level, ...line } = JSON.parse(lines[0] ?? "") as Record<string, unknown>;
  expect([typeof time, level]).to.deep.equal(["string", "error"]);
  return line;
}

describe("a line of our own logger", () => {
  it("holds no secret, by key or by look, in whatever place", () => {
    const line = lineOf(
      {
        password: "hunter2",
        headers: { authorization: "Bearer abcdef123456" },
        list: ["token=abc12345"],
        count: 3,
      },
      "order for password=hunter2 of https://ann:pa55@shop.test",
    );
    expect(line).to.deep.equal({
      message: "order for password=REDACTED of https://REDACTED:REDACTED@shop.test",
      component: "shop",
      password: "REDACTED",
      headers: { authorization: "REDACTED" },
      list: ["token=REDACTED"],
      count: 3,
    });
  });

  it("stays JSON, whatever is cut out of it", () => {
    const line = lineOf({ key: "-----BEGIN RSA PRIVATE KEY-----\nMIIE", after: "stays" }, "no end");
    expect(line).to.include({ after: "stays" });
    expect(JSON.stringify(line)).not.to.include("MIIE");
  });

  it("tells an error without the secret in it", () => {
    expect(
      lineOf(new Error("declined, token=sk_live_1234567890abcdef"), "failed")["exception.message"],
    ).to.equal("declined, token=REDACTED");
  });

  it("is as it was where nothing is to be taken out, or telemetry is none", () => {
    const fields = { amount: 42, note: "nothing: of that kind = here", at: "2026-11-30T23:00:00Z" };
    expect(lineOf(fields, "paid")).to.deep.equal({ message: "paid", component: "shop", ...fields });
    expect(lineOf({ password: "stays" }, "paid", false)).to.include({ password: "stays" });
  });

  it("is without what the options name, too", () => {
    const line = lineOf({ note: "for cust-42" }, "sent to cust-42", { values: [/cust-\d+/] });
    expect([line["note"], line["message"]]).to.deep.equal(["for REDACTED", "sent to REDACTED"]);
  });
});
