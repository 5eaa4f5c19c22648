import { context, ROOT_CONTEXT, trace } from "@opentelemetry/api";
import { expect } from "chai";
import { ContextVariable } from "../../src/context/context-variable.ts";
import { runIn } from "../../src/context/current.ts";
import { scope } from "../../src/context/open-scope.ts";
import { troubles } from "../../src/core/diagnostics.ts";
import { jsonLogger } from "../../src/logs/json-logger.ts";
import type { LogLevel } from "../../src/logs/level.ts";
import { logFields } from "../../src/logs/log-fields.ts";
import { currentRequest } from "../../src/request/current-request.ts";
import { operation } from "../../src/request/operation.ts";
import { testTelemetry } from "../../src/testing/test-telemetry.ts";
import { withSpan } from "../../src/trace/span-helpers.ts";
import { record } from "../recording.ts";
import { silently } from "../stderr.ts";
import { FORGED } from "./raw-line.ts";

const plan = new ContextVariable<string>("plan", { attribute: "test.log.plan" });
const forger = new ContextVariable<string>("forger", { attribute: "trace_id" });

function sayAll(logger: ReturnType<typeof jsonLogger>): void {
  for (const level of ["debug", "info", "warn", "error"] as const) logger[level](level);
}

function levels(level?: LogLevel): unknown[] {
  return written(sayAll, level === undefined ? {} : { level }).map((line) => line["level"]);
}

/** What is written while `fn` logs, each line read back. */
function written(
  fn: (logger: ReturnType<typeof jsonLogger>) => unknown,
  options: { level?: LogLevel } = {},
): Record<string, unknown>[] {
  const lines: string[] = [];
  fn(jsonLogger({ ...options, write: (line) => lines.push(line) }));
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
}

/** Those that are not of the operation's span, which is recorded or not as other tests of this process have left it. */
function own(): object {
  const { trace_id: _trace, span_id: _span, trace_flags: _flags, ...fields } = logFields();
  return fields;
}

describe("log fields", () => {
  it("are those of the moment: the span, the request, the variables that are attributes", async () => {
    expect(logFields()).to.deep.equal({});
    await operation("job", async () => {
      const request = currentRequest();
      record(() =>
        withSpan("work", (span) => {
          const { traceId, spanId } = span.spanContext();
          expect(logFields()).to.include({ trace_id: traceId, span_id: spanId, trace_flags: "03" });
        }),
      );
      expect(own()).to.deep.equal({ request_id: request.id, correlation_id: request.id });
      request.userId = "ann";
      plan.set("gold");
      expect(own()).to.deep.equal({
        request_id: request.id,
        correlation_id: request.id,
        user_id: "ann",
        "test.log.plan": "gold",
      });
    });
  });

  it("are not what a variable's key would forge", () => {
    record(() =>
      withSpan("work", (span) => {
        forger.run("forged", () => expect(logFields().trace_id).to.equal(span.spanContext().traceId));
      }),
    );
  });

  it("are none of a span that is invalid, or that fails", () => {
    const invalid = trace.wrapSpanContext({ traceId: "0".repeat(32), spanId: "0".repeat(16), traceFlags: 0 });
    const failing = Object.assign(trace.wrapSpanContext(invalid.spanContext()), {
      spanContext: () => {
        throw new Error("on purpose");
      },
    });
    for (const span of [invalid, failing])
      expect(runIn(trace.setSpan(ROOT_CONTEXT, span), logFields)).to.deep.equal({});
    expect(context.active()).to.equal(ROOT_CONTEXT);
  });
});

describe("the JSON logger", () => {
  it("writes time, level and message, what it is given, and where that belongs", () => {
    record(() =>
      withSpan("work", (span) => {
        const [line] = written((logger) => logger.child({ component: "mail" }).info("sent", { to: 3 }));
        expect(Object.keys(line ?? {}).slice(0, 3)).to.deep.equal(["time", "level", "message"]);
        expect(line?.["time"]).to.match(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
        expect(line).to.include({
          level: "info",
          message: "sent",
          component: "mail",
          to: 3,
          trace_id: span.spanContext().traceId,
        });
      }),
    );
  });

  it("writes the levels from its own on", () => {
    expect(levels()).to.deep.equal(["info", "warn", "error"]);
    expect(levels("debug")).to.deep.equal(["debug", "info", "warn", "error"]);
    expect(levels("error")).to.deep.equal(["error"]);
    silently(() => expect(levels("loud" as LogLevel)).to.deep.equal(["info", "warn", "error"]));
  });

  it("tells an error by its attributes, among the fields and in their place", () => {
    const failure = new RangeError("on purpose");
    for (const line of written((logger) => {
      logger.error("failed", failure);
      logger.error("failed", { error: failure });
      logger.child({ error: failure }).error("failed");
    }))
      expect(line)
        .to.include({ "exception.type": "RangeError", "exception.message": "on purpose" })
        .and.have.property("exception.stacktrace");
    const [line] = written((logger) => logger.error("failed", { first: failure, error: "a text" }));
    expect(line?.["error"]).to.equal("a text");
    expect(line?.["first"]).to.include({ "exception.type": "RangeError" });
  });

  it("lets nobody forge what it says itself", () => {
    record(() =>
      withSpan("work", (span) => {
        const forged = { trace_id: "forged", time: "forged", level: "forged", message: "forged" };
        const [line] = written((logger) => logger.child(forged).info("true", forged));
        expect(JSON.stringify(line)).not.to.include("forged");
        expect(line).to.include({ message: "true", trace_id: span.spanContext().traceId });
      }),
    );
  });

  it("lets nobody forge what does not hold at the moment either", () => {
    const [line] = written((logger) => logger.child(FORGED).info("true", FORGED));
    expect(JSON.stringify(line)).not.to.include("forged");
  });

  it("is not spoken for by a field, nor by a variable whose key is one of its own", () => {
    const level = new ContextVariable<string>("level", { attribute: "level" });
    const [spoken, stamped] = written((logger) => {
      logger.info("true", { toJSON: () => ({ message: "forged" }), kept: 1 });
      level.run("forged", () => logger.info("true"));
    });
    expect(spoken).to.include({ message: "true", kept: 1 });
    expect(stamped).to.include({ level: "info" });
  });

  it("never throws where stdout does", () => {
    const write = process.stdout.write.bind(process.stdout);
    const before = troubles().plugin_failed ?? 0;
    process.stdout.write = () => {
      throw new Error("on purpose");
    };
    try {
      silently(() => jsonLogger().info("lost"));
    } finally {
      process.stdout.write = write;
    }
    expect(troubles().plugin_failed).to.equal(before + 1);
  });

  it("says first what it says itself, and keeps within its length, however much there is", async () => {
    const cyclic: Record<string, unknown> = {};
    cyclic["self"] = cyclic;
    const many = Object.fromEntries(
      Array.from({ length: 200 }, (_, index) => [`field${index}`, "x".repeat(60_000)]),
    );
    await operation("job", () => {
      for (const line of written((logger) => logger.info("much", { ...many, cyclic }))) {
        expect(line["request_id"]).to.equal(currentRequest().id);
        expect(JSON.stringify(line).length).to.be.below(300_000);
      }
    });
  });

  it("writes one line, whatever is in it", () => {
    const text = "a\r\nb\u001b[31m\u009b2J\u2028\u2029\u007f";
    const lines: string[] = [];
    jsonLogger({ write: (line) => lines.push(line) }).info(text, { text });
    expect(lines).to.have.length(1);
    // oxlint-disable-next-line no-control-regex -- control characters are what this is about
    expect(lines[0]).not.to.match(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/);
    expect(JSON.parse(lines[0] ?? "")).to.include({ message: text, text });
  });

  it("writes one line, whatever a user or a variable is", async () => {
    const text = "a\r\nb\u001b[31m\u009b2J\u2028\u2029\u007f";
    const lines: string[] = [];
    await operation("job", () => {
      currentRequest().userId = text;
      plan.set(text);
      jsonLogger({ write: (line) => lines.push(line) }).info("said");
    });
    // oxlint-disable-next-line no-control-regex -- control characters are what this is about
    expect(lines[0]).not.to.match(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/);
    expect(JSON.parse(lines[0] ?? "")).to.include({ user_id: text, "test.log.plan": text });
  });

  it("is made whatever its options are", () => {
    silently(() => {
      for (const options of [revoked(), null, 5]) jsonLogger(options as never).debug("not written");
    });
  });

  const cyclic: Record<string, unknown> = { a: 1 };
  cyclic["self"] = cyclic;
  const shared = { deep: "x".repeat(1_000) };
  for (const [what, fields, seen] of [
    ["a cycle", { cyclic, kept: 1 }, { kept: 1 }],
    ["a BigInt", { big: 5n }, { big: "5" }],
    [
      "a getter that throws",
      {
        kept: 1,
        get bad(): never {
          throw new Error("on purpose");
        },
      },
      {},
    ],
    ["a field whose toJSON throws", { kept: 1, bad: { toJSON: () => fail() } }, { kept: 1 }],
    ["a revoked proxy", revoked(), {}],
    ["a million characters", { long: "x".repeat(1_000_000), kept: 1 }, { kept: 1 }],
    [
      "a thousand shared references",
      { list: Array.from({ length: 1_000 }, () => shared), kept: 1 },
      { kept: 1 },
    ],
    ["a function and a symbol", { fn: () => {}, symbol: Symbol("s"), kept: 1 }, { kept: 1 }],
    ["__proto__", JSON.parse('{"__proto__": {"polluted": true}, "kept": 1}'), { kept: 1 }],
    ["an error of five million characters", { bad: new Error("x".repeat(5_000_000)), kept: 1 }, { kept: 1 }],
    ["a key of five million characters", { ["k".repeat(5_000_000)]: 1, kept: 1 }, { kept: 1 }],
    ["a million bytes", { bytes: new Uint8Array(1_000_000) }, {}],
    ["nothing", null, {}],
    ["a text", "text", {}],
  ] as const)
    it(`never throws over ${what}`, () => {
      const [line] = written((logger) => logger.info("said", fields as never));
      expect(line).to.include({ message: "said", ...seen });
      expect(JSON.stringify(line).length).to.be.below(300_000);
    });

  it("never throws over a message that is none, and loses a line where its writer fails", () => {
    const [line] = written((logger) => logger.info(Symbol("s") as never));
    expect(line?.["message"]).to.equal("Symbol(s)");
    const before = troubles().plugin_failed ?? 0;
    silently(() =>
      jsonLogger({
        write: () => {
          throw new Error("on purpose");
        },
      }).info("lost"),
    );
    expect(troubles().plugin_failed).to.equal(before + 1);
  });

  it(
    "is bound by its child to what the child is given, and to nothing else of the moment",
    testTelemetry(() => {
      const lines = written((logger) => {
        const child = logger.child({ a: 1 }).child({ b: 2 });
        scope(() => {
          plan.set("gold");
          child.info("within");
        });
        child.info("after");
      });
      expect(lines.map(({ a, b, "test.log.plan": seen }) => [a, b, seen])).to.deep.equal([
        [1, 2, "gold"],
        [1, 2, undefined],
      ]);
    }),
  );
});

function fail(): never {
  throw new Error("on purpose");
}

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}
