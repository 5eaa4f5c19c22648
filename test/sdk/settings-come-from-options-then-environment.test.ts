import { expect } from "chai";
import { DEFAULT_LIMITS } from "../../src/core/limits.ts";
import { readEnvironment } from "../../src/sdk/environment.ts";
import { resolveSettings, signalUrl, type StartOptions } from "../../src/sdk/options.ts";
import { forgetWhatWasTold, silently } from "../stderr.ts";

const settings = (options: StartOptions, variables: NodeJS.ProcessEnv = {}) =>
  resolveSettings(options, readEnvironment(variables));

/** What no variable says, and these tests do not set. */
const UNSAID = {
  sampler: undefined,
  processors: [],
  limits: DEFAULT_LIMITS,
  idGenerator: undefined,
  tracerProvider: undefined,
  contextManager: undefined,
};

describe("settings", () => {
  beforeEach(forgetWhatWasTold);

  it("are the specification's defaults when nothing is said", () => {
    const { endpoint, ...rest } = settings({});
    expect(endpoint.href).to.equal("http://localhost:4318/");
    expect(rest).to.deep.equal({
      ...UNSAID,
      service: undefined,
      tracesExporter: "otlp",
      metricsExporter: "otlp",
      headers: {},
    });
  });

  it("follow each variable", () => {
    const { endpoint, ...rest } = settings(
      {},
      {
        OTEL_SERVICE_NAME: "shop",
        OTEL_EXPORTER_OTLP_ENDPOINT: "https://collector.test/base",
        OTEL_EXPORTER_OTLP_HEADERS: "api-key=a%20b, X-Other = c",
        OTEL_TRACES_EXPORTER: "Console",
        OTEL_METRICS_EXPORTER: "none",
      },
    );
    expect(endpoint.href).to.equal("https://collector.test/base");
    expect(rest).to.deep.equal({
      ...UNSAID,
      service: "shop",
      tracesExporter: "console",
      metricsExporter: "none",
      headers: { "api-key": "a b", "x-other": "c" },
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
    const { endpoint, ...rest } = settings(options, variables);
    expect(endpoint.host).to.equal("a.test");
    expect(rest).to.deep.equal({
      ...UNSAID,
      service: "a",
      tracesExporter: "none",
      metricsExporter: "none",
      headers: { k: "a", l: "b" },
    });
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
      expect(settings({ endpoint: "ftp://x" }).endpoint.href).to.equal("http://localhost:4318/");
      expect(settings({}, { OTEL_EXPORTER_OTLP_ENDPOINT: "no url" }).endpoint.href).to.equal(
        "http://localhost:4318/",
      );
      expect(settings({}, { OTEL_TRACES_EXPORTER: "zipkin" }).tracesExporter).to.equal("otlp");
      expect(
        settings({}, { OTEL_EXPORTER_OTLP_HEADERS: "good=1,no equals,bad name=2,bad=%zz,crlf=%0d%0a" })
          .headers,
      ).to.deep.equal({ good: "1" });
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
      (base) => signalUrl(new URL(base), "traces").pathname,
    );
    expect(urls).to.deep.equal(["/v1/traces", "/v1/traces", "/base/v1/traces", "/base/v1/traces"]);
  });

  it("name an option that does not exist, and those that do", () => {
    const said = silently(() => settings({ serviceName: "shop" } as StartOptions));
    expect(said).to.include("no option serviceName").and.include("service, exporter, endpoint, headers");
  });

  it("leave out a header that HTTP cannot carry, wherever it comes from", () => {
    silently(() => {
      const headers = {
        good: "1",
        undefined: undefined,
        crlf: "a\r\nb",
        "bad name": "2",
      } as unknown as Record<string, string>;
      expect(settings({ headers }).headers).to.deep.equal({ good: "1" });
    });
  });

  it("tell each fault, also where there are several", () => {
    const said = silently(() => settings({ exporter: "jaeger" as never, colour: "red" } as StartOptions));
    expect(said.trim().split("\n")).to.have.length(2);
  });
});
