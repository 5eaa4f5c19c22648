import { SpanStatusCode } from "@opentelemetry/api";
import { expect } from "chai";
import { spawnSync } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { withSpan } from "../../src/trace/span-helpers.ts";
import { record } from "../recording.ts";
import { caught, exceptions, rejected } from "./failures.ts";

/** What `withSpan` can get a failure from, other than a function that throws. */
const FAILURES: Record<string, (error: unknown) => PromiseLike<unknown>> = {
  "a promise": (error) => Promise.reject(error),
  "a promise that takes its time": (error) => sleep(2).then(() => Promise.reject(error)),
  "a promise with properties of its own": (error) => Object.assign(Promise.reject(error), { pid: 1 }),
  "a thenable": (error) =>
    // oxlint-disable-next-line no-thenable -- a lazy query
    ({ then: (_: unknown, reject: (reason: unknown) => void) => reject(error) }) as PromiseLike<never>,
};

describe("an error", () => {
  it("that is thrown is recorded, ends the span, and is thrown on, itself", () => {
    record(({ spans }) => {
      const error = new RangeError("too far");
      const thrown = caught(() =>
        withSpan("span", () => {
          throw error;
        }),
      );
      expect(thrown).to.equal(error);
      expect(spans[0]?.status).to.deep.equal({ code: SpanStatusCode.ERROR, message: "too far" });
      expect(spans[0]?.events[0]).to.deep.include({ name: "exception" });
      expect(spans[0]?.events[0]?.attributes).to.include({
        "exception.type": "RangeError",
        "exception.message": "too far",
        "exception.stacktrace": error.stack,
      });
    });
  });

  for (const [what, failure] of Object.entries(FAILURES)) {
    it(`that ${what} is rejected with is recorded, ends the span, and stays itself`, async () => {
      await record(async ({ spans }) => {
        const error = new RangeError("too far");
        expect((await rejected(withSpan("span", () => failure(error))))[0]).to.equal(error);
        expect(spans.map(({ status }) => status)).to.deep.equal([
          { code: SpanStatusCode.ERROR, message: "too far" },
        ]);
        expect(spans.flatMap(exceptions)).to.deep.equal(["too far"]);
      });
    });
  }

  it("that is caught leaves the outer span as it was", () => {
    record(({ spans }) => {
      withSpan("outer", () => {
        caught(() =>
          withSpan("inner", () => {
            throw new Error("caught");
          }),
        );
      });
      expect(spans.map(({ status }) => status.code)).to.deep.equal([
        SpanStatusCode.ERROR,
        SpanStatusCode.UNSET,
      ]);
    });
  });

  it("leaves a status that is ok", () => {
    record(({ spans }) => {
      caught(() =>
        withSpan("span", (span) => {
          span.setStatus({ code: SpanStatusCode.OK });
          throw new Error("on purpose");
        }),
      );
      expect(spans[0]?.status.code).to.equal(SpanStatusCode.OK);
    });
  });

  const revoked = Proxy.revocable({}, {});
  revoked.revoke();
  for (const [what, error] of Object.entries<unknown>({
    undefined: undefined,
    null: null,
    "a text": "text",
    "a symbol": Symbol("thrown"),
    "an object without a prototype": Object.create(null),
    "a revoked proxy": revoked.proxy,
    "a frozen error": Object.freeze(new Error("frozen")),
    "an error with a message that is no text": Object.assign(new Error("m"), { message: { a: 1 } }),
    "an error whose message throws": Object.defineProperty(new Error("m"), "message", {
      get: () => {
        throw new Error("another");
      },
    }),
  })) {
    it(`may be ${what}: it arrives as it is, and the span says that it failed`, async () => {
      await record(async ({ spans }) => {
        const thrown = caught(() =>
          withSpan("thrown", () => {
            throw error;
          }),
        );
        expect(thrown === error).to.equal(true);
        const [reason] = await rejected(withSpan("rejected", () => Promise.reject(error)));
        expect(reason === error).to.equal(true);
        expect(spans.map(({ name, status }) => [name, status.code])).to.deep.equal([
          ["thrown", SpanStatusCode.ERROR],
          ["rejected", SpanStatusCode.ERROR],
        ]);
      });
    });
  }
});

function run(failing: string): { status: number | null; stdout: string; stderr: string } {
  const source = JSON.stringify(new URL("../../src/trace/span-helpers.ts", import.meta.url).href);
  const program = `
    import { withSpan } from ${source};
    void withSpan("span", () => ${failing});
    setTimeout(() => console.log("went on"), 20);`;
  return spawnSync(process.execPath, ["--input-type=module", "-e", program], { encoding: "utf8" });
}

describe("a rejection that nobody handles", () => {
  it("stays one, and ends the process as it would without a span", () => {
    const { status, stdout, stderr } = run("Promise.reject(new RangeError('too far'))");
    expect([status, stdout]).to.deep.equal([1, ""]);
    expect(stderr).to.include("RangeError: too far");
  });

  it("counts as handled where the promise has properties of its own", () => {
    const { status, stdout } = run("Object.assign(Promise.reject(new RangeError('too far')), { pid: 1 })");
    expect([status, stdout]).to.deep.equal([0, "went on\n"]);
  });
});
