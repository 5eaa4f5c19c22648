import { expect } from "chai";
import { addAbortListener, once } from "node:events";
import { finished, PassThrough, pipeline, Readable, Writable } from "node:stream";
import { setImmediate as turn } from "node:timers/promises";
import { aborted } from "node:util";
import { bind } from "../../src/context/bind.ts";
import { ContextVariable } from "../../src/context/context-variable.ts";

const user = new ContextVariable<string>("user", { defaultValue: "nobody" });

/** What a listener reads of the user, each time that it is called. */
function listener(): { readonly seen: string[]; readonly hear: () => void } {
  const seen: string[] = [];
  return { seen, hear: () => void seen.push(user.get()) };
}

const as = <Result>(name: string, fn: () => Result): Result => user.run(name, fn);

describe("a signal that is bound", () => {
  const WAYS = {
    addEventListener: (signal, hear) => signal.addEventListener("abort", hear),
    "addEventListener, once": (signal, hear) => signal.addEventListener("abort", hear, { once: true }),
    // oxlint-disable-next-line unicorn/prefer-add-event-listener -- it is a way of its own into the target
    onabort: (signal, hear) => (signal.onabort = hear),
    "a listener that is an object": (signal, hear) =>
      signal.addEventListener("abort", { handleEvent: hear } as never),
    "addAbortListener of node:events": (signal, hear) => addAbortListener(signal, hear),
  } satisfies Record<string, (signal: AbortSignal, hear: () => void) => unknown>;

  for (const [way, listen] of Object.entries(WAYS)) {
    it(`calls its listeners in its context, whoever aborts: ${way}`, () => {
      const { seen, hear } = listener();
      const controller = new AbortController();
      as("ann", () => expect(bind(controller.signal)).to.equal(controller.signal));
      as("cyd", () => listen(controller.signal, hear));
      as("bob", () => controller.abort("enough"));
      expect(seen).to.deep.equal(["ann"]);
      expect([controller.signal.aborted, controller.signal.reason]).to.deep.equal([true, "enough"]);
    });
  }

  it("does so where it follows others", () => {
    const { seen, hear } = listener();
    const controller = new AbortController();
    const any = as("ann", () => bind(AbortSignal.any([controller.signal, new AbortController().signal])));
    any.addEventListener("abort", hear);
    const below = as("cyd", () => bind(AbortSignal.any([any])));
    below.addEventListener("abort", hear);
    as("bob", () => controller.abort());
    expect(seen).to.deep.equal(["ann", "cyd"]);
  });

  it("does so where its time is up", async () => {
    const { seen, hear } = listener();
    const signal = as("cyd", () => AbortSignal.timeout(1));
    as("ann", () => bind(signal));
    signal.addEventListener("abort", hear);
    await once(signal, "abort");
    expect(seen).to.deep.equal(["ann"]);
  });

  it("leaves a promise that waits for it to whoever awaits", async () => {
    const controller = new AbortController();
    as("ann", () => bind(controller.signal));
    const read = as("bob", async () => {
      await aborted(controller.signal, controller);
      return user.get();
    });
    as("cyd", () => controller.abort());
    expect(await read).to.equal("bob");
  });
});

describe("a stream of Node that is bound", () => {
  it("calls its listeners in its context, whoever fills or destroys it", async () => {
    const { seen, hear } = listener();
    const stream = as("ann", () => bind(new Readable({ read() {} })));
    for (const event of ["data", "end", "close"]) as("cyd", () => stream.on(event, hear));
    as("bob", () => {
      stream.push("chunk");
      stream.push(null);
    });
    await once(stream, "close");
    expect(seen).to.deep.equal(["ann", "ann", "ann"]);
    const failing = as("ann", () => bind(new PassThrough()));
    failing.on("error", hear);
    as("bob", () => failing.destroy(new Error("gone")));
    await turn();
    expect(seen).to.deep.equal(["ann", "ann", "ann", "ann"]);
  });

  it("calls back whoever waits for its end in its context or in theirs, by the version of Node", async () => {
    const { seen, hear } = listener();
    const [source, sink] = as("ann", () => [
      bind(new Readable({ read() {} })),
      bind(new Writable({ write: (_chunk, _encoding, done) => setImmediate(done) })),
    ]);
    const ended = as(
      "cyd",
      () =>
        new Promise<void>((resolve) => {
          finished(source, () => hear());
          pipeline(source, sink, () => {
            hear();
            resolve();
          });
        }),
    );
    as("bob", () => {
      source.push("chunk");
      source.push(null);
    });
    await ended;
    expect(seen).to.have.length(2);
    expect(["ann", "cyd"]).to.include.members(seen);
  });
});
