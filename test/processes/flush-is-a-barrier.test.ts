import { expect } from "chai";
import { slowCollector } from "./slow-collector.ts";
import { program } from "./spawned.ts";

describe("flush", function () {
  this.timeout(20_000);

  it("resolves once the collector has all that had ended, what was under way included", async () => {
    const collector = await slowCollector(300);
    const { output, errors } = await program(
      `
      import { counter, start, withSpan } from "throughline";
      import { setTimeout as sleep } from "node:timers/promises";
      const telemetry = start({ endpoint: "${collector.endpoint}" });
      withSpan("before", () => counter("work.done").add(1));
      const earlier = telemetry.flush();
      await sleep(100); // its requests are under way
      withSpan("after", () => {});
      const { spans, metrics } = await telemetry.flush();
      console.log(JSON.stringify([spans.delivered, spans.pending, metrics.pending]));
      await earlier;
      process.kill(process.pid, "SIGKILL");
      `,
    );
    collector.close();
    expect([errors, output]).to.deep.equal(["", "[2,0,0]\n"]);
    expect(collector.taken).to.include.members(["before", "after", "work.done"]);
  });
});
