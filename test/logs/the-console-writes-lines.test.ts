import { expect } from "chai";
import { setImmediate as turn } from "node:timers/promises";
import { jsonLogger } from "../../src/logs/json-logger.ts";
import { logConsole } from "../../src/logs/log-console.ts";
import { logFields } from "../../src/logs/log-fields.ts";
import { testTelemetry } from "../../src/testing/test-telemetry.ts";
import { withSpan } from "../../src/trace/span-helpers.ts";

const METHODS = ["log", "info", "warn", "error", "debug"] as const;

function kept(): {
  readonly lines: Record<string, unknown>[];
  readonly logger: ReturnType<typeof jsonLogger>;
} {
  const lines: Record<string, unknown>[] = [];
  const write = (line: string): void => void lines.push(JSON.parse(line) as Record<string, unknown>);
  return { lines, logger: jsonLogger({ level: "debug", write }) };
}

function redirected(logger: ReturnType<typeof jsonLogger>, fn: () => void): void {
  using _ = logConsole(logger);
  fn();
}

function descriptors(): unknown[] {
  return METHODS.map((method) => Object.getOwnPropertyDescriptor(console, method));
}

/** What `console.log` prints while `fn` runs, in its place. */
function printedBy(fn: () => void): unknown[][] {
  const log = console.log;
  const printed: unknown[][] = [];
  console.log = (...values) => void printed.push(values);
  try {
    fn();
  } finally {
    console.log = log;
  }
  return printed;
}

describe("the console while its lines are a logger's", () => {
  it(
    "says where each line belongs, at the level of its method",
    testTelemetry(() => {
      const { lines, logger } = kept();
      using _ = logConsole(logger);
      withSpan("work", () => {
        for (const method of METHODS) console[method]("paid %d", 42, { to: "ann" });
        for (const line of lines)
          expect(line).to.include({ ...logFields(), message: "paid 42 { to: 'ann' }" });
      });
      expect(lines.map(({ level }) => level)).to.deep.equal(["info", "info", "warn", "error", "debug"]);
    }),
  );

  it("tells an error by its attributes, and one line of whatever is printed", () => {
    const { lines, logger } = kept();
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    const printed = [
      ["failed:", new RangeError("on purpose")],
      ["a\r\nb\u001b[31m\u2028"],
      [proxy, Symbol("s"), 5n],
      [],
    ];
    redirected(logger, () => {
      for (const values of printed) console.error(...values);
    });
    expect(lines[0]).to.include({ "exception.type": "RangeError", "exception.message": "on purpose" });
    expect(lines.map(({ message }) => String(message).slice(0, 7))).to.deep.equal([
      "failed:",
      "a\r\nb\u001b[3",
      "<Revoke",
      "",
    ]);
  });

  it("is restored exactly, also where it is nested", () => {
    const before = descriptors();
    const [outer, inner] = [kept(), kept()];
    redirected(outer.logger, () => {
      const between = descriptors();
      redirected(inner.logger, () => console.info("inner"));
      expect(descriptors()).to.deep.equal(between);
      console.info("outer");
    });
    expect(descriptors()).to.deep.equal(before);
    expect([outer.lines, inner.lines].map((lines) => lines.map(({ message }) => message))).to.deep.equal([
      ["outer"],
      ["inner"],
    ]);
  });

  it("leaves what somebody has put above it since, which then prints as before", () => {
    const { lines, logger } = kept();
    const printed = printedBy(() => {
      const ours = logConsole(logger);
      const below = console.log;
      const above = (...values: unknown[]): void => below("above", ...values);
      console.log = above;
      ours[Symbol.dispose]();
      expect(console.log).to.equal(above);
      console.log("said");
    });
    expect(printed).to.deep.equal([["above", "said"]]);
    expect(lines).to.deep.equal([]);
  });

  it("prints what the logger itself prints", () => {
    const printed = printedBy(() => {
      const logger = jsonLogger({ write: (line) => console.log(line.length > 0) });
      using _ = logConsole(logger);
      console.log("said");
      console.log("said");
    });
    expect(printed).to.deep.equal([[true], [true]]);
  });

  it("prints what the logger prints after it has waited, once", async () => {
    let printed = 0;
    const log = console.log;
    console.log = () => void printed++;
    const logger = jsonLogger({
      write: async () => {
        await turn();
        if (printed < 10) console.log("written");
      },
    });
    const ours = logConsole(logger);
    console.log("said");
    for (let times = 0; times < 5; times++) await turn();
    ours[Symbol.dispose]();
    console.log = log;
    expect(printed).to.equal(1);
  });

  it("goes on after a logger that throws", () => {
    const logger = Object.assign(kept().logger, {
      info: () => {
        throw new Error("on purpose");
      },
    });
    const { lines, logger: other } = kept();
    using _ = logConsole({ ...logger, warn: other.warn });
    expect(() => console.log("said")).to.throw("on purpose");
    console.warn("said");
    expect(lines).to.have.length(1);
  });
});
