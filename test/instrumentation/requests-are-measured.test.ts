import { type Attributes, INVALID_SPAN_CONTEXT, SpanKind, trace } from "@opentelemetry/api";
import {
  AggregationTemporality,
  createAllowListAttributesProcessor,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
  type Histogram,
} from "@opentelemetry/sdk-metrics";
import { expect } from "chai";
import http from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { Context } from "../../src/context/context.ts";
import { runIn } from "../../src/context/current.ts";
import { SUPPRESSED } from "../../src/context/suppression.ts";
import { countActive } from "../../src/instrumentation/active-requests.ts";
import { HttpExchange } from "../../src/instrumentation/http-exchange.ts";
import { contextualMeterProvider } from "../../src/metrics/contextual-meter.ts";
import { testTelemetry } from "../../src/testing/test-telemetry.ts";
import { recording } from "../recording.ts";
import { freshCopy } from "../core/fresh-copy.ts";
import { serving, tracedHttp } from "./traced-http.ts";

interface Measured {
  readonly name: string;
  readonly unit: string;
  readonly scope: string;
  readonly attributes: Attributes;
  readonly value: Histogram;
}

function measuring() {
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 100_000 });
  const provider = new MeterProvider({ readers: [reader] });
  const collected = async (): Promise<Measured[]> => {
    await provider.shutdown();
    return exporter.getMetrics().flatMap(({ scopeMetrics }) =>
      scopeMetrics.flatMap(({ scope, metrics }) =>
        metrics.flatMap(({ descriptor: { name, unit }, dataPoints }) =>
          dataPoints.map(({ attributes, value }) => ({
            name,
            unit,
            scope: scope.name,
            attributes,
            value: value as Histogram,
          })),
        ),
      ),
    );
  };
  return { provider, collected };
}

/** What was measured while `fn` made its requests, besides how many were open. */
async function measured(fn: () => Promise<void>): Promise<Measured[]> {
  const { provider, collected } = measuring();
  await tracedHttp(fn, provider);
  return (await collected()).filter(({ name }) => name.endsWith(".duration"));
}

const side = (all: readonly Measured[], name: "server" | "client") =>
  all.filter((each) => each.name === `http.${name}.request.duration`);

const SEND: Record<string, (url: string) => Promise<unknown>> = {
  "node:http": (url) =>
    new Promise((resolve, reject) => {
      http.get(url, (response) => response.resume().on("close", resolve)).on("error", reject);
    }),
  fetch: async (url) => (await fetch(url)).text(),
};

describe("the duration of requests", () => {
  for (const [how, send] of Object.entries(SEND)) {
    it(`is measured on both sides, in seconds, by status and method: ${how}`, async () => {
      let port = 0;
      const all = await measured(() =>
        serving(
          (request, response) => {
            setTimeout(() => response.writeHead(Number(request.url?.slice(1))).end(), 20);
          },
          async (url, own) => {
            port = own;
            for (const status of [200, 200, 404, 500]) await send(`${url}/${status}`);
          },
        ),
      );
      const told = (each: "server" | "client") =>
        side(all, each).map(({ attributes, value }) => [attributes, value.count]);
      const server = {
        "http.request.method": "GET",
        "url.scheme": "http",
        "network.protocol.version": "1.1",
      };
      expect(told("server")).to.deep.equal([
        [{ ...server, "http.response.status_code": 200 }, 2],
        [{ ...server, "http.response.status_code": 404 }, 1],
        [{ ...server, "http.response.status_code": 500, "error.type": "500" }, 1],
      ]);
      const client = {
        "http.request.method": "GET",
        "server.address": "127.0.0.1",
        "server.port": port,
        ...(how === "fetch" ? {} : { "network.protocol.version": "1.1" }),
      };
      expect(told("client")).to.deep.equal([
        [{ ...client, "http.response.status_code": 200 }, 2],
        [{ ...client, "http.response.status_code": 404, "error.type": "404" }, 1],
        [{ ...client, "http.response.status_code": 500, "error.type": "500" }, 1],
      ]);
      for (const { unit, scope, value } of all) {
        expect({ unit, scope }).to.deep.equal({ unit: "s", scope: "throughline/http" });
        expect(value.min).to.be.within(0.015, 5);
        expect(value.buckets.boundaries).to.deep.equal([
          0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10,
        ]);
      }
    });

    it(`is measured where nobody answers, too: ${how}`, async () => {
      let port = 0;
      await serving(
        () => {},
        async (_url, closed) => void (port = closed),
      );
      const all = await measured(() =>
        send(`http://127.0.0.1:${port}/`).then(
          () => {},
          () => {},
        ),
      );
      expect(all.map(({ attributes }) => attributes)).to.deep.equal([
        {
          "http.request.method": "GET",
          "server.address": "127.0.0.1",
          "server.port": port,
          "error.type": "ECONNREFUSED",
        },
      ]);
    });

    it(`is not measured where tracing is suppressed: ${how}`, async () => {
      const all = await measured(() =>
        serving(
          (_request, response) => void response.end(),
          (url) => runIn(SUPPRESSED, () => send(url).then(() => {})),
        ),
      );
      expect(all.map(({ name }) => name)).to.deep.equal(["http.server.request.duration"]);
    });

    it(`goes where the telemetry of its context went as it began: ${how}`, async () => {
      const { provider, collected } = measuring();
      const { providers, spans } = recording(provider);
      const others = await measured(() =>
        serving(
          (_request, response) => void setTimeout(() => response.end(), 10),
          async (url) => {
            const sent = runIn(new Context(undefined, providers), () => send(url));
            await sent;
          },
        ),
      );
      expect(others.map(({ name }) => name)).to.deep.equal(["http.server.request.duration"]);
      expect((await collected()).map(({ name }) => name)).to.deep.equal(["http.client.request.duration"]);
      expect(spans.map(({ name }) => name)).to.deep.equal(["GET"]);
    });
  }

  it("holds no time that whoever hears of its span takes", async () => {
    const { provider, collected } = measuring();
    const span = trace.wrapSpanContext(INVALID_SPAN_CONTEXT);
    span.end = () => {
      for (const began = performance.now(); performance.now() - began < 50;);
    };
    const { providers } = recording(provider);
    new HttpExchange(SpanKind.SERVER, span, new Context(span, providers), {}).end();
    const [only] = side(await collected(), "server");
    expect(only?.value.sum).to.be.below(0.04);
  });

  it("of one that was aborted tells no status", async () => {
    const all = await measured(() =>
      serving(
        () => {},
        async (url) => {
          const request = runIn(SUPPRESSED, () => http.get(url)).on("error", () => {});
          await sleep(20);
          request.destroy();
          await sleep(20);
        },
      ),
    );
    expect(all.map(({ attributes }) => attributes)).to.deep.equal([
      {
        "http.request.method": "GET",
        "url.scheme": "http",
        "network.protocol.version": "1.1",
        "error.type": "aborted",
      },
    ]);
  });
});

describe("the number of active requests", () => {
  it("is told by method and scheme, and is none once they are over, however they ended", async () => {
    const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
    const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 100_000 });
    const provider = new MeterProvider({ readers: [reader] });
    const active = async (): Promise<unknown> => {
      exporter.reset();
      await provider.forceFlush();
      const metric = exporter
        .getMetrics()
        .flatMap(({ scopeMetrics }) => scopeMetrics.flatMap(({ metrics }) => metrics))
        .find(({ descriptor }) => descriptor.name === "http.server.active_requests");
      return metric?.dataPoints.map(({ attributes, value }) => [attributes, value]);
    };
    const GET = { "http.request.method": "GET", "url.scheme": "http" };
    let during: unknown;
    await tracedHttp(
      () =>
        serving(
          ({ url }, response) => void (url === "/answered" && response.end()),
          async (url) => {
            const open = ["/open", "/open", "/answered"].map((path) =>
              runIn(SUPPRESSED, () => http.get(url + path).on("error", () => {})),
            );
            await sleep(30);
            during = await active();
            for (const request of open) request.destroy();
            await sleep(30);
          },
        ),
      provider,
    );
    expect(during).to.deep.equal([[GET, 2]]);
    expect(await active()).to.deep.equal([[GET, 0]]);
    await provider.shutdown();
  });

  it("is the sum of all that a view does not tell apart, and of all copies of this package", async () => {
    const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
    const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 100_000 });
    const attributesProcessors = [createAllowListAttributesProcessor(["url.scheme"])];
    const views = [{ instrumentName: "http.server.active_requests", attributesProcessors }];
    const meterProvider = new MeterProvider({ readers: [reader], views });
    const context = new Context(undefined, { ...recording().providers, meterProvider });
    const other = await freshCopy<typeof import("../../src/instrumentation/active-requests.ts")>(
      "instrumentation/active-requests.ts",
    );
    const GET = { "http.request.method": "GET", "url.scheme": "http" };
    const began = [countActive, other.countActive].flatMap((count) => [
      count(GET, context),
      count({ ...GET, "http.request.method": "POST" }, context),
    ]);
    const told = async (): Promise<unknown> => {
      exporter.reset();
      await meterProvider.forceFlush();
      return exporter
        .getMetrics()
        .flatMap(({ scopeMetrics }) =>
          scopeMetrics.flatMap(({ metrics }) =>
            metrics.map(({ descriptor: { name }, dataPoints }) => [
              name,
              dataPoints.map(({ value }) => value),
            ]),
          ),
        );
    };
    expect(await told()).to.deep.equal([["http.server.active_requests", [4]]]);
    if (began[3] !== undefined) began[3].count--;
    expect(await told()).to.deep.equal([["http.server.active_requests", [3]]]);
    await meterProvider.shutdown();
  });

  it("is nobody's where there is no telemetry", () => {
    const { providers } = recording(contextualMeterProvider);
    const GET = { "http.request.method": "GET", "url.scheme": "http" };
    countActive(GET, new Context(undefined, providers));
    testTelemetry((t) => expect(t.metrics()).to.deep.equal([]))();
  });
});
