import { SpanStatusCode } from "@opentelemetry/api";
import { expect } from "chai";
import { Readable } from "node:stream";
import { setImmediate as turn, setTimeout as sleep } from "node:timers/promises";
import { ContextVariable } from "../../src/context/context-variable.ts";
import { scope } from "../../src/context/open-scope.ts";
import { type TestTelemetry, testTelemetry } from "../../src/testing/test-telemetry.ts";
import { activeSpan } from "../../src/trace/active-span.ts";
import { withSpan } from "../../src/trace/span-helpers.ts";
import { failureOf } from "./failures.ts";

const ended = ({ spans }: TestTelemetry): string[] =>
  spans.map(({ name, status }) => (status.code === SpanStatusCode.ERROR ? `${name} failed` : name));

const below = (t: TestTelemetry, name: string): string[] | undefined =>
  t
    .trees()
    .find((tree) => tree.name === name)
    ?.children.map((child) => child.name);

/** Gives each chunk a little later, within a span; asks for nothing ahead. */
function pages(chunks: readonly unknown[], failure?: Error): ReadableStream {
  const left = [...chunks];
  return new ReadableStream(
    {
      async pull(controller) {
        await withSpan("page", () => sleep(1));
        if (left.length > 0) return controller.enqueue(left.shift());
        if (failure !== undefined) throw failure;
        controller.close();
      },
      cancel(reason) {
        withSpan(`cancel ${String(reason)}`, () => {});
      },
    },
    { highWaterMark: 0 },
  );
}

/** Fills what a reader brings, or gives what it has. */
function bytes(...chunks: number[][]): ReadableStream {
  const source = {
    type: "bytes",
    pull(controller: {
      byobRequest: { view: Uint8Array; respond(size: number): void } | null;
      enqueue(chunk: Uint8Array): void;
      close(): void;
    }) {
      withSpan("page", () => {});
      const { byobRequest } = controller;
      const chunk = chunks.shift();
      if (chunk === undefined) {
        controller.close();
        byobRequest?.respond(0);
      } else if (byobRequest === null) controller.enqueue(Uint8Array.from(chunk));
      else {
        byobRequest.view.set(chunk);
        byobRequest.respond(chunk.length);
      }
    },
  };
  return new ReadableStream(source as never);
}

async function all(stream: AsyncIterable<unknown>): Promise<unknown[]> {
  const seen: unknown[] = [];
  for await (const chunk of stream) seen.push(chunk);
  return seen;
}

async function* doubled(this: ReadableStream): AsyncGenerator<number> {
  const reader = this.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    yield Number(value) * 2;
  }
}

type BufferReader = {
  read(into: Uint8Array): Promise<{ done: boolean; value?: Uint8Array }>;
};

/** Each reads to the end, and gives what it read. */
const READERS = {
  "a reader": async (stream) => {
    const seen: unknown[] = [];
    const reader = stream.getReader();
    expect(stream.locked).to.equal(true);
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      seen.push(value);
    }
    await reader.closed;
    reader.releaseLock();
    expect(stream.locked).to.equal(false);
    return seen;
  },
  "for await": all,
  pipeTo: async (stream) => {
    const seen: unknown[] = [];
    await stream.pipeTo(new WritableStream({ write: (chunk) => void seen.push(chunk) }));
    return seen;
  },
  pipeThrough: (stream) => all(stream.pipeThrough(new TransformStream())),
  tee: async (stream) => {
    const [one, other] = stream.tee();
    const [first, second] = await Promise.all([all(one), all(other)]);
    expect(first).to.deep.equal(second);
    return first;
  },
  "Readable.fromWeb": (stream) => all(Readable.fromWeb(stream, { objectMode: true })),
  "a Response": async (stream) =>
    [...new Uint8Array(await new Response(stream.pipeThrough(encoder())).arrayBuffer())].map(String),
  "a transfer": (stream) => all(structuredClone(stream, { transfer: [stream as never] })),
} satisfies Record<string, (stream: ReadableStream) => Promise<unknown[]>>;

const encoder = (): TransformStream =>
  new TransformStream({ transform: (chunk, controller) => controller.enqueue(Uint8Array.of(Number(chunk))) });

describe("a web stream within a span", () => {
  for (const [by, read] of Object.entries(READERS)) {
    it(
      `is itself, and one span until it has given all, read by ${by}`,
      testTelemetry(async (t) => {
        const stream = pages(["1", "2"]);
        expect(withSpan("download", () => stream)).to.equal(stream);
        expect(stream).to.be.instanceOf(ReadableStream);
        expect(stream.locked).to.equal(false);
        expect(ended(t)).to.deep.equal([]);
        const seen = await withSpan("reader", () => read(stream));
        expect(seen).to.deep.equal(["1", "2"]);
        await turn();
        expect(ended(t)).to.include("download");
        // What goes round a stream's methods asks it in the context of its own.
        if (by !== "a transfer") expect(below(t, "download")).to.deep.equal(["page", "page", "page"]);
      }),
    );
  }

  it(
    "asks its source in its own span and scope, and gives to whoever reads or writes in theirs",
    testTelemetry(async (t) => {
      const user = new ContextVariable<string>("user");
      const asked: unknown[] = [];
      const make = (name: string): ReadableStream =>
        scope(() => {
          user.set(name);
          return withSpan(`stream of ${name}`, () => {
            let step = 0;
            const pull = async (controller: ReadableStreamDefaultController): Promise<void> => {
              asked.push(user.get());
              await sleep(1);
              asked.push(user.get());
              if (step++ < 2) controller.enqueue(step);
              else controller.close();
            };
            return new ReadableStream({ pull }, { highWaterMark: 0 });
          });
        });
      const [one, other] = [make("ann"), make("bob")];
      await withSpan("reader", async () => {
        const outside = activeSpan();
        const isOutside = (): void => {
          expect(activeSpan()).to.equal(outside);
          expect(user.tryGet()).to.equal(undefined);
        };
        const reader = one.getReader();
        expect(await reader.read()).to.deep.equal({ done: false, value: 1 });
        isOutside();
        await other.pipeTo(new WritableStream({ write: isOutside, close: isOutside }));
        while (!(await reader.read()).done) isOutside();
      });
      await turn();
      expect(asked.filter((name) => name === "ann")).to.have.length(6);
      expect(asked.filter((name) => name === "bob")).to.have.length(6);
      expect(t.trees().map(({ name }) => name)).to.have.members(["reader", "stream of ann", "stream of bob"]);
    }),
  );

  it(
    "fails with what its source throws, and with nothing else",
    testTelemetry(async (t) => {
      const failure = new Error("no more");
      const stream = withSpan("download", () => pages([1], failure));
      const reader = stream.getReader();
      await reader.read();
      expect(await failureOf(reader.read())).to.equal(failure);
      expect(await failureOf(reader.closed)).to.equal(failure);
      await turn();
      expect(ended(t)).to.deep.equal(["download failed", "page", "page"]);
    }),
  );

  it(
    "tells whoever waits for its end without reading",
    testTelemetry(async (t) => {
      const controllers: ReadableStreamDefaultController[] = [];
      const make = (): ReadableStream =>
        new ReadableStream({ start: (controller) => void controllers.push(controller) });
      const [good, bad] = [withSpan("good", make), withSpan("bad", make)];
      const ends = [good.getReader().closed, failureOf(bad.getReader().closed)];
      controllers[0]?.close();
      controllers[1]?.error("gone");
      expect(await Promise.all(ends)).to.deep.equal([undefined, "gone"]);
      expect(ended(t)).to.have.members(["good", "bad failed"]);
    }),
  );

  it(
    "ends without an error where whoever reads leaves, which its source is told in its span",
    testTelemetry(async (t) => {
      const left = withSpan("left", () => pages([1, 2]));
      for await (const page of left) if (page === 1) break;
      const cancelled = withSpan("cancelled", () => pages([1]));
      await cancelled.cancel("enough");
      const reader = withSpan("within", () => pages([1])).getReader();
      const reading = reader.read();
      await turn();
      await reader.cancel("now");
      expect(await reading).to.deep.equal({ done: true, value: undefined });
      await sleep(10);
      expect(ended(t)).to.include.members(["left", "cancelled", "within"]);
      expect(below(t, "left")).to.include("cancel undefined");
      expect(below(t, "cancelled")).to.deep.equal(["cancel enough"]);
      expect(below(t, "within")).to.have.members(["page", "cancel now"]);
    }),
  );

  it(
    "goes on with another reader",
    testTelemetry(async (t) => {
      const stream = withSpan("download", () => pages([1, 2, 3]));
      const first = stream.getReader();
      await first.read();
      first.releaseLock();
      for await (const page of stream.values({ preventCancel: true })) if (page === 2) break;
      expect([stream.locked, ended(t).includes("download")]).to.deep.equal([false, false]);
      expect(await all(stream)).to.deep.equal([3]);
      await turn();
      expect(below(t, "download")).to.have.length(4);
    }),
  );

  it(
    "of bytes fills the buffers that its reader brings, and gives its own where it brings none",
    testTelemetry(async (t) => {
      const stream = withSpan("download", () => bytes([1, 2], [3], [4]));
      const reader = stream.getReader({ mode: "byob" } as never) as never as BufferReader & {
        releaseLock(): void;
      };
      const { value } = await reader.read(new Uint8Array(8));
      expect([value?.buffer.byteLength, ...(value ?? [])]).to.deep.equal([8, 1, 2]);
      reader.releaseLock();
      const plain = stream.getReader();
      expect((await plain.read()).value).to.deep.equal(Uint8Array.of(3));
      plain.releaseLock();
      const again = stream.getReader({ mode: "byob" } as never) as never as BufferReader;
      expect([...((await again.read(new Uint8Array(4))).value ?? [])]).to.deep.equal([4]);
      const last = await again.read(new Uint8Array(4));
      expect([last.done, last.value?.buffer.byteLength]).to.deep.equal([true, 4]);
      await turn();
      expect(ended(t)).to.include("download");
      expect(below(t, "download")).to.deep.equal(["page", "page", "page", "page"]);
      const ordinary = withSpan("of no bytes", () => pages([]));
      expect(() => ordinary.getReader({ mode: "byob" } as never)).to.throw(TypeError);
    }),
  );

  it(
    "is left alone, its span ended at once, where it is read already, or over",
    testTelemetry(async (t) => {
      const locked = pages([1]);
      const reader = locked.getReader();
      expect(withSpan("locked", () => locked)).to.equal(locked);
      expect(ended(t)).to.deep.equal(["locked"]);
      expect((await reader.read()).value).to.equal(1);
      const begun = pages([1, 2]);
      const first = begun.getReader();
      await first.read();
      first.releaseLock();
      withSpan("begun", () => begun);
      expect(ended(t)).to.include("begun");
      expect(await all(begun)).to.deep.equal([2]);
      const closed = new ReadableStream({ start: (controller) => controller.close() });
      withSpan("closed", () => closed);
      await turn();
      expect(ended(t)).to.include("closed");
      expect(await all(closed)).to.deep.equal([]);
    }),
  );

  it(
    "is followed once, however often it is returned, and shows nothing of ours",
    testTelemetry(async (t) => {
      const stream = pages([1]);
      for (let times = 0; times < 1_000; times++) withSpan("again", () => stream);
      expect(Object.keys(stream)).to.deep.equal([]);
      expect(await all(stream)).to.deep.equal([1]);
      await turn();
      expect(ended(t).filter((name) => name === "again")).to.have.length(1_000);
    }),
  );

  it(
    "keeps what its class or its maker has it do otherwise",
    testTelemetry(async (t) => {
      const own = pages([1]);
      Object.defineProperty(own, Symbol.asyncIterator, { value: doubled });
      expect(await all(withSpan("doubled", () => own))).to.deep.equal([2]);
      await turn();
      expect(below(t, "doubled")).to.deep.equal(["page", "page"]);
    }),
  );

  it(
    "is none that is frozen, revoked, or only looks like one",
    testTelemetry(async (t) => {
      const { proxy, revoke } = Proxy.revocable(pages([1]), {});
      revoke();
      const strange: object[] = [
        Object.freeze(pages([1])),
        Object.create(ReadableStream.prototype) as object,
        proxy,
        ReadableStream.prototype,
        { getReader: () => ({}) },
        new Response("body"),
      ];
      for (const value of strange) expect(withSpan("value", () => value)).to.equal(value);
      expect(ended(t)).to.deep.equal(strange.map(() => "value"));
      expect(await all(strange[0] as ReadableStream)).to.deep.equal([1]);
    }),
  );
});
