import { expect } from "chai";
import { troubles } from "../../src/core/diagnostics.ts";
import { ThroughlineError } from "../../src/core/errors.ts";
import type { Metric } from "../../src/recorders/metric.ts";
import { MetricsRecorder } from "../../src/recorders/metrics-recorder.ts";
import { RecorderLoop } from "../../src/recorders/recorder-loop.ts";
import { RecorderLoopUnavailableError } from "../../src/recorders/recorder-loop-unavailable-error.ts";

const handle = (): boolean => true;
const snapshot = () => ({ name: "m", dimensions: {} });
const metric: Metric = { name: "m", handle, snapshot };

const errorOf = (act: () => unknown): unknown => {
  try {
    return act();
  } catch (error) {
    return error;
  }
};
const codeOf = (act: () => unknown): unknown => {
  const error = errorOf(act);
  return error instanceof ThroughlineError ? error.code : error;
};

const { proxy: revoked, revoke } = Proxy.revocable({}, {});
revoke();

describe("a recorder", () => {
  it("cannot be constructed outside a loop", () => {
    const error = errorOf(() => new MetricsRecorder("shop"));
    expect(error).to.be.instanceOf(RecorderLoopUnavailableError).and.instanceOf(ThroughlineError);
    expect(error).to.include({ name: "RecorderLoopUnavailableError", code: "THR_RECORDER_LOOP_UNAVAILABLE" });
    expect((error as Error).message).to.match(
      /^new MetricsRecorder\("shop"\) needs a RecorderLoop that is open/,
    );
  });

  it("is told of no loop by an error that is known by its code, in any copy of the package", () => {
    const other = Object.assign(new TypeError("odd"), { code: "THR_RECORDER_LOOP_UNAVAILABLE" });
    expect(other).to.be.instanceOf(RecorderLoopUnavailableError);
    for (const value of [new ThroughlineError("THR_NO_SCOPE", "x"), new TypeError("odd"), null, revoked])
      expect((value as unknown) instanceof RecorderLoopUnavailableError).to.equal(false);
  });

  it("needs a name that is a text, and not empty", () => {
    const loop = new RecorderLoop();
    for (const name of [undefined, null, 5, "", Symbol("name"), {}, revoked])
      expect(codeOf(() => loop.run(() => new MetricsRecorder(name as never)))).to.equal("THR_NOT_A_NAME");
  });

  it("takes what is no options for none, and says so where one is wrong", () => {
    const loop = new RecorderLoop();
    const before = troubles().invalid_configuration ?? 0;
    const broken = {
      get maxPending(): number {
        throw new Error("on purpose");
      },
    };
    const odd = [{ maxPending: 0 }, { maxPending: Number.NaN }, { maxPending: "9" }, broken, revoked];
    for (const options of [undefined, null, 5, {}, ...odd]) {
      const recorder = loop.run(() => new MetricsRecorder("shop", options as never));
      void recorder.registerEvent({ type: "event" });
      expect(recorder.report()).to.include({ accepted: 1, refused: 0 });
    }
    expect(troubles().invalid_configuration).to.equal(before + odd.length);
  });

  it("refuses metrics that are none, that are there already, or that come after stop()", () => {
    const recorder = new RecorderLoop().run(() => new MetricsRecorder("shop"));
    const broken = {
      ...metric,
      get name(): string {
        throw new Error("on purpose");
      },
    };
    const nameless = { ...metric, name: "" };
    const odd = [
      null,
      undefined,
      5,
      "m",
      {},
      { name: "m", handle },
      { ...metric, name: 5 },
      nameless,
      revoked,
    ];
    for (const value of [...odd, broken, Object.defineProperty({ ...metric }, "handle", { value: 5 })])
      expect(codeOf(() => recorder.registerMetric(value as never))).to.equal("THR_NOT_A_METRIC");
    expect(() => recorder.registerMetric({ name: "m", handle } as never)).to.throw(
      `given "m", which has no method snapshot`,
    );
    expect(() => recorder.registerMetric(nameless)).to.throw("given an object without a name");
    recorder.registerMetric(metric);
    expect(codeOf(() => recorder.registerMetric({ ...metric }))).to.equal("THR_METRIC_REGISTERED");
    void recorder.stop();
    expect(codeOf(() => recorder.registerMetric({ ...metric, name: "other" }))).to.equal(
      "THR_RECORDER_STOPPED",
    );
  });

  it("goes by the name that a metric had when it was registered", async () => {
    const recorder = new RecorderLoop().run(() => new MetricsRecorder("shop"));
    const changing = { ...metric };
    recorder.registerMetric(changing);
    changing.name = "other";
    expect(recorder.getMetricSnapshots()).to.deep.equal({ m: { name: "m", dimensions: {} } });
  });

  it("is not harmed by what a metric becomes, or gives", async () => {
    const recorder = new RecorderLoop().run(() => new MetricsRecorder("shop"));
    const results: unknown[] = [undefined, null, 5, revoked, { dimensions: 5 }, { dimensions: revoked }];
    results.forEach((result, index) =>
      recorder.registerMetric({ name: `m${index}`, handle, snapshot: () => result as never }),
    );
    const asynchronous = {
      name: "async",
      handle,
      snapshot: () => Promise.reject(new Error("late")) as never,
    };
    recorder.registerMetric(asynchronous);
    const spoilt: Partial<Metric> & { name: string } = { ...metric };
    recorder.registerMetric(spoilt as Metric);
    delete spoilt.handle;
    void recorder.registerEvent({ type: "event" });
    await recorder.stop();
    expect(recorder.getMetricSnapshots()).to.deep.equal({ m: { name: "m", dimensions: {} } });
    expect(recorder.report()).to.include({ handled: 1, metricFailures: 1 + results.length + 1 });
  });
});
