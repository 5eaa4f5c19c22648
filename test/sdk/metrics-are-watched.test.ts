import { expect } from "chai";
import { startReceiver } from "../../src/devtools/receiver.ts";
import { counter, histogram, observableGauge } from "../../src/metrics/accessors.ts";
import { createTelemetry, withTelemetry } from "../../src/sdk/create-telemetry.ts";
import { forgetWhatWasTold } from "../stderr.ts";

/** What was told while a telemetry of its own collected once what `measure` had measured. */
async function toldOf(measure: () => void): Promise<{ told: string; metrics: readonly string[] }> {
  forgetWhatWasTold();
  const receiver = await startReceiver({ port: 0 });
  const write = process.stderr.write.bind(process.stderr);
  let told = "";
  process.stderr.write = (text: string | Uint8Array) => {
    told += String(text);
    return true;
  };
  try {
    const telemetry = createTelemetry({ endpoint: receiver.endpoint });
    withTelemetry(telemetry, measure);
    await telemetry.shutdown();
  } finally {
    process.stderr.write = write;
    await receiver.close();
  }
  return { told, metrics: receiver.store.series().map(({ name }) => name) };
}

describe("what a telemetry collects", function () {
  this.timeout(10_000);

  it("is told of where a metric has half of the series that it may have", async () => {
    const { told } = await toldOf(() => {
      for (let user = 0; user < 1_000; user++) counter("watched.visits").add(1, { "user.id": user });
    });
    expect(told).to.match(/metric watched\.visits has 1000 series.*"user\.id" has 1000 values/);
  });

  it("is told of where two metrics have one name", async () => {
    const { told } = await toldOf(() => {
      counter("watched.same", { unit: "s" }).add(1);
      counter("watched.same", { unit: "By" }).add(1);
      counter("watched.kinds").add(1);
      histogram("watched.kinds").record(1);
      counter("watched.one").add(1);
      counter("watched.one").add(1);
    });
    expect(told.match(/metric watched.*$/gm)).to.deep.equal([
      'metric watched.same was declared twice, in "s" and in "By": both are sent',
      "metric watched.kinds was declared twice, of different kinds or descriptions: both are sent",
    ]);
  });

  it("is told of where a callback does not answer, and the rest is sent", async () => {
    const { told, metrics } = await toldOf(() => {
      observableGauge("watched.never", async () => new Promise(() => {}));
      observableGauge("watched.soon", async (observe) => observe(1));
    });
    expect(told).to.match(/kept waiting in vain by "watched\.never": their callbacks have not answered/);
    expect(metrics).to.deep.equal(["watched.soon"]);
  });
});
