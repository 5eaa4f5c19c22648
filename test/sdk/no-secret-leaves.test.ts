import { expect } from "chai";
import { createServer, type Server } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { type Ended, program } from "../processes/spawned.ts";

/** A collector and a service in one, that keeps all bytes that reach it. */
async function listener(): Promise<{ url: string; server: Server; heard: () => string }> {
  let heard = "";
  const server = createServer(async (request, response) => {
    const body = (await buffer(request)).toString("latin1");
    heard += `${request.url} ${JSON.stringify(request.headers)} ${body}\n`;
    response.end();
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server, heard: () => heard };
}

/** A secret in each place that a program can put one in; each has a number of its own. */
const SECRETS_EVERYWHERE = `
  import { context, propagation, SpanStatusCode } from "@opentelemetry/api";
  import { logs } from "@opentelemetry/api-logs";
  import { InMemorySpanExporter, BatchSpanProcessor } from "@opentelemetry/sdk-trace-node";
  import { MetricReader } from "@opentelemetry/sdk-metrics";
  import { carriers, counter, ContextVariable, histogram, observableGauge, start, withSpan, createTelemetry, withTelemetry } from "throughline";

  class Reader extends MetricReader { async onForceFlush() {} async onShutdown() {} }
  const memory = new InMemorySpanExporter();
  const reader = new Reader();
  const seen = [];
  const late = { onStart: () => {}, onEnd: (span) => { seen.push(JSON.stringify([span.name, span.attributes, span.events, span.links, span.status])); span.attributes["late.password"] = "canary20"; }, forceFlush: async () => {}, shutdown: async () => {} };
  const options = {
    endpoint: process.env.ENDPOINT,
    ...(process.env.REDACT === undefined ? {} : { redact: JSON.parse(process.env.REDACT) }),
    resource: { "process.command_args": ["node", "--token", "canary01", "--password=canary02"], "deploy.secret": "canary03" },
  };
  if (process.env.BESIDE) start({ exporter: "none", redact: options.redact });
  const telemetry = process.env.BESIDE
    ? createTelemetry({ ...options, processors: [late, new BatchSpanProcessor(memory)], readers: [reader] })
    : start({ ...options, ...(process.env.EXPORTER && { exporter: process.env.EXPORTER === "memory" ? memory : process.env.EXPORTER }) });
  const tenant = new ContextVariable("tenant", { attribute: "tenant.api_key" });
  const inside = process.env.BESIDE ? (fn) => withTelemetry(telemetry, fn) : (fn) => fn();
  const baggage = propagation.createBaggage({
    "access.token": { value: "canary04" },
    place: { value: "https://ann:canary05@shop.test" },
    harmless: { value: "yes" },
  });
  inside(() => observableGauge("watched", {}, (observe) => observe(1, { "x-api-key": "canary06" })));
  const context_ = propagation.setBaggage(context.active(), baggage);
  await context.with(context_, () => inside(() => tenant.run("canary07", () => withSpan("GET /login?password=canary08", {
    attributes: {
      "user.password": "canary09",
      "url.full": "https://ann:canary10@shop.test/?sig=canary11&page=2",
      list: ["ok", "Bearer canary12"],
      map: { inner: { clientSecret: "canary13", text: "token=canary14" } },
      harmless: "harmless value",
    },
    links: [{ context: { traceId: "0af7651916cd43dd8448eb211c80319c", spanId: "b7ad6b7169203331", traceFlags: 1 }, attributes: { cookie: "canary15" } }],
  }, async (span) => {
    span.addEvent("tried password=canary16", { authorization: "canary17" });
    span.recordException(new Error("refused: {\\"password\\":\\"canary18\\"}"));
    span.setStatus({ code: SpanStatusCode.ERROR, message: "postgres://ann:canary19@db/shop refused" });
    counter("logins").add(1, { token: "canary21" });
    histogram("took").record(1, { "url.query": "api_key=canary22" });
    logs.getLogger("own").emit({
      body: { said: "password=canary23", apiKey: "canary24" },
      attributes: { "log.password": "canary25" },
      exception: new Error("Bearer canary26"),
      eventName: "token=canary27",
      severityText: "password=canary28",
    });
    logs.getLogger("own").emit({ body: "https://ann:canary29@shop.test" });
    await fetch(process.env.ENDPOINT + "/called").then((response) => response.arrayBuffer());
    console.log(JSON.stringify(carriers.message.inject({})));
  }))));
  const collected = await reader.collect?.().catch(() => undefined);
  await telemetry.shutdown();
  console.log(JSON.stringify(memory.getFinishedSpans().map((span) => [span.name, span.attributes, span.events, span.links, span.status, span.resource.attributes])));
  console.log(JSON.stringify(seen), JSON.stringify(collected?.resourceMetrics));
`;

/** All that left such a program: what was sent, and what was printed. */
async function leftBy(environment: NodeJS.ProcessEnv): Promise<Ended & { readonly left: string }> {
  const { url, server, heard } = await listener();
  const ended = await program(SECRETS_EVERYWHERE, { ENDPOINT: url, ...environment });
  server.close();
  return { ...ended, left: `${heard()}${ended.output}` };
}

function canariesIn(text: string): string[] {
  return [...new Set(text.match(/canary\d\d/g))].toSorted();
}

describe("a secret, wherever it is put", function () {
  this.timeout(30_000);

  const WAYS: Readonly<Record<string, NodeJS.ProcessEnv>> = {
    "in protobuf": {},
    "in JSON": { OTEL_EXPORTER_OTLP_PROTOCOL: "http/json" },
    "to the terminal": { EXPORTER: "console" },
    "through another's span exporter": { EXPORTER: "memory" },
    "through others' processors and readers, of a telemetry beside": { BESIDE: "yes" },
  };
  for (const [way, environment] of Object.entries(WAYS)) {
    it(`does not leave ${way}`, async () => {
      const { left, errors, code } = await leftBy(environment);
      expect(canariesIn(left)).to.deep.equal([]);
      expect([code, canariesIn(errors)]).to.deep.equal([0, []]);
      expect(left).to.include("REDACTED");
      expect(left).to.include("harmless=yes");
      expect(errors).to.match(
        /baggage access\.token, place looks like a secret and was not sent on; start\(\{ redact: \{ allow/,
      );
    });
  }

  it("leaves where redact is false: the places are places", async () => {
    const all = Array.from({ length: 29 }, (_, index) => `canary${String(index + 1).padStart(2, "0")}`);
    const { left, errors } = await leftBy({ REDACT: "false", BESIDE: "yes" });
    expect(canariesIn(left)).to.deep.equal(all);
    expect(errors).to.equal("");
  });

  it("leaves where its key is allowed, and what else is asked for does not", async () => {
    const { left } = await leftBy({
      REDACT: JSON.stringify({ allow: ["user.password", "access.token"], keys: ["harmless"] }),
    });
    expect(canariesIn(left)).to.deep.equal(["canary04", "canary09"]);
    expect(left).not.to.include("harmless value");
    expect(left).not.to.include("harmless=yes");
  });
});
