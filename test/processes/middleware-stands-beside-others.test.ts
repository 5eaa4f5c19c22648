import { expect } from "chai";
import { startReceiver } from "../../src/devtools.ts";
import type { DecodedSpan } from "../../src/otlp/decoded.ts";
import { spawned } from "./spawned.ts";

const OURS = `const { currentRequest, start, withSpan } = require("throughline"); const telemetry = start();`;
const THEIRS = `new (require("@opentelemetry/instrumentation-http").HttpInstrumentation)();`;

/** Asks itself twice, in CommonJS, which the official instrumentation can patch. */
const asking = (before: string): string => `
  ${before}
  const { middleware } = require("throughline/express");
  const express = require("express");
  const http = require("node:http");
  const app = express();
  app.use(middleware());
  app.get("/users/:id", (request, response) => {
    currentRequest().userId = request.params.id;
    withSpan("handle", () => response.end(currentRequest().id));
  });
  const server = http.createServer(app).listen(0, "127.0.0.1", async () => {
    const { port } = server.address();
    for (const id of ["a", "b"])
      await new Promise((resolve) => http.get({ port, path: "/users/" + id, headers: { "x-request-id": id } }, (response) => response.resume().on("end", resolve)));
    await new Promise((resolve) => setTimeout(resolve, 20));
    await telemetry.shutdown();
    process.exit();
  });
`;

/** What such a program has exported, and said. */
async function ran(before: string): Promise<{
  spans: readonly DecodedSpan[];
  lines: readonly Record<string, unknown>[];
  errors: string;
}> {
  await using receiver = await startReceiver({ port: 0 });
  const { output, errors } = await spawned(["--input-type=commonjs", "-e", asking(before)], {
    OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint,
  });
  return {
    spans: receiver.store.traces().flatMap((trace) => trace.spans),
    lines: output
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, unknown>),
    errors,
  };
}

describe("middleware", function () {
  this.timeout(20_000);

  for (const [what, before] of Object.entries({
    "after ours": OURS + THEIRS,
    "before ours": THEIRS + OURS,
  }))
    it(`makes no second span beside the official instrumentation of http, ${what}, and agrees with that one's`, async () => {
      const { spans, lines, errors } = await ran(before);
      expect(errors).to.equal("");
      const servers = spans.filter(({ kind }) => kind === 2);
      expect(servers).to.have.length(2);
      expect(servers.map(({ name }) => name)).to.deep.equal(["GET /users/:id", "GET /users/:id"]);
      const handled = spans.filter(({ name }) => name === "handle");
      expect(handled.map(({ parentSpanId }) => parentSpanId)).to.have.members(
        servers.map(({ spanId }) => spanId),
      );
      expect(lines.map((line) => [line["request_id"], line["user_id"], line["http.route"]])).to.deep.equal([
        ["a", "a", "/users/:id"],
        ["b", "b", "/users/:id"],
      ]);
      expect(lines.map((line) => line["span_id"])).to.have.members(servers.map(({ spanId }) => spanId));
    });

  it("serves requests where another library's ContextManager keeps the contexts", async () => {
    const { spans, lines, errors } = await ran(`
      const { AsyncLocalStorageContextManager } = require("@opentelemetry/context-async-hooks");
      const { currentRequest, start, withSpan } = require("throughline");
      const telemetry = start({ contextManager: new AsyncLocalStorageContextManager().enable() });
    `);
    expect(errors).to.include("requests that node:http receives are not traced");
    const servers = spans.filter(({ kind }) => kind === 2);
    expect(servers.map(({ name }) => name)).to.deep.equal(["GET /users/:id", "GET /users/:id"]);
    const handled = spans.filter(({ name }) => name === "handle");
    expect(handled.map(({ parentSpanId }) => parentSpanId)).to.have.members(
      servers.map(({ spanId }) => spanId),
    );
    expect(lines.map((line) => [line["request_id"], line["user_id"]])).to.deep.equal([
      ["a", "a"],
      ["b", "b"],
    ]);
    expect(lines.map((line) => line["span_id"])).to.have.members(servers.map(({ spanId }) => spanId));
  });
});
