import { expect } from "chai";
import { LOGS_PER_SECOND } from "../../src/devtools/log-lines.ts";
import { BURST, TRACES_PER_SECOND } from "../../src/devtools/print-budget.ts";
import { PATIENCE, QUIET_AFTER } from "../../src/devtools/quiet-traces.ts";
import { TelemetryStore } from "../../src/devtools/store.ts";
import { MAX_ROWS, MAX_SPANS, PAUSE, Viewer } from "../../src/devtools/viewer.ts";
import { decodedLog, decodedMetric, decodedPoint, decodedSpan, traceIdOf } from "./decoded-telemetry.ts";

const ERROR = 2;

/** A viewer whose clock the test moves. */
function viewing() {
  const store = new TelemetryStore();
  const blocks: string[] = [];
  const output = { columns: 60, write: (text: string) => void blocks.push(text) };
  let now = 0;
  const viewer = new Viewer(store, output, { now: () => now });
  /** Lets time pass and returns what was printed meanwhile. */
  const after = (milliseconds: number): string[] => {
    now += milliseconds;
    viewer.tick();
    return blocks.splice(0);
  };
  return { store, viewer, blocks, after };
}

describe("the viewer", () => {
  it("prints a trace once it has been quiet", () => {
    const { store, after } = viewing();
    store.addSpans([decodedSpan(1, 1)]);
    expect(after(QUIET_AFTER - 1)).to.deep.equal([]);
    store.addSpans([decodedSpan(1, 2)]);
    expect(after(QUIET_AFTER - 1)).to.deep.equal([]);
    expect(after(1)).to.deep.equal([
      `\
trace 00000000 · 2 spans · 1 service · 5.00 ms

shop  span 1  █████████████████████████████████████  5.00 ms
shop  span 2  █████████████████████████████████████  5.00 ms

`,
    ]);
    expect(after(QUIET_AFTER)).to.deep.equal([]);
  });

  it("prints a log record as a line, with its trace", () => {
    const { store, after } = viewing();
    const told = decodedLog({ traceId: traceIdOf(7) });
    store.addLogs([told, decodedLog({ severityNumber: 18, body: null, eventName: "payment\u001b[2J" })]);
    const [block = "", ...others] = after(1);
    expect(others).to.deep.equal([]);
    expect(block.replaceAll(/^\d\d:\d\d:\d\d\.000 /gm, "")).to.equal(
      "INFO   shop  paid  trace 00000000\nERROR  shop  payment\\u{1b}[2J\n\n",
    );
    expect(after(QUIET_AFTER)).to.deep.equal([]);
  });

  it("prints so many log records a second, counts the others, and prints the rest as it closes", () => {
    const { store, viewer, blocks, after } = viewing();
    const many = Array.from({ length: LOGS_PER_SECOND + 20 }, () => decodedLog());
    store.addLogs(many);
    expect(after(1).join("").trimEnd().split("\n")).to.have.length(LOGS_PER_SECOND);
    store.addLogs([decodedLog()]);
    expect(after(1)).to.deep.equal([]);
    expect(after(1_000)).to.deep.equal(["+ 21 more log records\n\n"]);
    store.addLogs([decodedLog()]);
    viewer.close();
    expect(blocks.join("")).to.match(/INFO {3}shop {2}paid\n\n$/);
  });

  it("prints a trace again, marked as updated, when more of it arrives", () => {
    const { store, after } = viewing();
    store.addSpans([decodedSpan(1, 1)]);
    expect(after(QUIET_AFTER).join("")).not.to.contain("updated");
    store.addSpans([decodedSpan(1, 2)]);
    expect(after(QUIET_AFTER).join("")).to.match(/^trace 00000000 · 2 spans .* · updated\n/);
  });

  it("prints a trace that is never quiet when its patience ends", () => {
    const { store, after } = viewing();
    const printed: string[] = [];
    for (let time = 0; time <= PATIENCE; time += 500) {
      store.addSpans([decodedSpan(1, time)]);
      printed.push(...after(500));
    }
    expect(printed).to.have.lengthOf(1);
  });

  it("prints as many traces at once as the burst allows, and sums up the rest in one line", () => {
    const { store, after } = viewing();
    for (let trace = 1; trace <= BURST; trace += 1) store.addSpans([decodedSpan(trace, 1)]);
    store.addSpans([decodedSpan(0xabc, 1, { status: { code: ERROR, message: "no" } })]);
    const long = decodedSpan(0xdef, 1, { name: "GET /slow" });
    store.addSpans([{ ...long, endTimeUnixNano: long.startTimeUnixNano + 2_000_000_000n }]);
    const printed = after(QUIET_AFTER);
    expect(printed).to.have.lengthOf(BURST + 1);
    expect(printed.at(-1)).to.equal("+ 2 more traces · 1 failed · slowest 2.00 s: GET /slow (00000000)\n\n");
  });

  it("prints a few lines a second under load", () => {
    const { store, after } = viewing();
    const seconds = 10;
    let printed = 0;
    for (let tick = 0; tick < seconds * 10; tick += 1) {
      store.addSpans(Array.from({ length: 100 }, (_, trace) => decodedSpan(tick * 100 + trace, 1)));
      printed += after(100).length;
    }
    expect(printed).to.be.at.most(BURST + (TRACES_PER_SECOND + 1) * seconds);
    expect(printed).to.be.at.least(TRACES_PER_SECOND * (seconds - 1));
  });

  it("prints no more spans of one trace than a person scrolls through, and counts the rest", () => {
    const { store, after } = viewing();
    store.addSpans(Array.from({ length: MAX_SPANS }, (_, span) => decodedSpan(1, span)));
    expect(after(QUIET_AFTER).join("")).not.to.contain("more spans");
    store.addSpans(Array.from({ length: MAX_SPANS + 1 }, (_, span) => decodedSpan(2, span)));
    const [block = ""] = after(QUIET_AFTER);
    expect(block)
      .to.contain(`· ${MAX_SPANS + 1} spans ·`)
      .and.to.contain("\n… and 1 more spans\n");
    expect(block.trimEnd().split("\n")).to.have.lengthOf(MAX_SPANS + 3);
  });

  it("prints metrics that changed, at most once a second", () => {
    const { store, after } = viewing();
    store.addMetrics([decodedMetric("a"), decodedMetric("b")]);
    expect(after(1)).to.deep.equal([
      "service  metric  value\nshop     a           1\nshop     b           1\n\n",
    ]);
    store.addMetrics([decodedMetric("a"), decodedMetric("b", { points: [decodedPoint({ value: 2 })] })]);
    expect(after(PAUSE - 1)).to.deep.equal([]);
    expect(after(1)).to.deep.equal(["service  metric  value\nshop     b           2\n\n"]);
    expect(after(PAUSE)).to.deep.equal([]);
  });

  it("prints metrics of a program that was started anew, though they are as they were", () => {
    const { store, after } = viewing();
    store.addMetrics([decodedMetric("a")]);
    const first = after(PAUSE);
    store.addMetrics([decodedMetric("a", { points: [decodedPoint({ value: 1, startTimeUnixNano: 1n })] })]);
    expect(after(PAUSE)).to.deep.equal(first);
  });

  it("prints no more metrics at once than fill a screen", () => {
    const { store, after } = viewing();
    store.addMetrics(Array.from({ length: MAX_ROWS }, (_, each) => decodedMetric(`m${each}`)));
    expect(after(PAUSE).join("")).to.contain("m49").and.not.to.contain("more");
    store.addMetrics(Array.from({ length: MAX_ROWS + 1 }, (_, each) => decodedMetric(`n${each}`)));
    expect(after(PAUSE).join(""))
      .to.contain("n49")
      .and.to.match(/\n… and more that changed\n\n$/);
  });

  it("shows hostile names as text", () => {
    const { store, after } = viewing();
    const name = "\u001b]0;owned\u0007\r\nforged";
    store.addSpans([decodedSpan(1, 1, { name, resource: { "service.name": name } })]);
    for (let trace = 2; trace <= BURST + 2; trace += 1) store.addSpans([decodedSpan(trace, 1, { name })]);
    store.addMetrics([
      decodedMetric(name, { unit: name, points: [decodedPoint({ attributes: { [name]: name } })] }),
    ]);
    const printed = after(QUIET_AFTER).join("");
    expect(printed).to.contain("\\u{1b}]0;owned").and.to.contain("slowest");
    expect(printed).not.to.match(/(?!\n)\p{Cc}/u);
    expect(printed).not.to.match(/^forged/m);
  });

  it("prints what is still waiting when it is closed, and nothing after", () => {
    const { store, viewer, blocks, after } = viewing();
    store.addSpans([decodedSpan(1, 1)]);
    store.addMetrics([decodedMetric("m")]);
    viewer.close();
    expect(blocks.splice(0).map((block) => block.slice(0, 7))).to.deep.equal(["trace 0", "service"]);
    store.addSpans([decodedSpan(2, 1)]);
    expect(after(10_000)).to.deep.equal([]);
  });

  it("passes over a trace that was evicted before it could be printed", () => {
    const store = new TelemetryStore(1);
    const blocks: string[] = [];
    const viewer = new Viewer(store, { write: (text) => void blocks.push(text) });
    store.addSpans([decodedSpan(1, 1)]);
    viewer.close();
    expect(store.trace(traceIdOf(1))).to.equal(undefined);
    expect(blocks).to.deep.equal([]);
  });
});
