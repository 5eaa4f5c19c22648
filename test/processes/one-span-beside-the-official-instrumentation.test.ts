import { expect } from "chai";
import { startReceiver } from "../../src/devtools.ts";
import type { DecodedSpan } from "../../src/otlp/decoded.ts";
import { spawned } from "./spawned.ts";

const SEND: Record<string, string> = {
  "node:http": `new Promise((resolve) => http.get(url, (response) => response.resume().on("end", resolve)))`,
  fetch: `fetch(url).then((response) => response.text())`,
};
const OURS = `const telemetry = start();`;
const THEIRS = `
  new (require("@opentelemetry/instrumentation-http").HttpInstrumentation)();
  new (require("@opentelemetry/instrumentation-undici").UndiciInstrumentation)();
`;

/** Sends two requests to itself, and prints for each how often which header came, and the user that the handler saw. */
const program = (order: readonly string[], send: string): string => `
  const api = require("@opentelemetry/api");
  const { ContextVariable, start, withSpan } = require("throughline");
  ${order.join("\n")}
  const http = require("node:http");
  const user = new ContextVariable("user");
  const told = [];
  const authenticate = async () => { user.set("ann"); };
  const server = http.createServer(async ({ rawHeaders }, response) => {
    await authenticate();
    const count = (header) => rawHeaders.filter((line, index) => index % 2 === 0 && line.toLowerCase() === header).length;
    withSpan("handle", () => told.push([count("traceparent"), count("baggage"), user.tryGet()]));
    response.end();
  });
  const baggage = api.propagation.createBaggage({ tier: { value: "gold" } });
  server.listen(0, "127.0.0.1", async () => {
    const url = "http://127.0.0.1:" + server.address().port;
    const context = api.propagation.setBaggage(api.context.active(), baggage);
    for (let each = 0; each < 2; each++) await api.context.with(context, () => ${send});
    await new Promise((resolve) => setTimeout(resolve, 20));
    console.log(JSON.stringify(told));
    await telemetry.shutdown();
    process.exit();
  });
`;

const KINDS = ["", "", "server", "client"];
/** A request that the official one is told to ignore, and then one that it is not: who is first traces each. */
const IGNORING = (order: readonly string[]) => `
  const { start } = require("throughline");
  const { UndiciInstrumentation } = require("@opentelemetry/instrumentation-undici");
  ${order.join("\n")}
  const http = require("node:http");
  const server = http.createServer(({ rawHeaders }, response) => {
    response.end(String(rawHeaders.filter((line) => line.toLowerCase() === "traceparent").length));
  });
  server.listen(0, "127.0.0.1", async () => {
    const url = "http://127.0.0.1:" + server.address().port;
    const counts = [];
    for (const path of ["/ignored", "/seen", "/ignored", "/seen"]) counts.push(await (await fetch(url + path)).text());
    await new Promise((resolve) => setTimeout(resolve, 20));
    console.log(JSON.stringify(counts));
    await telemetry.shutdown();
    process.exit();
  });
`;
const THEIRS_IGNORING = `new UndiciInstrumentation({ ignoreRequestHook: ({ path }) => path === "/ignored" });`;
const ELSEWHERE = `
  const { NodeTracerProvider } = require("@opentelemetry/sdk-trace-node");
  new UndiciInstrumentation().setTracerProvider(new NodeTracerProvider());
`;

const LINEAGE = ["client", "client > server", "client > server > handle"];
/** Instruments that others make before start() are the API's silent ones, for good. */
const DURATIONS = [
  ["http.client.request.duration", 2],
  ["http.server.request.duration", 2],
];

/** Each span of a trace as the way from its root, by kind or name. */
function lineage(spans: readonly DecodedSpan[]): string[] {
  const byId = new Map(spans.map((span) => [span.spanId, span]));
  const way = (span: DecodedSpan): string => {
    const parent = byId.get(span.parentSpanId);
    const name = KINDS[span.kind] || span.name;
    return parent === undefined ? name : `${way(parent)} > ${name}`;
  };
  return spans.map(way).toSorted();
}

describe("a request beside the official instrumentations of http and undici", function () {
  this.timeout(20_000);

  for (const [how, send] of Object.entries(SEND)) {
    for (const [first, order] of Object.entries({ ours: [OURS, THEIRS], theirs: [THEIRS, OURS] })) {
      it(`is one span on each side, and one traceparent: ${how}, ${first} first`, async () => {
        const receiver = await startReceiver({ port: 0 });
        const { output, errors } = await spawned(["-e", program(order, send)], {
          OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint,
        });
        await receiver.close();
        expect(errors).to.equal("");
        expect(JSON.parse(output)).to.deep.equal([
          [1, 1, "ann"],
          [1, 1, "ann"],
        ]);
        const traces = receiver.store.traces();
        expect(traces.map(({ spans }) => lineage(spans))).to.deep.equal([LINEAGE, LINEAGE]);
        const measured = receiver.store.series().map(({ name, point }) => [name, point.count]);
        expect(measured.toSorted()).to.deep.equal(first === "ours" ? DURATIONS : []);
      });
    }
  }

  for (const [first, order] of Object.entries({
    ours: [OURS, THEIRS_IGNORING],
    theirs: [THEIRS_IGNORING, OURS],
  })) {
    it(`is one span and one traceparent also after one that the official one ignores: ${first} first`, async () => {
      const receiver = await startReceiver({ port: 0 });
      const { output, errors } = await spawned(["-e", IGNORING(order)], {
        OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint,
      });
      await receiver.close();
      expect([JSON.parse(output), errors]).to.deep.equal([["1", "1", "1", "1"], ""]);
      const traces = receiver.store.traces();
      expect(traces.map(({ spans }) => lineage(spans))).to.deep.equal(
        ["client > server", "client > server", "client > server", "client > server"].map((way) => [
          "client",
          way,
        ]),
      );
      const durations = receiver.store.series().filter(({ name }) => name === "http.client.request.duration");
      const counts = durations.map(({ scope, point }) => [scope.name.replace(/.*[/]/, ""), point.count]);
      const theirs = first === "ours" ? [["instrumentation-undici", 2]] : [];
      expect(counts.toSorted()).to.deep.equal([["http", 2], ...theirs]);
    });
  }

  for (const [first, order] of Object.entries({ ours: [OURS, ELSEWHERE], theirs: [ELSEWHERE, OURS] })) {
    it(`carries one traceparent also where the official one of undici sends its spans elsewhere: ${first} first`, async () => {
      const { output, errors } = await spawned(["-e", IGNORING(order)], {
        OTEL_TRACES_EXPORTER: "none",
        OTEL_METRICS_EXPORTER: "none",
      });
      expect([JSON.parse(output), errors]).to.deep.equal([["1", "1", "1", "1"], ""]);
    });
  }

  for (const [first, order] of Object.entries({ ours: [OURS, THEIRS], theirs: [THEIRS, OURS] })) {
    it(`is one span also where its caller gives a traceparent, which the official one alone repeats: ${first} first`, async () => {
      const receiver = await startReceiver({ port: 0 });
      const send = `fetch(url, { headers: { traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01" } })`;
      const { output, errors } = await spawned(["-e", program(order, send)], {
        OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint,
      });
      await receiver.close();
      expect(errors).to.equal("");
      const counts = (JSON.parse(output) as number[][]).map(([traceparents]) => traceparents);
      expect(counts).to.deep.equal(first === "ours" ? [1, 1] : [2, 2]);
      const kinds = receiver.store.traces().flatMap(({ spans }) => spans.map(({ kind }) => KINDS[kind]));
      expect(kinds.filter((kind) => kind === "client")).to.have.lengthOf(2);
    });
  }

  it("is measured once also where it is not sampled: node:http", async () => {
    const receiver = await startReceiver({ port: 0 });
    await spawned(["-e", program([OURS, THEIRS], SEND["node:http"] ?? "")], {
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint,
      OTEL_TRACES_SAMPLER: "always_off",
    });
    await receiver.close();
    const measured = receiver.store.series().map(({ name, point }) => [name, point.count]);
    expect(measured.toSorted()).to.deep.equal(DURATIONS);
  });
});
