import { expect } from "chai";
import { Clock } from "../../src/core/clock.ts";
import { recording } from "../recording.ts";
import { EMPTY, REMOTE, under } from "./traced.ts";

/** Clocks that can be told apart by the nanoseconds that they read: 1 ms, 2 ms … */
const numbered = (isStale = () => false) => {
  const made: Clock[] = [];
  const renew = (): Clock => {
    const clock = new Clock();
    const reading = made.push(clock);
    clock.read = () => reading;
    clock.isStaleAt = isStale;
    return clock;
  };
  renew();
  return { made, clocks: { current: () => made.at(-1) ?? renew(), renew } };
};

describe("the clock of a trace", () => {
  it("is renewed for a root that starts when it is stale, and stays for the trace", () => {
    const [stale, young] = [new Clock(), new Clock()];
    stale.isStaleAt = () => true;
    young.read = () => 5;
    let renewed = 0;
    const clocks = { current: () => stale, renew: () => (renewed++, young) };
    const { spans, providers } = recording(undefined, { clocks });
    const tracer = providers.tracerProvider.getTracer("test");
    const root = tracer.startSpan("root", {}, EMPTY);
    tracer.startSpan("child", {}, under(root)).end();
    root.end();
    expect(spans.map(({ start }) => start[1])).to.deep.equal([5_000_000, 5_000_000]);
    expect(renewed).to.equal(1);
  });

  it("is not renewed where it is not stale", () => {
    const { made, clocks } = numbered();
    const { providers } = recording(undefined, { clocks });
    for (const name of ["first", "second"])
      providers.tracerProvider.getTracer("test").startSpan(name, {}, EMPTY).end();
    expect(made).to.have.lengthOf(1);
  });

  it("stays for all spans below its local root, however stale it is, and whatever others renewed", () => {
    let isStale = false;
    const { made, clocks } = numbered(() => isStale);
    const { spans, providers } = recording(undefined, { clocks });
    const tracer = providers.tracerProvider.getTracer("test");
    const root = tracer.startSpan("root", {}, under(REMOTE));
    const child = tracer.startSpan("child", {}, under(root));
    isStale = true;
    tracer.startSpan("of another trace", {}, EMPTY).end();
    tracer.startSpan("grandchild", {}, under(child)).addEvent("event").end();
    child.end();
    root.end();
    expect(spans.map(({ name, start, end }) => [name, start[1], end[1]])).to.deep.equal([
      ["of another trace", 2_000_000, 2_000_000],
      ["grandchild", 1_000_000, 1_000_000],
      ["child", 1_000_000, 1_000_000],
      ["root", 1_000_000, 1_000_000],
    ]);
    expect(spans[1]?.events[0]?.time[1]).to.equal(1_000_000);
    expect(made).to.have.lengthOf(2);
  });
});
