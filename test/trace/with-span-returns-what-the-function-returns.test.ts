import { type Span, SpanKind } from "@opentelemetry/api";
import { expect } from "chai";
import { setTimeout as sleep } from "node:timers/promises";
import { currentContext } from "../../src/context/current.ts";
import { ThroughlineError } from "../../src/core/errors.ts";
import { activeSpan, annotate } from "../../src/trace/active-span.ts";
import { withSpan } from "../../src/trace/span-helpers.ts";
import { record, type RecordedSpan } from "../recording.ts";

const named = (spans: readonly RecordedSpan[]): string[] => spans.map(({ name }) => name);

describe("withSpan returns", () => {
  it("what a thenable gives whose `then` can be read only once", async () => {
    let reads = 0;
    const thenable = {
      // oxlint-disable-next-line no-thenable -- a getter that gives itself away once
      get then() {
        reads += 1;
        return reads > 1 ? undefined : (resolve: (value: number) => void) => resolve(7);
      },
    };
    expect(await withSpan("once", () => thenable as unknown as PromiseLike<number>)).to.equal(7);
  });

  for (const value of [undefined, null, 0, "", "text", 5n, Symbol("value"), {}, [], () => {}]) {
    it(`a value as it is, with its span ended: ${typeof value}`, () => {
      record(({ spans }) => {
        expect(withSpan("span", () => value)).to.equal(value);
        expect(named(spans)).to.deep.equal(["span"]);
      });
    });
  }

  it("a native promise as one derived from it, and ends when that settles", async () => {
    await record(async ({ spans }) => {
      const value = {};
      const given = sleep(2).then(() => value);
      const promise = withSpan("span", () => given);
      expect(promise).to.be.instanceOf(Promise).and.not.to.equal(given);
      expect(spans).to.deep.equal([]);
      expect(await promise).to.equal(value);
      expect(named(spans)).to.deep.equal(["span"]);
    });
  });

  it("a subclass of Promise as one of the same class, derived by its own then", async () => {
    let derivations = 0;
    class Traced<Value> extends Promise<Value> {
      // oxlint-disable-next-line no-thenable -- what a subclass may do
      override then<A = Value, B = never>(
        ...args: [((value: Value) => A | PromiseLike<A>)?, ((reason: unknown) => B | PromiseLike<B>)?]
      ): Promise<A | B> {
        derivations += 1;
        return super.then(...args);
      }
    }
    await record(async ({ spans }) => {
      const promise = withSpan("span", () => Traced.resolve(42));
      expect(derivations).to.equal(1);
      expect(promise).to.be.instanceOf(Traced);
      expect(await promise).to.equal(42);
      expect(named(spans)).to.deep.equal(["span"]);
    });
  });

  it("a promise with properties of its own as it is, observed", async () => {
    await record(async ({ spans }) => {
      const child = Object.assign(sleep(2, 42), { pid: 1 });
      expect(withSpan("span", () => child)).to.equal(child);
      expect(spans).to.deep.equal([]);
      expect(await child).to.equal(42);
      expect(named(spans)).to.deep.equal(["span"]);
    });
  });

  it("a lazy thenable as a promise: its then is called exactly once, inside the span", async () => {
    await record(async ({ spans }) => {
      const calls: (Span | undefined)[] = [];
      let own: Span | undefined;
      const promise = withSpan("query", (span) => {
        own = span;
        return {
          // oxlint-disable-next-line no-thenable -- what a query builder is
          then: (resolve: (value: number) => void) => {
            calls.push(currentContext().span);
            withSpan("driver", () => {});
            setTimeout(resolve, 2, 42);
          },
        };
      });
      expect(calls).to.deep.equal([own]);
      expect(named(spans)).to.deep.equal(["driver"]);
      expect([await promise, await promise]).to.deep.equal([42, 42]);
      expect(calls).to.have.lengthOf(1);
      expect(named(spans)).to.deep.equal(["driver", "query"]);
      expect(spans[0]?.parentSpanId).to.equal(spans[1]?.spanId);
    });
  });

  it("a thenable that is a function as a promise, too", async () => {
    // oxlint-disable-next-line no-thenable -- what some clients return
    const thenable = Object.assign(() => {}, { then: (resolve: (value: number) => void) => resolve(42) });
    expect(await record(() => withSpan("span", () => thenable))).to.equal(42);
  });

  it("an object whose then cannot be read, or is no function, as it is", () => {
    record(({ spans }) => {
      // oxlint-disable-next-line no-thenable -- a hostile field of that name
      const throwing = Object.defineProperty({}, "then", {
        get: () => {
          throw new Error("on purpose");
        },
      });
      // oxlint-disable-next-line no-thenable -- a field of that name
      for (const value of [throwing, { then: 5 }]) expect(withSpan("span", () => value)).to.equal(value);
      expect(spans).to.have.lengthOf(2);
    });
  });

  it("a promise that cannot be derived from as it is, and ends its span", () => {
    class Unusual extends Promise<number> {
      constructor() {
        super(() => {});
      }
    }
    record(({ spans }) => {
      const promise = new Unusual();
      expect(withSpan("span", () => promise)).to.equal(promise);
      expect(named(spans)).to.deep.equal(["span"]);
    });
  });
});

describe("withSpan", () => {
  it("nests by context, across awaits, and not by time", async () => {
    await record(async ({ spans }) => {
      await withSpan("outer", async () => {
        await Promise.all(
          ["a", "b"].map((name) =>
            withSpan(name, () => sleep(2).then(() => withSpan(`${name}'s`, () => {}))),
          ),
        );
      });
      const parentOf = (child: string) => {
        const parent = spans.find(({ name }) => name === child)?.parentSpanId;
        return spans.find(({ spanId }) => spanId === parent)?.name;
      };
      expect(["outer", "a", "b", "a's", "b's"].map(parentOf)).to.deep.equal([
        undefined,
        "outer",
        "outer",
        "a",
        "b",
      ]);
      expect(new Set(spans.map(({ traceId }) => traceId)).size).to.equal(1);
    });
  });

  it("passes its span to the function, and makes it the active one there alone", () => {
    record(() => {
      withSpan("span", (span) => expect(activeSpan()).to.equal(span));
      expect(currentContext().span).to.equal(undefined);
    });
  });

  it("takes options second: attributes, kind, links, root and start time", () => {
    record(({ spans }) => {
      withSpan("outer", (outer) => {
        const links = [{ context: outer.spanContext() }];
        withSpan(
          "inner",
          { attributes: { a: 1 }, kind: SpanKind.CLIENT, links, root: true, startTime: [5, 6] },
          () => {},
        );
      });
      expect(spans[0]).to.deep.include({
        attributes: { a: 1 },
        kind: SpanKind.CLIENT,
        parentSpanId: undefined,
        start: [5, 6],
      });
      expect(spans[0]?.links[0]?.spanId).to.equal(spans[1]?.spanId);
    });
  });

  it("takes options that are undefined or null for none", () => {
    record(({ spans }) => {
      for (const nothing of [undefined, null]) {
        expect(withSpan("span", nothing as never, () => 42)).to.equal(42);
      }
      expect(spans).to.have.lengthOf(2);
    });
  });

  it("keeps the parent where an option throws", () => {
    record(({ spans }) => {
      const options = Object.defineProperty({}, "attributes", {
        get: () => {
          throw new Error("on purpose");
        },
      });
      withSpan("outer", () => withSpan("inner", options, () => {}));
      expect(spans[0]).to.include({ name: "inner", parentSpanId: spans[1]?.spanId });
    });
  });

  it("leaves a span alone that the function ended itself", () => {
    record(({ spans }) => {
      withSpan("span", (span) => span.end([4_000_000_000, 0]));
      expect(spans.map(({ end }) => end)).to.deep.equal([[4_000_000_000, 0]]);
    });
  });

  for (const nonsense of [undefined, null, 5, "fn", {}]) {
    it(`throws THR_NOT_A_FUNCTION where its last argument is a ${typeof nonsense}, and starts no span`, () => {
      record(({ spans }) => {
        for (const call of [
          () => withSpan("span", nonsense as never),
          () => withSpan("span", {}, nonsense as never),
        ]) {
          expect(call).to.throw(ThroughlineError).with.property("code", "THR_NOT_A_FUNCTION");
        }
        expect(spans).to.deep.equal([]);
      });
    });
  }

  for (const [given, misuse] of [
    ["one in the place of the name", () => withSpan((() => 1) as never, undefined as never)],
    ["one in the place of the name", () => (withSpan as unknown as (fn: () => number) => unknown)(() => 1)],
    ["undefined", () => withSpan("span", undefined as never)],
    ["a promise", () => withSpan("span", Promise.resolve() as never)],
    ["an array", () => withSpan("span", {}, [] as never)],
  ] as const) {
    it(`says what it was given where it needs a function: ${given}`, () => {
      expect(misuse).to.throw(
        `withSpan(name, options?, fn) needs a function where it says fn, and was given ${given} [`,
      );
    });
  }

  it("runs the function where telemetry was not started", async () => {
    expect(
      withSpan("span", (span) => {
        expect(span.isRecording()).to.equal(false);
        annotate({ a: 1 });
        return 42;
      }),
    ).to.equal(42);
    expect(await withSpan("span", async () => 42)).to.equal(42);
    const error = new Error("on purpose");
    expect(await withSpan("span", () => Promise.reject(error)).catch((thrown: unknown) => thrown)).to.equal(
      error,
    );
  });
});
