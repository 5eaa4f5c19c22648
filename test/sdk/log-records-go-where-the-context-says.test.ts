import { expect } from "chai";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { buffer } from "node:stream/consumers";
import { type Plain, readLogs } from "../otlp/oracle.ts";
import { type Ended, spawned } from "../processes/spawned.ts";

interface Told {
  readonly service: unknown;
  readonly scope: string;
  readonly body: unknown;
  readonly traceId: string;
}

const text = (value: unknown): unknown => (value as Plain | null)?.["stringValue"];

function toldIn(body: Uint8Array): Told[] {
  return readLogs(body).resourceLogs.flatMap(({ resource, scopeLogs }) => {
    const attributes = resource["attributes"] as Plain[];
    const service = text(attributes.find(({ key }) => key === "service.name")?.["value"]);
    return scopeLogs.flatMap(({ scope, logRecords }) =>
      logRecords.map((record) => ({
        service,
        scope: String(scope["name"]),
        body: text(record["body"]),
        traceId: Buffer.from(String(record["traceId"]), "base64").toString("hex"),
      })),
    );
  });
}

const src = (file: string): string => JSON.stringify(new URL(`../../src/${file}`, import.meta.url).href);

/** Runs a program in a process of its own, before a collector; `logs` are the logs API of either package. */
async function run(code: string): Promise<Ended & { readonly told: readonly Told[] }> {
  const told: Told[] = [];
  const collector = createServer(async (request, response) => {
    const body = await buffer(request);
    if (request.url === "/v1/logs") told.push(...toldIn(body));
    response.end();
  });
  await new Promise<void>((resolve) => collector.listen(0, "127.0.0.1", resolve));
  const { port } = collector.address() as AddressInfo;
  const ended = await spawned(
    [
      "--input-type=module",
      "-e",
      `import * as api from "@opentelemetry/api";
       import { logs as apiLogs } from "@opentelemetry/api-logs";
       import { setTimeout as sleep } from "node:timers/promises";
       import { createTelemetry, start, withSpan, withTelemetry } from ${src("index.ts")};
       const both = [apiLogs, ...(api.logs === undefined ? [] : [api.logs])];
       ${code}`,
    ],
    { OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`, OTEL_METRICS_EXPORTER: "none" },
  );
  collector.closeAllConnections();
  collector.close();
  return { ...ended, told };
}

describe("log records of the logs API", function () {
  this.timeout(20_000);

  it("go where the context says, with their trace, for two tenants that interleave and a logger of before the start", async () => {
    const { told, output, errors } = await run(`
      const loggers = both.map((logs) => logs.getLogger("a library"));
      for (const logger of loggers) logger.emit({ body: "lost" });
      const telemetry = start({ service: "shop" });
      const [ann, bob] = ["ann", "bob"].map((service) => createTelemetry({ service }));
      const traces = await Promise.all([ann, bob].map((tenant) => withTelemetry(tenant, async () => {
        await sleep(Math.random() * 5);
        return withSpan("work", async (span) => {
          await sleep(Math.random() * 5);
          for (const logger of loggers) logger.emit({ body: "told" });
          return span.spanContext().traceId;
        });
      })));
      for (const logger of loggers) logger.emit({ body: "outside" });
      const reports = await Promise.all([telemetry, ann, bob].map((each) => each.shutdown()));
      console.log(JSON.stringify([both.length, traces, reports.map(({ logs }) => [logs.made, logs.delivered])]));
    `);
    const [packages, traces, accounts] = JSON.parse(output || "null") as [number, string[], unknown];
    const times = <Item>(item: Item): Item[] => Array.from({ length: packages }, () => item);
    expect(errors).to.equal("");
    expect(accounts).to.deep.equal(Array.from({ length: 3 }, () => [packages, packages]));
    expect(told).to.have.deep.members([
      ...times({ service: "shop", scope: "a library", body: "outside", traceId: "" }),
      ...times({ service: "ann", scope: "a library", body: "told", traceId: traces[0] }),
      ...times({ service: "bob", scope: "a library", body: "told", traceId: traces[1] }),
    ]);
  });

  it("go to the telemetry that is started anew, by a logger of before, and nowhere between", async () => {
    const { told, output, errors } = await run(`
      await start({ service: "first" }).shutdown();
      const logger = apiLogs.getLogger("a library");
      const seen = [logger.enabled()];
      logger.emit({ body: "nowhere" });
      const telemetry = start({ service: "second" });
      seen.push(logger.enabled());
      logger.emit({ body: "told" });
      await telemetry.shutdown();
      console.log(JSON.stringify(seen));
    `);
    expect([output, errors]).to.deep.equal(["[false,true]\n", ""]);
    expect(told).to.deep.equal([{ service: "second", scope: "a library", body: "told", traceId: "" }]);
  });

  it("are for nobody where the exporter of logs is none, or telemetry is disabled", async () => {
    const { output, errors } = await run(`
      const telemetry = start({ exporter: "none" });
      const logger = apiLogs.getLogger("a library");
      logger.emit({ body: "told" });
      console.log(JSON.stringify([logger.enabled(), telemetry.report().logs.made]));
    `);
    expect([output, errors]).to.deep.equal(["[false,0]\n", ""]);
  });

  it("stay with another SDK that was first, which is told once", async () => {
    const { told, output, errors } = await run(`
      const seen = [];
      const logger = { emit: ({ body }) => seen.push(body), enabled: () => true };
      const registered = both.map((logs) => logs.setGlobalLoggerProvider({ getLogger: () => logger }));
      const telemetry = start({ service: "shop" });
      for (const logs of both) logs.getLogger("a library").emit({ body: "told" });
      await telemetry.shutdown();
      console.log(seen.length === registered.length);
    `);
    expect([told, output]).to.deep.equal([[], "true\n"]);
    expect(errors).to.match(/^throughline: another library has registered its logger provider [^\n]*\n$/);
  });

  it("come from every copy of the package that a process has", async () => {
    const folder = mkdtempSync(path.join(tmpdir(), "throughline-"));
    const copy = path.join(folder, "node_modules", "@opentelemetry", "api-logs");
    cpSync("node_modules/@opentelemetry/api-logs", copy, { recursive: true, dereference: true });
    try {
      const { told, errors } = await run(`
        import { createRequire } from "node:module";
        const { logs: otherLogs } = createRequire(import.meta.url)(${JSON.stringify(copy)});
        const loggers = [apiLogs, otherLogs].map((logs, index) => logs.getLogger("copy " + index));
        const telemetry = start({ service: "shop" });
        for (const logger of loggers) logger.emit({ body: "told" });
        otherLogs.getLogger("later").emit({ body: "told" });
        await telemetry.shutdown();
        if (otherLogs === apiLogs) throw new Error("it is the same copy");
      `);
      expect(errors).to.equal("");
      expect(told.map(({ scope }) => scope)).to.have.members(["copy 0", "copy 1", "later"]);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it("leave with the process at its natural end, and are told of where it ends at once", async () => {
    const emits = `start({ service: "shop" }); apiLogs.getLogger("a library").emit({ body: "told" });`;
    const [natural, sudden] = await Promise.all([run(emits), run(`${emits} process.exit(0);`)]);
    expect([natural.told.length, natural.errors]).to.deep.equal([1, ""]);
    expect(sudden.told).to.deep.equal([]);
    expect(sudden.errors).to.include("log records that were not sent, 1 of them");
  });
});
