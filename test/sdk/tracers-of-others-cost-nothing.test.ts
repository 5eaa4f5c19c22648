import { expect } from "chai";
import { startReceiver } from "../../src/devtools.ts";
import { program } from "../processes/spawned.ts";

const QUIET = { OTEL_METRICS_EXPORTER: "none" };

/** What another SDK's tracer provider is made of, that should give tracers that give spans. */
const BROKEN: Record<string, string> = {
  "startSpan throws": "getTracer: () => ({ startSpan() { throw new Error('down'); } })",
  "startSpan gives undefined": "getTracer: () => ({ startSpan() {} })",
  "startSpan gives a number": "getTracer: () => ({ startSpan: () => 5 })",
  "startSpan gives an empty object": "getTracer: () => ({ startSpan: () => ({}) })",
  "startSpan gives what can only be ended":
    "getTracer: () => ({ startSpan: () => Object.freeze({ end() {} }) })",
  "startSpan gives a revoked proxy": "getTracer: () => ({ startSpan: () => revoked })",
  "startSpan gives a promise that is rejected":
    "getTracer: () => ({ startSpan: async () => { throw new Error('down'); } })",
  "the tracer has no startSpan": "getTracer: () => ({})",
  "getTracer gives undefined": "getTracer() {}",
  "getTracer throws": "getTracer() { throw new Error('down'); }",
};

const START = (provider: string): string => `
  import { trace } from "@opentelemetry/api";
  import { activeSpan, counter, start, startSpan, traced, withSpan } from "throughline";
  const { proxy: revoked, revoke } = Proxy.revocable({}, {});
  revoke();
  const telemetry = start({ tracerProvider: { ${provider} } });
  const tell = (...values) => console.log(JSON.stringify(values));
`;

async function told(code: string, environment: NodeJS.ProcessEnv = QUIET): Promise<unknown> {
  const { output, errors, code: exit } = await program(code, environment);
  expect(exit, errors).to.equal(0);
  return JSON.parse(output) as unknown;
}

describe("a tracer of another SDK that fails", function () {
  this.timeout(20_000);

  for (const [what, provider] of Object.entries(BROKEN)) {
    it(`costs no call, gives a span that records nothing, and is counted: ${what}`, async () => {
      const [ran, failed] = (await told(`${START(provider)}
        const ran = [];
        const use = (name) => (span = activeSpan()) => {
          span.setAttribute("key", 1).setAttributes({ a: 1 }).addEvent("event").addLink({}).addLinks([]).setStatus({ code: 2 }).updateName("new");
          span.recordException(new Error("error"));
          ran.push([name, span.isRecording(), span.spanContext().spanId]);
          return "its own";
        };
        const tracer = trace.getTracer("library");
        const results = [
          withSpan("span", use("withSpan")),
          traced("span", () => use("traced")())(),
          startSpan("span").run(use("span.run")),
          tracer.startActiveSpan("span", use("startActiveSpan")),
          tracer.startActiveSpan("span", {}, use("startActiveSpan with options")),
        ];
        const block = startSpan("span");
        use("startSpan")(block);
        block[Symbol.dispose]();
        const span = tracer.startSpan("span");
        use("the API's startSpan")(span);
        span.end();
        await new Promise((resolve) => setTimeout(resolve, 5));
        tell([ran.length, ran.filter(([, isRecording, id]) => isRecording || id !== "0".repeat(16)), new Set(results).size], telemetry.report().troubles.plugin_failed);
      `)) as [unknown, number];
      expect(ran).to.deep.equal([7, [], 1]);
      expect(failed).to.be.greaterThanOrEqual(7);
    });
  }
});

const THROWS = "{ throw new Error('not now'); }";

describe("a tracer provider of another SDK that fails to flush", function () {
  this.timeout(20_000);

  for (const [what, ways] of Object.entries({
    "by throwing": `forceFlush() ${THROWS}, shutdown() ${THROWS}`,
    "by rejecting": `async forceFlush() ${THROWS}, async shutdown() ${THROWS}`,
    "by an object that throws as it is awaited": `forceFlush: () => ({ then() ${THROWS} }), shutdown: () => ({ get then() ${THROWS} })`,
  })) {
    it(`holds up nothing, and metrics are sent all the same: ${what}`, async () => {
      const receiver = await startReceiver({ port: 0 });
      const environment = { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint };
      const outcome = await told(
        `${START(`getTracer: () => ({}), ${ways}`)}
        counter("first").add(1);
        const flushed = await telemetry.flush();
        counter("second").add(1);
        const closed = await telemetry.shutdown();
        tell(flushed.metrics.delivered, closed.metrics.delivered, closed.troubles);
      `,
        environment,
      );
      const metrics = new Set(receiver.store.series().map(({ name }) => name));
      await receiver.close();
      expect(outcome).to.deep.equal([1, 3, { plugin_failed: 2 }]);
      expect([...metrics]).to.have.members(["first", "second"]);
    });
  }

  it("does not end the program badly", async () => {
    const ways = `forceFlush() ${THROWS}, shutdown() ${THROWS}`;
    expect(await told(`${START(`getTracer: () => ({}), ${ways}`)} tell("the end");`)).to.deep.equal([
      "the end",
    ]);
  });
});
