import { expect } from "chai";
import { startReceiver } from "../../src/devtools.ts";
import { program } from "../processes/spawned.ts";

describe("start({ protocol })", function () {
  this.timeout(20_000);

  for (const compression of ["none", "gzip"]) {
    it(`sends spans and metrics in JSON where it says so, compressed by ${compression}`, async () => {
      const receiver = await startReceiver({ port: 0 });
      const { output, errors } = await program(
        `
        import { counter, start, withSpan } from "throughline";
        const telemetry = start({ endpoint: "${receiver.endpoint}", protocol: "http/json", compression: "${compression}" });
        withSpan("work", { attributes: { "work.size": 3, "work.kind": "näherung" } }, () => counter("work.done").add(2));
        const { spans, metrics } = await telemetry.shutdown();
        console.log(spans.delivered, metrics.delivered);
        `,
      );
      await receiver.close();
      expect([output, errors]).to.deep.equal(["1 1\n", ""]);
      const [span] = receiver.store.traces().flatMap(({ spans }) => spans);
      expect({ ...span?.attributes }).to.deep.equal({ "work.size": 3, "work.kind": "näherung" });
      expect(receiver.store.series().map(({ name, point }) => [name, point.value])).to.deep.equal([
        ["work.done", 2],
      ]);
    });
  }
});
