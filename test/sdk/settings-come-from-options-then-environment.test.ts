import { expect } from "chai";
import { attributeLimits, DEFAULT_LIMITS } from "../../src/core/limits.ts";
import { readEnvironment } from "../../src/sdk/environment.ts";
import type { StartOptions } from "../../src/sdk/options.ts";
import { resolveSettings } from "../../src/sdk/settings.ts";
import { forgetWhatWasTold, silently } from "../stderr.ts";

const settings = (options: StartOptions, variables: NodeJS.ProcessEnv = {}) =>
  resolveSettings(options, readEnvironment(variables));

/** Settings but for where OTLP goes, how headers are told, and what is taken out. */
const besideOtlp = (options: StartOptions, variables: NodeJS.ProcessEnv = {}) => {
  const {
    traces: _,
    metrics: __,
    logs: ___,
    resource,
    propagator: ____,
    redactor: _____,
    ...rest
  } = settings(options, variables);
  return { ...rest, service: resource.attributes["service.name"] };
};

/** Where the OTLP of all signals goes, and with which headers. */
const otlp = (options: StartOptions, variables: NodeJS.ProcessEnv = {}) => {
  const { traces, metrics, logs } = settings(options, variables);
  return [traces, metrics, logs].map(({ url, headers, timeout }) => [url.href, headers, timeout]);
};

const toAll = (base: string, headers: Record<string, string> = {}, timeout = 10_000) =>
  ["traces", "metrics", "logs"].map((signal) => [`${base}/v1/${signal}`, headers, timeout]);

/** What no variable says, and these tests do not set. */
const UNSAID = {
  http: settings({}).http,
  isDisabled: false,
  exit: { signals: true, budget: undefined },
  batch: {},
  logBatch: {},
  logLimits: attributeLimits(DEFAULT_LIMITS),
  collection: { interval: undefined, timeout: undefined, temporality: undefined, histograms: undefined },
  sampler: undefined,
  processors: [],
  limits: DEFAULT_LIMITS,
  idGenerator: undefined,
  tracerProvider: undefined,
  meterProvider: undefined,
  readers: [],
  views: [],
  contextManager: undefined,
  exportingThread: undefined,
  isRuntimeMeasured: false,
  isSelfMeasured: false,
};

describe("settings", () => {
  beforeEach(forgetWhatWasTold);

  it("are the specification's defaults when nothing is said", () => {
    expect(otlp({})).to.deep.equal(toAll("http://localhost:4318"));
    expect(besideOtlp({})).to.deep.equal({
      ...UNSAID,
      service: "unknown_service:node",
      tracesExporter: "otlp",
      metricsExporter: "otlp",
      logsExporter: "otlp",
    });
  });

  it("follow each variable", () => {
    const variables = {
      OTEL_SERVICE_NAME: "shop",
      OTEL_EXPORTER_OTLP_ENDPOINT: "https://collector.test/base",
      OTEL_EXPORTER_OTLP_HEADERS: "api-key=a%20b, X-Other = c",
      OTEL_TRACES_EXPORTER: "Console",
      OTEL_METRICS_EXPORTER: "none",
      OTEL_LOGS_EXPORTER: "console",
    };
    expect(otlp({}, variables)).to.deep.equal(
      toAll("https://collector.test/base", { "api-key": "a b", "x-other": "c" }),
    );
    expect(besideOtlp({}, variables)).to.deep.equal({
      ...UNSAID,
      service: "shop",
      tracesExporter: "console",
      metricsExporter: "none",
      logsExporter: "console",
    });
  });

  it("take options before variables", () => {
    const options: StartOptions = {
      service: "a",
      endpoint: "http://a.test",
      exporter: "none",
      headers: { K: "a" },
    };
    const variables = {
      OTEL_SERVICE_NAME: "b",
      OTEL_EXPORTER_OTLP_ENDPOINT: "http://b.test",
      OTEL_TRACES_EXPORTER: "otlp",
      OTEL_EXPORTER_OTLP_HEADERS: "k=b,l=b",
    };
    expect(otlp(options, variables)).to.deep.equal(toAll("http://a.test", { k: "a", l: "b" }));
    expect(besideOtlp(options, variables)).to.deep.equal({
      ...UNSAID,
      service: "a",
      tracesExporter: "none",
      metricsExporter: "none",
      logsExporter: "none",
    });
  });

  it("say what the service is: by options, then its name's variable, then that of attributes, then what is detected", () => {
    const variables = {
      OTEL_SERVICE_NAME: "by name",
      OTEL_RESOURCE_ATTRIBUTES: "service.name=by attributes,host.name=by attributes,team=a%20b",
    };
    const attributes = (options: StartOptions) => settings(options, variables).resource.attributes;
    expect(attributes({})).to.include({
      "service.name": "by name",
      "host.name": "by attributes",
      team: "a b",
      "process.pid": process.pid,
    });
    const resource = { "service.name": "by attributes", team: ["b", "c"], "host.name": "ours" };
    expect(attributes({ resource })).to.deep.include(resource);
    expect(
      attributes({ resource, service: "shop", version: "1.2.0", environment: "staging" }),
    ).to.deep.include({
      ...resource,
      "service.name": "shop",
      "service.version": "1.2.0",
      "deployment.environment.name": "staging",
    });
  });

  it("leave out the variable's attributes where its detector is not asked for", () => {
    const OTEL_RESOURCE_ATTRIBUTES = "team=a";
    for (const [OTEL_NODE_RESOURCE_DETECTORS, team] of [
      ["host", undefined],
      ["none", undefined],
      ["host,env", "a"],
      ["all", "a"],
    ] as const) {
      const { resource } = settings({}, { OTEL_RESOURCE_ATTRIBUTES, OTEL_NODE_RESOURCE_DETECTORS });
      expect(resource.attributes["team"]).to.equal(team);
    }
  });

  it("treat an empty variable as unset", () => {
    const empty = {
      OTEL_SERVICE_NAME: "",
      OTEL_EXPORTER_OTLP_ENDPOINT: "",
      OTEL_EXPORTER_OTLP_HEADERS: "",
      OTEL_TRACES_EXPORTER: "",
    };
    expect(settings({}, empty)).to.deep.equal(settings({}));
  });

  it("put the default in the place of what is invalid", () => {
    silently(() => {
      const byDefault = toAll("http://localhost:4318");
      expect(otlp({ endpoint: "ftp://x" })).to.deep.equal(byDefault);
      expect(otlp({}, { OTEL_EXPORTER_OTLP_ENDPOINT: "no url" })).to.deep.equal(byDefault);
      expect(settings({}, { OTEL_TRACES_EXPORTER: "zipkin" }).tracesExporter).to.equal("otlp");
      expect(
        otlp({}, { OTEL_EXPORTER_OTLP_HEADERS: "good=1,no equals,bad name=2,bad=%zz,crlf=%0d%0a" }),
      ).to.deep.equal(toAll("http://localhost:4318", { good: "1" }));
      const wrong = {
        service: 5,
        endpoint: {},
        exporter: Symbol("x"),
        headers: 7,
      } as unknown as StartOptions;
      expect(settings(wrong)).to.deep.equal(settings({}));
    });
  });

  it("keep the secret of a malformed header out of the log", () => {
    expect(silently(() => settings({}, { OTEL_EXPORTER_OTLP_HEADERS: "bad name=s3cret" }))).not.to.include(
      "s3cret",
    );
  });

  it("keep the secret of a header with the wrong separator out of the log", () => {
    const said = silently(() =>
      settings({}, { OTEL_EXPORTER_OTLP_HEADERS: "Authorization: Basic c2VjcmV0=" }),
    );
    expect(said).to.include("Authorization").and.not.include("c2VjcmV0");
  });

  it("append the signal's path to whatever path the endpoint has", () => {
    const urls = ["http://c.test", "http://c.test/", "http://c.test/base", "http://c.test/base/"].map(
      (endpoint) => settings({ endpoint }).traces.url.pathname,
    );
    expect(urls).to.deep.equal(["/v1/traces", "/v1/traces", "/base/v1/traces", "/base/v1/traces"]);
  });

  it("say how OTLP is sent, a signal's own variable before that of both", () => {
    const variables = {
      OTEL_EXPORTER_OTLP_TIMEOUT: "1000",
      OTEL_EXPORTER_OTLP_METRICS_TIMEOUT: "2000",
      OTEL_EXPORTER_OTLP_COMPRESSION: "gzip",
      OTEL_EXPORTER_OTLP_TRACES_COMPRESSION: "none",
      OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
      OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: "HTTP/protobuf",
      OTEL_EXPORTER_OTLP_CERTIFICATE: "test/export/tls/ca.pem",
    };
    const { traces, metrics } = settings({}, variables);
    expect([traces.timeout, traces.compression]).to.deep.equal([1000, "none"]);
    expect([metrics.timeout, metrics.compression]).to.deep.equal([2000, "gzip"]);
    expect([traces.protocol, metrics.protocol]).to.deep.equal(["http/protobuf", "http/json"]);
    expect(traces.tls?.ca).to.match(/^-----BEGIN CERTIFICATE/);
    const options = { timeout: 5, protocol: "http/json", compression: "gzip", tls: { ca: "ours" } } as const;
    expect(settings(options, variables).traces).to.deep.include(options);
  });

  it("name a protocol that is not there yet, once, and use the one that is", () => {
    const said = silently(() => settings({}, { OTEL_EXPORTER_OTLP_PROTOCOL: "grpc" }));
    expect(said).to.equal(
      "throughline: OTEL_EXPORTER_OTLP_PROTOCOL is grpc; it is to be one of http/protobuf, http/json\n",
    );
  });

  it("hint at an endpoint that is a signal's own, and do as they are told", () => {
    const endpoint = "http://c.test/base/v1/traces/";
    for (const said of [
      silently(() => expect(otlp({ endpoint })).to.deep.equal(toAll("http://c.test/base/v1/traces"))),
      (forgetWhatWasTold(), silently(() => settings({}, { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint }))),
    ])
      expect(said).to.match(/^throughline: the endpoint ends in \/v1\/traces\/: it is the base[^\n]+\n$/);
    const own = { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: endpoint };
    expect(silently(() => settings({}, own))).to.equal("");
  });

  it("name a PEM file that cannot be read, and go on without it", () => {
    const said = silently(() => {
      const { traces } = settings({}, { OTEL_EXPORTER_OTLP_CLIENT_KEY: "no/such.pem" });
      expect(traces.tls).to.deep.equal({});
    });
    expect(said).to.include("no such file");
  });

  it("name an option that does not exist, and those that do", () => {
    const said = silently(() => settings({ serviceName: "shop" } as StartOptions));
    expect(said).to.include("no option serviceName").and.include("service, version, environment, resource");
  });

  it("leave out a header that HTTP cannot carry, wherever it comes from", () => {
    silently(() => {
      const headers = {
        good: "1",
        undefined: undefined,
        crlf: "a\r\nb",
        "bad name": "2",
      } as unknown as Record<string, string>;
      expect(settings({ headers }).traces.headers).to.deep.equal({ good: "1" });
    });
  });

  it("tell each fault, also where there are several", () => {
    const said = silently(() => settings({ exporter: "jaeger" as never, colour: "red" } as StartOptions));
    expect(said.trim().split("\n")).to.have.length(2);
  });
});
