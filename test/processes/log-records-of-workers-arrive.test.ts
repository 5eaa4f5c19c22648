import { expect } from "chai";
import { startReceiver, type StoreChange } from "../../src/devtools.ts";
import { program } from "./spawned.ts";

const worker = JSON.stringify(new URL("logging-worker.ts", import.meta.url).href);

const telling = (options: string): string => `
  import { Worker } from "node:worker_threads";
  import { once } from "node:events";
  import { carryContext, start, withSpan } from "throughline";
  const telemetry = start({ service: "shop", ${options} });
  const worker = carryContext(new Worker(new URL(${worker}), { execArgv: [] }));
  const traces = await withSpan("upload", async (span) => {
    worker.postMessage("told");
    const [traceId] = await once(worker, "message");
    return [traceId, span.spanContext().traceId];
  });
  await worker.terminate();
  const { logs } = await telemetry.shutdown();
  console.log(JSON.stringify({ traces, logs: [logs.made, logs.delivered] }));
`;

describe("log records of a worker", function () {
  this.timeout(20_000);

  it("arrive by the exporter of the process, in the trace of the sender, though the worker is terminated", async () => {
    await using receiver = await startReceiver({ port: 0 });
    const told: StoreChange["logs"][number][] = [];
    receiver.store.onChange(({ logs }) => told.push(...logs));
    const { output, errors, code } = await program(telling(`endpoint: "${receiver.endpoint}"`));
    expect([errors, code]).to.deep.equal(["", 0]);
    const { traces, logs } = JSON.parse(output) as { traces: string[]; logs: number[] };
    expect([traces[0], logs]).to.deep.equal([traces[1], [1, 1]]);
    expect(
      told.map(({ body, traceId, resource }) => [
        body,
        traceId,
        resource["service.name"],
        typeof resource["thread.id"],
      ]),
    ).to.deep.equal([["told", traces[0], "shop", "number"]]);
  });

  it("are printed by the main thread where that prints", async () => {
    const { output, errors, code } = await program(telling(`exporter: "console"`));
    expect([errors, code]).to.deep.equal(["", 0]);
    expect(output).to.match(/^\d\d:\d\d:\d\d\.\d{3} INFO {3}shop {2}told {2}trace [0-9a-f]{8}$/m);
    expect(output).to.include('"logs":[1,1]');
  });

  it("are none where the main thread tells nobody", async () => {
    const { output, errors, code } = await program(telling(`exporter: "none"`));
    expect([errors, code]).to.deep.equal(["", 0]);
    expect(output).to.include('"logs":[0,0]');
  });
});
