import { expect } from "chai";
import { fork } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import type { SignalReport, TelemetryReport } from "throughline";
import { startCollector } from "./collector.ts";
import type { Held } from "./held-telemetry.ts";

/** Spans that are sent before the end, that wait meanwhile, and that are sent after it. */
const SOME = 50;

describe("while the Collector ends, is away and starts again", () => {
  let first: Held;
  let second: Held;
  let report: TelemetryReport;

  before(async () => {
    const collector = await startCollector();
    const program = fork("test/peers/steady-program.ts", {
      env: {
        ...process.env,
        OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint,
        OTEL_BSP_SCHEDULE_DELAY: "50",
        OTEL_METRIC_EXPORT_INTERVAL: "200",
        OTEL_METRIC_EXPORT_TIMEOUT: "200",
      },
      stdio: ["ignore", "ignore", "pipe", "ipc"],
    });
    const ask = async (message: "report" | "stop"): Promise<TelemetryReport> => {
      program.send(message);
      const [answer] = (await once(program, "message")) as [TelemetryReport];
      return answer;
    };
    const until = async (isReached: (spans: SignalReport) => boolean): Promise<void> => {
      while (!isReached((await ask("report")).spans)) await sleep(20);
    };
    await until(({ delivered }) => delivered >= SOME);
    first = await collector.stop();
    await until(({ pending }) => pending >= SOME);
    const again = await startCollector(new URL(collector.endpoint).port);
    await until(({ delivered }) => delivered >= first.spans.length + SOME);
    report = await ask("stop");
    second = await again.stop();
  });

  it("every span arrives exactly once, before or after", () => {
    const numbers = [...first.spans, ...second.spans].map(({ name }) => Number(name.slice("span ".length)));
    const { made, delivered } = report.spans;
    expect(made).to.equal(delivered);
    expect(numbers.toSorted((a, b) => a - b)).to.deep.equal(
      Array.from({ length: made }, (_, index) => index),
    );
    for (const { spans } of [first, second]) expect(spans.length).to.be.at.least(SOME);
  });

  it("every data point arrives, and the last counts all", () => {
    const points = [...first.metrics, ...second.metrics].flatMap(({ sum }) => sum?.dataPoints ?? []);
    const { made, delivered } = report.metrics;
    expect([made, delivered]).to.deep.equal([points.length, points.length]);
    expect(points.at(-1)).to.include({ asInt: String(report.spans.made) });
  });
});
