import { SpanStatusCode } from "@opentelemetry/api";
import { expect } from "chai";
import { once } from "node:events";
import { PassThrough, Readable, Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { ContextVariable } from "../../src/context/context-variable.ts";
import { scope } from "../../src/context/open-scope.ts";
import { histogram } from "../../src/metrics/accessors.ts";
import { type TestTelemetry, testTelemetry } from "../../src/testing/test-telemetry.ts";
import { traced, withSpan } from "../../src/trace/span-helpers.ts";
import { activeSpan } from "../../src/trace/active-span.ts";
import { refuse } from "../database/told-session.ts";
import { failureOf } from "./failures.ts";

async function* pages(count: number, failsAt = Infinity): AsyncGenerator<number, string> {
  for (let page = 1; page <= count; page++) {
    await withSpan("page", () => sleep(1));
    if (page === failsAt) throw new Error("no more");
    yield page;
  }
  return "the end";
}

function* single(): Generator<number> {
  yield 1;
}

const silent = (): Readable => new Readable({ read() {}, emitClose: false });

/** Three chunks, a little later. */
function lazy(): Readable {
  let left = 3;
  return new Readable({
    read() {
      setTimeout(() => this.push(left-- > 0 ? "x" : null), 1);
    },
  });
}

const ended = ({ spans }: TestTelemetry): unknown[] =>
  spans.map(({ name, status }) => (status.code === SpanStatusCode.ERROR ? `${name} failed` : name));

/** Of what was opened in a span, the names below it. */
const below = (t: TestTelemetry, name: string): string[] | undefined =>
  t
    .trees()
    .find((tree) => tree.name === name)
    ?.children.map((child) => child.name);

describe("a generator within a span", () => {
  it(
    "is itself, and one span until it has given all",
    testTelemetry(async (t) => {
      const generator = pages(2);
      const same = withSpan("download", () => generator);
      expect(same).to.equal(generator);
      const seen: unknown[] = [];
      for await (const page of same) seen.push(page, ended(t).includes("download"));
      expect(seen).to.deep.equal([1, false, 2, false]);
      expect(below(t, "download")).to.deep.equal(["page", "page"]);
      expect(await same.next()).to.deep.equal({ done: true, value: undefined });
      expect(ended(t).filter((name) => name === "download")).to.have.length(1);
    }),
  );

  it(
    "fails with what its body throws, at whichever step",
    testTelemetry(async (t) => {
      const generator = withSpan("download", () => pages(3, 2));
      await generator.next();
      expect(String(await failureOf(generator.next()))).to.equal("Error: no more");
      expect(ended(t)).to.deep.equal(["download failed", "page", "page"]);
    }),
  );

  it(
    "ends where whoever iterates leaves, or throws into it",
    testTelemetry(async (t) => {
      for await (const page of withSpan("left", () => pages(3))) if (page === 1) break;
      expect(ended(t)).to.deep.equal(["left", "page"]);
      const generator = withSpan("thrown into", () => pages(3));
      await generator.next();
      expect(String(await failureOf(generator.throw(new Error("enough"))))).to.equal("Error: enough");
      expect(ended(t)).to.include("thrown into failed");
      const untouched = withSpan("never begun", () => pages(3));
      await untouched.return("nothing");
      expect(ended(t)).to.include("never begun");
    }),
  );

  it(
    "runs its body in its own span and scope, and whoever iterates in theirs",
    testTelemetry(async (t) => {
      const user = new ContextVariable<string>("user");
      const seen: unknown[] = [];
      const make = (name: string): AsyncGenerator<number> =>
        scope(() => {
          user.set(name);
          return withSpan(`stream of ${name}`, async function* body() {
            for (let step = 1; step <= 2; step++) {
              seen.push(user.get());
              await sleep(1);
              withSpan(`step of ${user.get()}`, () => {});
              yield step;
            }
          });
        });
      await withSpan("reader", async () => {
        const [one, other] = [make("ann"), make("bob")];
        const outside = activeSpan();
        for (let turn = 0; turn < 3; turn++) {
          await Promise.all([one.next(), other.next()]);
          expect(activeSpan()).to.equal(outside);
          expect(user.tryGet()).to.equal(undefined);
        }
      });
      expect(seen).to.deep.equal(["ann", "bob", "ann", "bob"]);
      const [reader] = t.trees();
      expect(
        reader?.children.map(({ name, children }) => [name, children.map((child) => child.name)]),
      ).to.deep.equal([
        ["stream of ann", ["step of ann", "step of ann"]],
        ["stream of bob", ["step of bob", "step of bob"]],
      ]);
    }),
  );

  it(
    "may give its values at once",
    testTelemetry((t) => {
      const numbers = traced("numbers", function* numbers(): Generator<number> {
        yield* [1, 2];
        withSpan("last", () => {});
      });
      expect([...numbers()]).to.deep.equal([1, 2]);
      expect(below(t, "numbers")).to.deep.equal(["last"]);
      const failing = withSpan("failing", function* failing(): Generator<number> {
        yield 1;
        throw new RangeError("too far");
      });
      expect(() => [...failing]).to.throw(RangeError);
      expect(ended(t)).to.include("failing failed");
    }),
  );

  it(
    "is a span without an end where it is frozen, so that ends at once",
    testTelemetry(async (t) => {
      const frozen = withSpan("frozen", () => Object.freeze(pages(1)));
      expect(ended(t)).to.deep.equal(["frozen"]);
      expect(await frozen.next()).to.deep.equal({ done: false, value: 1 });
    }),
  );

  it(
    "is followed once, however often it is returned, and ends all spans that it was returned within",
    testTelemetry(async (t) => {
      const generator = pages(1);
      for (let times = 0; times < 5_000; times++) withSpan("again", () => generator);
      for await (const page of generator) expect(page).to.equal(1);
      expect(ended(t).filter((name) => name === "again")).to.have.length(5_000);
      const first = withSpan("over", () => generator);
      expect([first === generator, ended(t).at(-1)]).to.deep.equal([true, "over"]);
    }),
  );

  it(
    "is none that only says so, or whose methods are others'",
    testTelemetry((t) => {
      const strange: object[] = [
        { [Symbol.toStringTag]: "Generator", next: () => ({ done: false, value: 1 }) },
        new Proxy(single(), { defineProperty: refuse("trap") }),
        single.prototype as object,
      ];
      for (const value of strange) expect(withSpan("value", () => value)).to.equal(value);
      expect(ended(t)).to.deep.equal(["value", "value", "value"]);
      expect([...single()]).to.deep.equal([1]);
    }),
  );

  it(
    "is timed until its end",
    testTelemetry(async (t) => {
      const latency = histogram("shop.pages.duration", { unit: "s" });
      const generator = latency.time(() => pages(2));
      expect(t.metrics()).to.have.length(0);
      for await (const page of generator) expect(page).to.be.within(1, 2);
      expect(t.metric("shop.pages.duration").count()).to.equal(1);
    }),
  );
});

describe("a readable stream within a span", () => {
  it(
    "is itself, and one span until its end, in which it reads on",
    testTelemetry(async (t) => {
      let left = 3;
      const stream = new Readable({
        objectMode: true,
        async read() {
          await withSpan("read", () => sleep(1));
          this.push(left-- > 0 ? left : null);
        },
      });
      expect(withSpan("download", () => stream)).to.equal(stream);
      const seen: unknown[] = [];
      await withSpan("reader", async () => {
        const outside = activeSpan();
        for await (const chunk of stream) seen.push(chunk, activeSpan() === outside);
      });
      expect(seen).to.deep.equal([2, true, 1, true, 0, true]);
      await sleep(1);
      expect(below(t, "download")).to.deep.equal(["read", "read", "read", "read"]);
      expect(ended(t)).to.include("download");
    }),
  );

  it(
    "fails with what destroys it, which stays unhandled where nobody handles it, and ends where its reader leaves",
    testTelemetry(async (t) => {
      const failing = withSpan("failing", () => new Readable({ read: () => {} }));
      const heard = once(failing, "error");
      failing.destroy(new Error("gone"));
      expect(failing.listenerCount("error")).to.equal(1);
      await heard;
      const left = withSpan("left", () => Readable.from([1, 2, 3]));
      for await (const chunk of left) if (chunk === 1) break;
      await sleep(1);
      expect(ended(t)).to.deep.equal(["failing failed", "left"]);
    }),
  );

  it(
    "ends as it is destroyed where it does not say that it is closed",
    testTelemetry(async (t) => {
      const failing = withSpan("failing", silent);
      failing.on("error", () => {}).destroy(new Error("gone"));
      withSpan("left", silent).destroy();
      await sleep(1);
      expect(ended(t)).to.deep.equal(["failing failed", "left"]);
    }),
  );

  it(
    "gives to whoever reads it in their own context",
    testTelemetry(async (t) => {
      await withSpan("consumer", async () => {
        const own = activeSpan();
        const stream = withSpan("producer", lazy);
        const seen: unknown[] = [];
        for (const event of ["data", "end", "close"]) stream.on(event, () => seen.push(activeSpan() === own));
        await once(stream, "close");
        expect(seen.every((isOwn) => isOwn === true)).to.equal(true);
        const sunk: unknown[] = [];
        const sink = new Writable({
          write(_chunk, _encoding, done) {
            sunk.push(activeSpan() === own);
            done();
          },
        });
        await pipeline(withSpan("producer", lazy), sink);
        expect(sunk).to.deep.equal([true, true, true]);
      });
      expect(ended(t).filter((name) => name === "producer")).to.have.length(2);
    }),
  );

  it(
    "ends at once where it is over, shows nothing of ours, and leaves a host alone whose error cannot be read",
    testTelemetry(async (t) => {
      const over = Readable.from(["x"]);
      for await (const chunk of over) expect(chunk).to.equal("x");
      withSpan("over", () => over);
      expect(ended(t)).to.deep.equal(["over"]);
      const stream = withSpan("strange", () => new Readable({ read: () => {} }));
      expect(Object.keys(stream)).not.to.include.members(["_read", "push"]);
      stream.on("error", () => {});
      stream.destroy(Object.defineProperty(new Error("own"), "code", { get: refuse("getter") }));
      await new Promise((resolve) => stream.on("close", resolve));
      expect(ended(t)).to.include("strange failed");
    }),
  );

  it(
    "is not taken for one where it is written to, or only looks like one",
    testTelemetry((t) => {
      const frozen = Object.freeze(Object.assign(Object.create(Readable.prototype) as Readable, { once: 5 }));
      for (const value of [new PassThrough(), frozen]) expect(withSpan("value", () => value)).to.equal(value);
      expect(ended(t)).to.deep.equal(["value", "value"]);
    }),
  );
});
