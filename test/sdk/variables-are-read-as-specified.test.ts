import { expect } from "chai";
import { troubles } from "../../src/core/diagnostics.ts";
import { DEFAULT_LIMITS, type Limits } from "../../src/core/limits.ts";
import { readEnvironment, readVerbosity } from "../../src/sdk/environment.ts";
import type { StartOptions } from "../../src/sdk/options.ts";
import { resolveSettings } from "../../src/sdk/settings.ts";
import type { HttpTarget } from "../../src/export/http-transport.ts";
import { alwaysOn } from "../../src/trace/sampler.ts";
import { forgetWhatWasTold, silently } from "../stderr.ts";

type Variables = Readonly<Record<string, string>>;

const withHref = ({ url, headers, timeout, ...rest }: HttpTarget) => ({
  url: url.href,
  headers,
  timeout,
  ...rest,
});

/** All that comes of the variables, in values that can be compared. */
function resolved(variables: Variables, options: StartOptions = {}) {
  const settings = resolveSettings(options, readEnvironment(variables));
  return {
    ...settings,
    traces: withHref(settings.traces),
    metrics: withHref(settings.metrics),
    logs: withHref(settings.logs),
    sampler: settings.sampler?.toString(),
    verbosity: readVerbosity(variables),
  };
}

const bothOf = <Part extends "url" | "headers" | "timeout">(part: Part, variables: Variables) => {
  const { traces, metrics } = resolved(variables);
  return [traces[part], metrics[part]];
};

const attributeLimits = (variables: Variables) => {
  const { limits } = resolved(variables);
  return [
    limits.attributeCountLimit,
    limits.attributePerEventCountLimit,
    limits.attributePerLinkCountLimit,
    limits.attributeValueLengthLimit,
  ];
};

const logLimits = (variables: Variables) => {
  const { count, valueLength } = resolved(variables).logLimits;
  return [count, valueLength];
};

/** Of a sampler by ratio: which, by the variable of its argument. */
const ratiosOf = (sampler: string, ...given: readonly string[]) =>
  given
    .map((argument) => resolved({ OTEL_TRACES_SAMPLER: sampler, OTEL_TRACES_SAMPLER_ARG: argument }).sampler)
    .map((text) => /TraceIdRatioBased\{(?<ratio>[^}]*)\}/.exec(text ?? "")?.groups?.["ratio"]);

const lines = (said: string) => said.split("\n").filter((line) => line !== "");

/** What no kind of number is. */
const NO_NUMBERS = [
  "-1",
  "-0",
  "+1",
  "1.5",
  "1e3",
  "0x10",
  "ten",
  "5s",
  "5 s",
  "1,000",
  "1_000",
  "NaN",
  "Infinity",
  "∞",
  "true",
];
const NO_WORDS = ["otlp,console", "1", "on", "yes", "default", "-", "constructor", "__proto__"];

interface Kind {
  readonly valid: string;
  readonly invalid: readonly string[];
  readonly isCaseless?: true;
  /** What is to be set beside it. */
  readonly beside?: Variables;
}

const WHOLE: Kind = { valid: "7", invalid: NO_NUMBERS };
const POSITIVE: Kind = { valid: "7", invalid: [...NO_NUMBERS, "0", "00"] };
const word = (valid: string, ...invalid: readonly string[]): Kind => ({
  valid,
  invalid: [...NO_WORDS, ...invalid],
  isCaseless: true,
});

/** The variables that have a set of values; the others are texts. */
const KINDS: Readonly<Record<string, Kind>> = {
  OTEL_SDK_DISABLED: { valid: "true", invalid: ["1", "yes", "on", "truee", "t"], isCaseless: true },
  OTEL_LOG_LEVEL: word("debug", "trace", "loud"),
  OTEL_TRACES_SAMPLER: word("always_off", "always", "always-on", "jaeger_remote", "xray"),
  OTEL_TRACES_SAMPLER_ARG: {
    valid: "0.25",
    invalid: ["-0.1", "-1", "1.1", "2", "25%", "1/4", "half", "0,25", "0x1", "NaN", "Infinity", "1e1", "."],
    beside: { OTEL_TRACES_SAMPLER: "traceidratio" },
  },
  OTEL_ATTRIBUTE_COUNT_LIMIT: WHOLE,
  OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT: WHOLE,
  OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT: WHOLE,
  OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT: WHOLE,
  OTEL_SPAN_EVENT_COUNT_LIMIT: WHOLE,
  OTEL_SPAN_LINK_COUNT_LIMIT: WHOLE,
  OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT: WHOLE,
  OTEL_LINK_ATTRIBUTE_COUNT_LIMIT: WHOLE,
  OTEL_BSP_SCHEDULE_DELAY: WHOLE,
  OTEL_BSP_EXPORT_TIMEOUT: WHOLE,
  OTEL_BSP_MAX_QUEUE_SIZE: POSITIVE,
  OTEL_BSP_MAX_EXPORT_BATCH_SIZE: POSITIVE,
  OTEL_LOGRECORD_ATTRIBUTE_COUNT_LIMIT: WHOLE,
  OTEL_LOGRECORD_ATTRIBUTE_VALUE_LENGTH_LIMIT: WHOLE,
  OTEL_BLRP_SCHEDULE_DELAY: WHOLE,
  OTEL_BLRP_EXPORT_TIMEOUT: WHOLE,
  OTEL_BLRP_MAX_QUEUE_SIZE: POSITIVE,
  OTEL_BLRP_MAX_EXPORT_BATCH_SIZE: POSITIVE,
  OTEL_LOGS_EXPORTER: word("none", "loki", "logging", "otlp/stdout"),
  OTEL_EXPORTER_OTLP_LOGS_TIMEOUT: WHOLE,
  OTEL_TRACES_EXPORTER: word("none", "zipkin", "logging", "otlp/stdout"),
  OTEL_METRICS_EXPORTER: word("none", "prometheus", "logging", "otlp/stdout"),
  OTEL_EXPORTER_OTLP_TIMEOUT: WHOLE,
  OTEL_EXPORTER_OTLP_TRACES_TIMEOUT: WHOLE,
  OTEL_EXPORTER_OTLP_METRICS_TIMEOUT: WHOLE,
  OTEL_METRIC_EXPORT_INTERVAL: POSITIVE,
  OTEL_METRIC_EXPORT_TIMEOUT: WHOLE,
  OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE: word("delta", "deltas", "low_memory"),
  OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION: word(
    "base2_exponential_bucket_histogram",
    "exponential",
    "base2-exponential-bucket-histogram",
  ),
};

/** The variables that are texts. */
const TEXTS: Variables = {
  OTEL_SERVICE_NAME: "shop",
  OTEL_EXPORTER_OTLP_ENDPOINT: "http://c.test",
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: "http://c.test/own",
  OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: "http://c.test/own",
  OTEL_EXPORTER_OTLP_LOGS_ENDPOINT: "http://c.test/own",
  OTEL_EXPORTER_OTLP_HEADERS: "key=value",
  OTEL_EXPORTER_OTLP_TRACES_HEADERS: "key=value",
  OTEL_EXPORTER_OTLP_METRICS_HEADERS: "key=value",
  OTEL_EXPORTER_OTLP_LOGS_HEADERS: "key=value",
};

const ALL: readonly (readonly [name: string, valid: string, beside: Variables])[] = [
  ...Object.entries(TEXTS).map(([name, valid]) => [name, valid, {}] as const),
  ...Object.entries(KINDS).map(([name, { valid, beside = {} }]) => [name, valid, beside] as const),
];

/** An option and a variable of the same matter; `seen` is what the option says, or is the option's alone. */
const OPTIONS: readonly {
  readonly options: StartOptions;
  readonly variables: Variables;
  readonly seen: (settings: ReturnType<typeof resolved>) => unknown;
  readonly expected: unknown;
}[] = [
  {
    options: { service: "option" },
    variables: { OTEL_SERVICE_NAME: "variable" },
    seen: ({ resource }) => resource.attributes["service.name"],
    expected: "option",
  },
  {
    options: { exporter: "none" },
    variables: {
      OTEL_TRACES_EXPORTER: "console",
      OTEL_METRICS_EXPORTER: "console",
      OTEL_LOGS_EXPORTER: "console",
    },
    seen: ({ tracesExporter, metricsExporter, logsExporter }) => [
      tracesExporter,
      metricsExporter,
      logsExporter,
    ],
    expected: ["none", "none", "none"],
  },
  {
    options: { endpoint: "http://o.test" },
    variables: {
      OTEL_EXPORTER_OTLP_ENDPOINT: "http://v.test",
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: "http://v.test/own",
      OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: "http://v.test/own",
      OTEL_EXPORTER_OTLP_LOGS_ENDPOINT: "http://v.test/own",
    },
    seen: ({ traces, metrics, logs }) => [traces.url, metrics.url, logs.url],
    expected: ["http://o.test/v1/traces", "http://o.test/v1/metrics", "http://o.test/v1/logs"],
  },
  {
    options: { headers: { KEY: "option" } },
    variables: { OTEL_EXPORTER_OTLP_HEADERS: "key=variable" },
    seen: ({ traces, metrics }) => [traces.headers, metrics.headers],
    expected: [{ key: "option" }, { key: "option" }],
  },
  {
    options: { headers: { KEY: "option" } },
    variables: {
      OTEL_EXPORTER_OTLP_TRACES_HEADERS: "key=variable",
      OTEL_EXPORTER_OTLP_METRICS_HEADERS: "Key=variable",
    },
    seen: ({ traces, metrics }) => [traces.headers, metrics.headers],
    expected: [{ key: "option" }, { key: "option" }],
  },
  {
    options: { timeout: 5 },
    variables: {
      OTEL_EXPORTER_OTLP_TIMEOUT: "3",
      OTEL_EXPORTER_OTLP_TRACES_TIMEOUT: "3",
      OTEL_EXPORTER_OTLP_METRICS_TIMEOUT: "3",
    },
    seen: ({ traces, metrics }) => [traces.timeout, metrics.timeout],
    expected: [5, 5],
  },
  {
    options: { sampler: alwaysOn() },
    variables: { OTEL_TRACES_SAMPLER: "traceidratio", OTEL_TRACES_SAMPLER_ARG: "0" },
    seen: ({ sampler }) => sampler,
    expected: alwaysOn().toString(),
  },
  ...(
    [
      ["attributeCountLimit", "OTEL_ATTRIBUTE_COUNT_LIMIT"],
      ["attributeCountLimit", "OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT"],
      ["attributeValueLengthLimit", "OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT"],
      ["attributeValueLengthLimit", "OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT"],
      ["eventCountLimit", "OTEL_SPAN_EVENT_COUNT_LIMIT"],
      ["linkCountLimit", "OTEL_SPAN_LINK_COUNT_LIMIT"],
      ["attributePerEventCountLimit", "OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT"],
      ["attributePerEventCountLimit", "OTEL_ATTRIBUTE_COUNT_LIMIT"],
      ["attributePerLinkCountLimit", "OTEL_LINK_ATTRIBUTE_COUNT_LIMIT"],
      ["attributePerLinkCountLimit", "OTEL_ATTRIBUTE_COUNT_LIMIT"],
    ] as const
  ).map(([limit, name]) => ({
    options: { limits: { [limit]: 5 } },
    variables: { [name]: "3" },
    seen: ({ limits }: { readonly limits: Limits }) => limits[limit],
    expected: 5,
  })),
];

/** Endpoints of all and of traces, and where traces and metrics go then. */
const ENDPOINTS: readonly (readonly [all: string, own: string, traces: string, metrics: string])[] = [
  ["", "http://o.test", "http://o.test/", "http://localhost:4318/v1/metrics"],
  ["", "http://o.test/", "http://o.test/", "http://localhost:4318/v1/metrics"],
  ["", "http://o.test/own", "http://o.test/own", "http://localhost:4318/v1/metrics"],
  ["", "http://o.test/own/?key=1", "http://o.test/own/?key=1", "http://localhost:4318/v1/metrics"],
  ["http://a.test", "https://o.test:1/own", "https://o.test:1/own", "http://a.test/v1/metrics"],
  ["http://a.test/base/", "", "http://a.test/base/v1/traces", "http://a.test/base/v1/metrics"],
  ["http://a.test/base", "no url", "http://a.test/base/v1/traces", "http://a.test/base/v1/metrics"],
  ["no url", "http://o.test/own", "http://o.test/own", "http://localhost:4318/v1/metrics"],
  ["ftp://a.test", "grpc://o.test", "http://localhost:4318/v1/traces", "http://localhost:4318/v1/metrics"],
];

const SECRETS: readonly Variables[] = [
  { OTEL_EXPORTER_OTLP_ENDPOINT: "htp://user:s3cret@c.test" },
  { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: "user:s3cret@c.test:4318" },
  { OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: "http://user:s3cret@c.test:port" },
  { OTEL_EXPORTER_OTLP_HEADERS: "authorization: Bearer s3cret" },
  { OTEL_EXPORTER_OTLP_HEADERS: "s3cret" },
  { OTEL_EXPORTER_OTLP_TRACES_HEADERS: "key=%s3cret" },
  { OTEL_EXPORTER_OTLP_METRICS_HEADERS: "key=s3cret%0d%0a" },
];

const text = (variables: Variables) =>
  Object.entries(variables)
    .map(([name, value]) => `${name}=${value}`)
    .join(" ") || "nothing";

describe("variables are read as specified", () => {
  beforeEach(forgetWhatWasTold);

  for (const [name, valid, beside] of ALL) {
    it(`${name}: what is said counts, in whatever space; an empty text is none`, () => {
      const unset = resolved(beside);
      const said = silently(() => {
        expect(resolved({ ...beside, [name]: valid })).not.to.deep.equal(unset);
        expect(resolved({ ...beside, [name]: ` \t${valid}\r\n` })).to.deep.equal(
          resolved({ ...beside, [name]: valid }),
        );
        for (const empty of ["", " ", " \t\r\n"])
          expect(resolved({ ...beside, [name]: empty })).to.deep.equal(unset);
      });
      expect(said).to.equal("");
    });
  }

  for (const [name, { valid, isCaseless }] of Object.entries(KINDS)) {
    if (isCaseless === undefined) continue;
    it(`${name}: in any case`, () => {
      const mixed = valid.replaceAll(/_?[a-z]/g, (letters, at: number) =>
        at % 2 === 0 ? letters.toUpperCase() : letters,
      );
      for (const other of [valid.toUpperCase(), mixed])
        expect(resolved({ [name]: other })).to.deep.equal(resolved({ [name]: valid }));
    });
  }

  for (const [name, { invalid, beside = {} }] of Object.entries(KINDS)) {
    it(`${name}: what is invalid is named once, with its value, and the default stays`, () => {
      for (const value of invalid) {
        forgetWhatWasTold();
        const said = silently(() =>
          expect(resolved({ ...beside, [name]: value }), value).to.deep.equal(resolved(beside)),
        );
        expect(lines(said), value).to.have.lengthOf(1);
        expect(said).to.include(`${name} is ${value};`);
      }
    });

    it(`${name}: a fault counts once, however many read it`, () => {
      const before = troubles().invalid_configuration ?? 0;
      silently(() => resolved({ ...beside, [name]: invalid[0] ?? "" }));
      expect(troubles().invalid_configuration).to.equal(before + 1);
    });
  }

  for (const name of ["OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_HEADERS"]) {
    it(`${name}: a fault counts once, however many read it`, () => {
      const before = troubles().invalid_configuration ?? 0;
      silently(() => resolved({ [name]: "no url and no header" }));
      expect(troubles().invalid_configuration).to.equal(before + 1);
    });
  }

  it("OTEL_SDK_DISABLED: false is no fault", () => {
    const said = silently(() =>
      expect(
        ["false", "False", "FALSE"].map((value) => resolved({ OTEL_SDK_DISABLED: value }).isDisabled),
      ).to.deep.equal([false, false, false]),
    );
    expect(said).to.equal("");
  });

  it("whole numbers go to 2^31 - 1", () => {
    const most = 2 ** 31 - 1;
    const { batch, limits, collection } = resolved({
      OTEL_BSP_MAX_QUEUE_SIZE: `${most}`,
      OTEL_SPAN_EVENT_COUNT_LIMIT: `${most}`,
      OTEL_METRIC_EXPORT_INTERVAL: `${most}`,
      OTEL_BSP_SCHEDULE_DELAY: `000${most}`,
    });
    expect([batch.queueRecords, batch.delay, limits.eventCountLimit, collection.interval]).to.deep.equal([
      most,
      most,
      most,
      most,
    ]);
  });

  for (const name of ["OTEL_BSP_SCHEDULE_DELAY", "OTEL_METRIC_EXPORT_INTERVAL"]) {
    it(`${name}: is never more than timers can wait`, () => {
      silently(() => {
        for (const long of [`${2 ** 31}`, "9".repeat(15), "9".repeat(30)]) {
          const { batch, collection } = resolved({ [name]: long });
          expect(Math.max(batch.delay ?? 0, collection.interval ?? 0), long).to.be.below(2 ** 31);
        }
      });
    });
  }

  it("a log record's own limits go before those of attributes in general, and are no span's", () => {
    const general = { OTEL_ATTRIBUTE_COUNT_LIMIT: "20", OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT: "30" };
    const own = {
      OTEL_LOGRECORD_ATTRIBUTE_COUNT_LIMIT: "1",
      OTEL_LOGRECORD_ATTRIBUTE_VALUE_LENGTH_LIMIT: "4",
    };
    expect(logLimits({})).to.deep.equal([128, Infinity]);
    expect(logLimits(general)).to.deep.equal([20, 30]);
    expect(logLimits({ ...general, ...own })).to.deep.equal([1, 4]);
    expect(attributeLimits({ ...general, ...own })).to.deep.equal([20, 20, 20, 30]);
  });

  it("an exporter that is given as an object is of spans alone: of logs, as of metrics, the variable counts", () => {
    const exporter = { export: () => {}, shutdown: async () => {} };
    const { logsExporter, metricsExporter } = resolved({ OTEL_LOGS_EXPORTER: "none" }, { exporter });
    expect([logsExporter, metricsExporter]).to.deep.equal(["none", "otlp"]);
  });

  it("0 is a limit like others", () => {
    const { limits } = resolved({ OTEL_SPAN_EVENT_COUNT_LIMIT: "0", OTEL_ATTRIBUTE_COUNT_LIMIT: "0" });
    expect(limits).to.deep.equal({
      ...DEFAULT_LIMITS,
      eventCountLimit: 0,
      attributeCountLimit: 0,
      attributePerEventCountLimit: 0,
      attributePerLinkCountLimit: 0,
    });
  });

  it("a timeout of 0 is no limit: the longest that timers can wait", () => {
    const { batch, collection, traces, metrics } = resolved({
      OTEL_BSP_EXPORT_TIMEOUT: "0",
      OTEL_METRIC_EXPORT_TIMEOUT: "0",
      OTEL_EXPORTER_OTLP_TIMEOUT: "0",
      OTEL_EXPORTER_OTLP_METRICS_TIMEOUT: "999999999999",
    });
    expect([batch.exportTimeout, collection.timeout, traces.timeout, metrics.timeout]).to.deep.equal(
      Array.from({ length: 4 }, () => 2 ** 31 - 1),
    );
  });

  it("a signal's own timeout goes before the general one, unless it is invalid", () => {
    const general = { OTEL_EXPORTER_OTLP_TIMEOUT: "7" };
    expect(bothOf("timeout", general)).to.deep.equal([7, 7]);
    expect(bothOf("timeout", { ...general, OTEL_EXPORTER_OTLP_TRACES_TIMEOUT: "5" })).to.deep.equal([5, 7]);
    expect(bothOf("timeout", { ...general, OTEL_EXPORTER_OTLP_METRICS_TIMEOUT: "5" })).to.deep.equal([7, 5]);
    const said = silently(() =>
      expect(bothOf("timeout", { ...general, OTEL_EXPORTER_OTLP_TRACES_TIMEOUT: "5s" })).to.deep.equal([
        7, 7,
      ]),
    );
    expect(lines(said)).to.have.lengthOf(1);
  });

  it("a signal's own headers go in the place of the general ones", () => {
    const general = { OTEL_EXPORTER_OTLP_HEADERS: "a=1,b=2" };
    const all = { a: "1", b: "2" };
    expect(bothOf("headers", general)).to.deep.equal([all, all]);
    expect(bothOf("headers", { ...general, OTEL_EXPORTER_OTLP_TRACES_HEADERS: "a=3" })).to.deep.equal([
      { a: "3" },
      all,
    ]);
    expect(bothOf("headers", { ...general, OTEL_EXPORTER_OTLP_METRICS_HEADERS: "a=3" })).to.deep.equal([
      all,
      { a: "3" },
    ]);
  });

  it("a span's own limits go before those of attributes in general, unless they are invalid", () => {
    const general = { OTEL_ATTRIBUTE_COUNT_LIMIT: "20", OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT: "30" };
    const own = {
      OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT: "1",
      OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT: "2",
      OTEL_LINK_ATTRIBUTE_COUNT_LIMIT: "3",
      OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT: "4",
    };
    expect(attributeLimits(general)).to.deep.equal([20, 20, 20, 30]);
    expect(attributeLimits({ ...general, ...own })).to.deep.equal([1, 2, 3, 4]);
    const invalid = Object.fromEntries(Object.keys(own).map((name) => [name, "few"]));
    const said = silently(() =>
      expect(attributeLimits({ ...general, ...invalid })).to.deep.equal([20, 20, 20, 30]),
    );
    expect(lines(said)).to.have.lengthOf(4);
  });

  for (const [all, own, traces, metrics] of ENDPOINTS) {
    it(`an endpoint of ${all || "nothing"} for all and of ${own || "nothing"} for traces leads to ${traces} and ${metrics}`, () => {
      const variables = { OTEL_EXPORTER_OTLP_ENDPOINT: all, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: own };
      silently(() => expect(bothOf("url", variables)).to.deep.equal([traces, metrics]));
    });
  }

  it("the message of an invalid endpoint of traces names what is used in its place", () => {
    const variables = {
      OTEL_EXPORTER_OTLP_ENDPOINT: "http://a.test",
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: "no url",
    };
    const said = silently(() => resolved(variables));
    expect(said).to.include("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT").and.not.include("localhost");
  });

  for (const sampler of ["", "always_on", "always_off", "parentbased_always_on", "parentbased_always_off"]) {
    it(`OTEL_TRACES_SAMPLER_ARG is not read for ${sampler || "no sampler"}`, () => {
      const variables = { OTEL_TRACES_SAMPLER: sampler };
      const said = silently(() => {
        for (const argument of ["0", "0.5", "half"])
          expect(resolved({ ...variables, OTEL_TRACES_SAMPLER_ARG: argument })).to.deep.equal(
            resolved(variables),
          );
      });
      expect(said).to.equal("");
    });
  }

  for (const sampler of ["traceidratio", "parentbased_traceidratio"]) {
    it(`OTEL_TRACES_SAMPLER_ARG is the ratio of ${sampler}, and 1 where it says none`, () => {
      expect(ratiosOf(sampler, "0", "1", "0.5", "1.0", ".25", "2.5e-1")).to.deep.equal([
        "0",
        "1",
        "0.5",
        "1",
        "0.25",
        "0.25",
      ]);
      silently(() => expect(ratiosOf(sampler, "", "2", "half")).to.deep.equal(["1", "1", "1"]));
    });
  }

  for (const { options, variables, seen, expected } of OPTIONS) {
    it(`an option goes before ${text(variables)}: ${Object.keys(options.limits ?? options).join(", ")}`, () => {
      expect(seen(resolved(variables))).not.to.deep.equal(seen(resolved({})));
      expect(seen(resolved(variables, options))).to.deep.equal(expected);
    });
  }

  for (const variables of SECRETS) {
    it(`what is told of ${text(variables)} names the variable and holds no secret`, () => {
      const said = silently(() => expect(resolved(variables)).to.deep.equal(resolved({})));
      expect(lines(said)).to.have.lengthOf(1);
      expect(said).to.include(Object.keys(variables)[0]).and.not.include("s3cret");
    });
  }
});
