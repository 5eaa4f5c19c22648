import { expect } from "chai";
import { startReceiver, type StoredTrace } from "../../src/devtools.ts";
import { program } from "./spawned.ts";

/** The traces that the programs of `code` export, each as its spans' names from the root on, and what they printed. */
async function tracesOf(code: string, environment: NodeJS.ProcessEnv = {}): Promise<readonly string[]> {
  const receiver = await startReceiver({ port: 0 });
  const { errors } = await program(code, { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint, ...environment });
  const traces = receiver.store.traces().map((trace) => pathOf(trace));
  await receiver.close();
  expect(errors).to.equal("");
  return traces.toSorted();
}

/** Of a trace in which each span has one child at most; a parent that nobody has exported is "?". */
function pathOf({ spans }: StoredTrace): string {
  const ids = new Set(spans.map(({ spanId }) => spanId));
  const below = (id: string): string =>
    spans
      .filter(({ parentSpanId }) => parentSpanId === id)
      .map(({ name, spanId }) => ` > ${name}${below(spanId)}`)
      .join("");
  return spans
    .filter(({ parentSpanId }) => !ids.has(parentSpanId))
    .map(({ name, spanId, parentSpanId }) => `${parentSpanId === "" ? "" : "? > "}${name}${below(spanId)}`)
    .join(", ");
}

/** Starts children with the environment of the moment, each running `code` in the way that `args` say. */
const PARENT = `
  import { spawn } from "node:child_process";
  import { once } from "node:events";
  import { carriers, ContextVariable, gather, operation, start, withSpan } from "throughline";
  start({ service: "parent" });
  const tenant = new ContextVariable("tenant", { travels: "process" });
  const child = async (code, ...args) => {
    const env = carriers.env.inject(process.env);
    await once(spawn(process.execPath, [...args, "--input-type=module", "-e", code], { env, stdio: "inherit" }), "exit");
  };
  const registered = (code) => child(code, "--import", "throughline/register");
`;

const variable = "const tenant = new ContextVariable('tenant', { travels: 'process' });";

const GOOD = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

describe("a child process", function () {
  this.timeout(30_000);

  it("with --import throughline/register goes on with the trace, each with that of its own", async () => {
    const traces = await tracesOf(`${PARENT}
      await gather(["a", "b", "c"].map((name) => () => withSpan(name, () => registered(
        "import { withSpan } from 'throughline'; await withSpan('child of " + name + "', async () => {});"
      ))));`);
    expect(traces).to.deep.equal(["a > child of a", "b > child of b", "c > child of c"]);
  });

  it("that calls start() does so too, and so does its operation, and a child of its own", async () => {
    const traces = await tracesOf(`${PARENT}
      const grandchild = "import { withSpan } from 'throughline'; withSpan('grandchild', () => {});";
      await withSpan("parent", () => child(${JSON.stringify(PARENT)} +
        "await operation('child', () => registered(" + JSON.stringify(grandchild) + "));"));`);
    expect(traces).to.deep.equal(["parent > child > grandchild"]);
  });

  it("is given the variables that travel, also where they are declared long after the start", async () => {
    const traces = await tracesOf(`${PARENT}
      await withSpan("parent", () => tenant.run("acme", () => registered(
        "import { ContextVariable, withSpan } from 'throughline'; ${variable} withSpan('for ' + tenant.get(), () => {});"
      )));`);
    expect(traces).to.deep.equal(["parent > for acme"]);
  });

  it("serves requests that have nothing to do with the trace that it was started in", async () => {
    const traces = await tracesOf(`${PARENT}
      await withSpan("parent", () => registered(
        "import { createServer } from 'node:http'; import { withSpan } from 'throughline';" +
        "const server = createServer((_, response) => response.end()).listen(0, async () => {" +
        "  const { connect } = await import('node:net');" +
        "  const socket = connect(server.address().port, () => socket.end('GET / HTTP/1.0\\\\r\\\\n\\\\r\\\\n'));" +
        "  socket.on('close', () => server.close()).resume(); withSpan('own', () => {}); });"
      ));`);
    expect(traces).to.deep.equal(["GET", "parent > own"]);
  });

  it("goes on below a span of whoever has started it, be that no program of ours", async () => {
    const traces = await tracesOf(
      `import { start, withSpan } from "throughline"; start(); withSpan("own", () => {});`,
      {
        TRACEPARENT: GOOD,
      },
    );
    expect(traces).to.deep.equal(["? > own"]);
  });

  for (const [what, environment] of [
    ["a traceparent that is none", { TRACEPARENT: "00-zz-zz-01" }],
    ["a hundred thousand characters", { TRACEPARENT: "0".repeat(100_000), BAGGAGE: "=,".repeat(50_000) }],
    ["variables that are no JSON", { THROUGHLINE_VARIABLES: "{", BAGGAGE: "a=1\n2" }],
    ["what OTEL_PROPAGATORS leaves out", { TRACEPARENT: GOOD, OTEL_PROPAGATORS: "none" }],
  ] as const)
    it(`begins a trace of its own with ${what}`, async () => {
      const traces = await tracesOf(
        `import { start, withSpan } from "throughline";
         start(); withSpan("own", () => {});`,
        { ...environment, OTEL_LOG_LEVEL: "none" },
      );
      expect(traces).to.deep.equal(["own"]);
    });
});
