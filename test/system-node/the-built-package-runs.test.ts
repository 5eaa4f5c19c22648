import { expect } from "chai";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { startReceiver } from "../../src/devtools.ts";

const program = `
  import { createServer } from "node:http";
  import { start, withSpan, counter } from "throughline";
  const telemetry = start({ service: "system" });
  const server = createServer((request, response) => response.end("ok"));
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  await withSpan("work", () => fetch("http://127.0.0.1:" + server.address().port).then((answer) => answer.text()));
  counter("work.done").add(1);
  server.close();
  server.closeAllConnections();
  const { spans, metrics } = await telemetry.shutdown();
  console.log(JSON.stringify({ spans: [spans.made, spans.delivered], metrics: [metrics.made, metrics.delivered] }));
`;

describe(`on Node ${process.versions.node}`, () => {
  it("a trace through fetch and node:http is exported whole", async () => {
    const receiver = await startReceiver({ port: 0 });
    const { output, errors } = await run(["--input-type=module", "-e", program], receiver.endpoint);
    const spans = receiver.store.traces().flatMap((trace) => trace.spans);
    await receiver.close();
    expect(errors).to.equal("");
    expect(JSON.parse(output)).to.deep.equal({ spans: [3, 3], metrics: [4, 4] });
    expect(spans.map((span) => span.name).toSorted()).to.deep.equal(["GET", "GET", "work"]);
    expect(new Set(spans.map((span) => span.traceId)).size).to.equal(1);
  });

  it("require() takes the package as import does", () => {
    const output = execFileSync(
      process.execPath,
      ["-e", `console.log(typeof require("throughline").withSpan)`],
      { encoding: "utf8" },
    );
    expect(output).to.equal("function\n");
  });

  it("--import throughline/register traces a program that knows nothing of it", async () => {
    const receiver = await startReceiver({ port: 0 });
    const server = createServer((_request, response) => response.end("ok"));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const { errors } = await run(
      [
        "--import",
        "throughline/register",
        "-e",
        `fetch("http://127.0.0.1:${port}/x").then((answer) => answer.text())`,
      ],
      receiver.endpoint,
    );
    const spans = receiver.store.traces().flatMap((trace) => trace.spans);
    server.close();
    server.closeAllConnections();
    await receiver.close();
    expect(errors).to.equal("");
    expect(spans.map((span) => [span.resource["service.name"], span.name])).to.deep.equal([
      ["unknown_service:node", "GET"],
    ]);
  });
});

async function run(args: string[], endpoint: string): Promise<{ output: string; errors: string }> {
  const child = spawn(process.execPath, args, {
    env: { ...process.env, NODE_OPTIONS: "", OTEL_EXPORTER_OTLP_ENDPOINT: endpoint },
  });
  let [output, errors] = ["", ""];
  child.stdout.on("data", (chunk) => (output += String(chunk)));
  child.stderr.on("data", (chunk) => (errors += String(chunk)));
  await once(child, "close");
  return {
    output,
    errors: errors
      .split("\n")
      .filter((line) => !line.includes("Warning") && !line.includes("--trace-warnings"))
      .join("\n")
      .trim(),
  };
}
