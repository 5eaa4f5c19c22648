import { expect } from "chai";
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { type Plain, readLogs, readMetrics, readTraces } from "../otlp/oracle.ts";
import { program } from "../processes/spawned.ts";

type Variables = Readonly<Record<string, string>>;

interface Request {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Uint8Array;
}

/** What a program leaves behind. */
interface Seen {
  readonly requests: readonly Request[];
  readonly output: string;
  readonly errors: string;
}

const PROGRAMS = {
  "records a little of everything": `
    import { context, metrics, ROOT_CONTEXT, trace } from "@opentelemetry/api";
    import { logs } from "@opentelemetry/api-logs";
    import { start, startSpan } from "throughline";
    const telemetry = start();
    const attributes = { a: "abcdef", b: "abcdef", c: "abcdef" };
    logs.getLogger("own").emit({ body: "told", severityNumber: 9, attributes });
    const spanContext = (traceId, traceFlags) => ({ traceId, spanId: "b7ad6b7169203331", traceFlags, isRemote: true });
    const link = { context: spanContext("1".repeat(32), 1), attributes };
    const full = startSpan("full", { attributes, links: [link, link, link] });
    for (const event of ["one", "two", "three"]) full.addEvent(event, attributes);
    full.end();
    const under = (name, traceId, traceFlags) =>
      trace.getTracer("own").startSpan(name, {}, trace.setSpanContext(ROOT_CONTEXT, spanContext(traceId, traceFlags))).end();
    const [low, high] = ["0".repeat(31) + "1", "0".repeat(24) + "ffffffff"];
    under("low sampled", low, 1);
    under("high sampled", high, 1);
    under("low unsampled", low, 0);
    under("high unsampled", high, 0);
    const meter = metrics.getMeter("own");
    meter.createCounter("counter").add(1);
    meter.createUpDownCounter("up-down counter").add(1);
    meter.createHistogram("histogram").record(1);
    meter.createObservableCounter("observable counter").addCallback((result) => result.observe(1));
    meter.createObservableUpDownCounter("observable up-down counter").addCallback((result) => result.observe(1));
    await telemetry.shutdown();`,

  "makes the same mistake three times": `
    import { start, startSpan } from "throughline";
    const telemetry = start({ exporter: "none" });
    const span = startSpan("span");
    for (const key of ["a", "b", "c"]) span.setAttribute(key, () => {});
    span.end();
    await telemetry.shutdown();`,

  "ends twenty spans at once": `
    import { start, startSpan } from "throughline";
    const telemetry = start();
    for (let each = 0; each < 20; each++) startSpan("span").end();
    await telemetry.shutdown();
    console.log(JSON.stringify(telemetry.report().spans.dropped));`,

  "emits twenty log records at once": `
    import { logs } from "@opentelemetry/api-logs";
    import { start } from "throughline";
    const telemetry = start();
    for (let each = 0; each < 20; each++) logs.getLogger("own").emit({ body: "told" });
    await telemetry.shutdown();
    console.log(JSON.stringify(telemetry.report().logs.dropped));`,

  "tells log records for half a second": `
    import { logs } from "@opentelemetry/api-logs";
    import { setTimeout as sleep } from "node:timers/promises";
    import { start } from "throughline";
    const telemetry = start();
    for (let each = 0; each < 10; each++) {
      logs.getLogger("own").emit({ body: "told" });
      await sleep(50);
    }
    await telemetry.shutdown();`,

  "goes on for half a second": `
    import { setTimeout as sleep } from "node:timers/promises";
    import { counter, start, startSpan } from "throughline";
    const telemetry = start();
    const steps = counter("steps");
    for (let each = 0; each < 10; each++) {
      startSpan("span").end();
      steps.add(1);
      await sleep(50);
    }
    await telemetry.shutdown();`,

  "flushes for a second and a half": `
    import { logs } from "@opentelemetry/api-logs";
    import { counter, start, startSpan } from "throughline";
    const telemetry = start();
    startSpan("span").end();
    counter("steps").add(1);
    logs.getLogger("own").emit({ body: "told" });
    await telemetry.flush({ timeout: 1_500 });
    process.exit();`,

  "asks itself by a method of its own": `
    import { createServer, request } from "node:http";
    import { start } from "throughline";
    const telemetry = start();
    const server = createServer((_, response) => response.end()).listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      request({ host: "127.0.0.1", port, method: "PROPFIND" }, (response) => {
        response.resume().on("close", () => server.close(() => telemetry.shutdown()));
      }).end();
    });`,

  "flushes while one of its metrics is never ready": `
    import { metrics } from "@opentelemetry/api";
    import { counter, start } from "throughline";
    const telemetry = start();
    counter("steps").add(1);
    const gauge = metrics.getMeter("own").createObservableGauge("never");
    gauge.addCallback(() => new Promise(() => {}));
    await telemetry.flush({ timeout: 1_500 });
    process.exit();`,
} as const;

type Named = keyof typeof PROGRAMS;

/** What runs before a collector that leaves the first request of each signal without an answer. */
const BEFORE_A_SLOW_COLLECTOR: ReadonlySet<Named> = new Set(["flushes for a second and a half"]);

/** Runs one of the programs before a collector of its own; `variables` are made from the collector's URL. */
async function run(name: Named, variables: (collector: string) => NodeJS.ProcessEnv): Promise<Seen> {
  const isSlow = BEFORE_A_SLOW_COLLECTOR.has(name);
  const requests: Request[] = [];
  const server = createServer(async (request, response) => {
    const body = Buffer.concat((await request.toArray()) as Uint8Array[]);
    const { url: path = "", headers } = request;
    const isFirst = !requests.some((earlier) => earlier.path === path);
    requests.push({ path, headers, body });
    if (!isSlow || !isFirst) response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const { output, errors, code } = await program(PROGRAMS[name], variables(`http://127.0.0.1:${port}`));
  server.closeAllConnections();
  server.close();
  expect(code, errors).to.equal(0);
  return { requests, output, errors };
}

const toCollector = (collector: string): NodeJS.ProcessEnv => ({ OTEL_EXPORTER_OTLP_ENDPOINT: collector });

const unset = new Map<Named, Promise<Seen>>();

/** The program without any variable but the collector's, run once. */
function runUnset(name: Named): Promise<Seen> {
  const running = unset.get(name) ?? run(name, toCollector);
  unset.set(name, running);
  return running;
}

const bodiesTo = (signal: string, { requests }: Seen) =>
  requests.filter(({ path }) => path === `/v1/${signal}`).map(({ body }) => body);

/** The spans of each request. */
const spansByRequest = (seen: Seen): Plain[][] =>
  bodiesTo("traces", seen).map((body) =>
    readTraces(body).resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans)),
  );

const metricsIn = (seen: Seen): Plain[] =>
  bodiesTo("metrics", seen)
    .flatMap((body) => readMetrics(body).resourceMetrics)
    .flatMap(({ scopeMetrics }) => scopeMetrics.flatMap(({ metrics }) => metrics));

/** The log records of each request. */
const logsByRequest = (seen: Seen): Plain[][] =>
  bodiesTo("logs", seen).map((body) =>
    readLogs(body).resourceLogs.flatMap(({ scopeLogs }) => scopeLogs.flatMap(({ logRecords }) => logRecords)),
  );

const logsPerRequest = (seen: Seen) => logsByRequest(seen).map(({ length }) => length);

const attributesOfLogs = (seen: Seen) => logsByRequest(seen).flat().flatMap(keysAndTexts);

const spanNames = (seen: Seen) => spansByRequest(seen).flatMap((spans) => spans.map(({ name }) => name));

const spansPerRequest = (seen: Seen) => spansByRequest(seen).map(({ length }) => length);

const paths = ({ requests }: Seen) => requests.map(({ path }) => path).toSorted();

const services = (seen: Seen) =>
  bodiesTo("traces", seen).flatMap((body) =>
    readTraces(body).resourceSpans.map(
      ({ resource }) =>
        (resource["attributes"] as { key: string; value: Plain }[]).find(({ key }) => key === "service.name")
          ?.value["stringValue"],
    ),
  );

/** The value of the header `x-own` that each path was sent. */
const ownHeaders = ({ requests }: Seen) =>
  Object.fromEntries(requests.map(({ path, headers }) => [path, headers["x-own"]]));

const lines = ({ errors }: Seen) => errors.split("\n").length - 1;

const requestsTo = (signal: string) => (seen: Seen) => bodiesTo(signal, seen).length;

/** Whether a signal's first request, which gets no answer, was given up for another within the flush. */
const givesUp = (seen: Seen) =>
  Object.fromEntries(
    ["traces", "metrics", "logs"].map((signal) => [signal, bodiesTo(signal, seen).length > 1] as const),
  );

const keysAndTexts = ({ attributes }: Plain) =>
  (attributes as { key: string; value: Plain }[]).map(
    ({ key, value }) => `${key}=${String(value["stringValue"])}`,
  );

/** The span with attributes, events and links: what it kept of each. */
function kept(seen: Seen) {
  const full = spansByRequest(seen)
    .flat()
    .find(({ name }) => name === "full") as Plain & { events: Plain[]; links: Plain[] };
  return {
    attributes: keysAndTexts(full).filter((text) => /^[abc]=/.test(text)),
    events: full.events.length,
    ofEvents: keysAndTexts(full.events[0] ?? {}),
    links: full.links.length,
    ofLinks: keysAndTexts(full.links[0] ?? {}),
  };
}

const ABC = ["a=abcdef", "b=abcdef", "c=abcdef"];
const KEPT = { attributes: ABC, events: 3, ofEvents: ABC, links: 3, ofLinks: ABC };
const CUT = ["a=abc", "b=abc", "c=abc"];

/** OTLP's AggregationTemporality, by metric. */
const temporalities = (seen: Seen) =>
  Object.fromEntries(
    metricsIn(seen).map(({ name, sum, histogram, exponentialHistogram }) => [
      name,
      ((sum ?? histogram ?? exponentialHistogram) as Plain)["aggregationTemporality"],
    ]),
  );

const [DELTA, CUMULATIVE] = [1, 2];
const CUMULATIVES = {
  counter: CUMULATIVE,
  "up-down counter": CUMULATIVE,
  histogram: CUMULATIVE,
  "observable counter": CUMULATIVE,
  "observable up-down counter": CUMULATIVE,
};

const kindOfHistogram = (seen: Seen) =>
  Object.keys(metricsIn(seen).find(({ name }) => name === "histogram") ?? {}).filter((key) =>
    /histogram/i.test(key),
  );

const ALL = ["full", "low sampled", "high sampled", "low unsampled", "high unsampled"];
const EACH = ["/v1/logs", "/v1/metrics", "/v1/traces"];

interface Effect {
  readonly variables: Variables;
  readonly of: Named;
  readonly seen: (seen: Seen) => unknown;
  readonly without: unknown;
  readonly with: unknown;
}

const EVERYTHING: Named = "records a little of everything";

const samples = (variables: Variables, ...names: string[]): Effect => ({
  variables,
  of: EVERYTHING,
  seen: spanNames,
  without: ALL.slice(0, 3),
  with: names,
});

const keeps = (name: string, value: string, changed: Partial<typeof KEPT>): Effect => ({
  variables: { [name]: value },
  of: EVERYTHING,
  seen: kept,
  without: KEPT,
  with: { ...KEPT, ...changed },
});

const tells = (level: string, count: number): Effect => ({
  variables: { OTEL_LOG_LEVEL: level },
  of: "makes the same mistake three times",
  seen: lines,
  without: 1,
  with: count,
});

type Header = string | undefined;

const sends = (name: string, traces: Header, metrics: Header, logs: Header): Effect => ({
  variables: { [name]: "x-own=a%20b" },
  of: EVERYTHING,
  seen: ownHeaders,
  without: { "/v1/traces": undefined, "/v1/metrics": undefined, "/v1/logs": undefined },
  with: { "/v1/traces": traces, "/v1/metrics": metrics, "/v1/logs": logs },
});

type Spoken = "json" | "x-protobuf";

const typed = (traces: Spoken, metrics: Spoken, logs: Spoken) => ({
  "/v1/traces": `application/${traces}`,
  "/v1/metrics": `application/${metrics}`,
  "/v1/logs": `application/${logs}`,
});

/** The type of what each path is sent. */
const speaks = (name: string, ...spoken: [traces: Spoken, metrics: Spoken, logs: Spoken]): Effect => ({
  variables: { [name]: "http/json" },
  of: EVERYTHING,
  seen: ({ requests }) =>
    Object.fromEntries(requests.map(({ path, headers }) => [path, headers["content-type"]])),
  without: typed("x-protobuf", "x-protobuf", "x-protobuf"),
  with: typed(...spoken),
});

const keepsOfLogs = (name: string, value: string, ...attributes: string[]): Effect => ({
  variables: { [name]: value },
  of: EVERYTHING,
  seen: attributesOfLogs,
  without: ABC,
  with: attributes,
});

const leaves = (name: string, value: string, ...left: string[]): Effect => ({
  variables: { [name]: value },
  of: EVERYTHING,
  seen: paths,
  without: EACH,
  with: left,
});

const prints = (name: string, ...texts: RegExp[]): Effect => ({
  variables: { [name]: "console" },
  of: EVERYTHING,
  seen: ({ output }) => texts.map((text) => text.test(output)),
  without: texts.map(() => false),
  with: texts.map(() => true),
});

const waits = (name: string, traces: boolean, metrics: boolean, logs: boolean): Effect => ({
  variables: { [name]: "200" },
  of: "flushes for a second and a half",
  seen: givesUp,
  without: { traces: false, metrics: false, logs: false },
  with: { traces, metrics, logs },
});

const aggregates = (preference: string, changed: Partial<typeof CUMULATIVES>): Effect => ({
  variables: { OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE: preference },
  of: EVERYTHING,
  seen: temporalities,
  without: CUMULATIVES,
  with: { ...CUMULATIVES, ...changed },
});

const ratio = (sampler: string, argument: string) => ({
  OTEL_TRACES_SAMPLER: sampler,
  OTEL_TRACES_SAMPLER_ARG: argument,
});

const EFFECTS: readonly Effect[] = [
  {
    variables: { OTEL_SERVICE_NAME: "shop" },
    of: EVERYTHING,
    seen: services,
    without: ["unknown_service:node"],
    with: ["shop"],
  },
  tells("none", 0),
  tells("error", 0),
  tells("warn", 1),
  tells("debug", 3),

  samples({ OTEL_TRACES_SAMPLER: "always_on" }, ...ALL),
  samples({ OTEL_TRACES_SAMPLER: "always_off" }),
  samples({ OTEL_TRACES_SAMPLER: "parentbased_always_off" }, "low sampled", "high sampled"),
  {
    variables: ratio("traceidratio", "0.5"),
    of: EVERYTHING,
    seen: (seen) => spanNames(seen).filter((name) => name !== "full"),
    without: ["low sampled", "high sampled"],
    with: ["low sampled", "low unsampled"],
  },
  samples(ratio("parentbased_traceidratio", "0"), "low sampled", "high sampled"),
  samples({ OTEL_TRACES_SAMPLER_ARG: "0" }, ...ALL.slice(0, 3)),

  keeps("OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT", "2", { attributes: ABC.slice(0, 2) }),
  keeps("OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT", "3", { attributes: CUT, ofEvents: CUT, ofLinks: CUT }),
  keeps("OTEL_SPAN_EVENT_COUNT_LIMIT", "2", { events: 2 }),
  keeps("OTEL_SPAN_LINK_COUNT_LIMIT", "2", { links: 2 }),
  keeps("OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT", "1", { ofEvents: ABC.slice(0, 1) }),
  keeps("OTEL_LINK_ATTRIBUTE_COUNT_LIMIT", "1", { ofLinks: ABC.slice(0, 1) }),
  keeps("OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT", "3", { attributes: CUT, ofEvents: CUT, ofLinks: CUT }),
  keeps("OTEL_ATTRIBUTE_COUNT_LIMIT", "2", {
    attributes: ABC.slice(0, 2),
    ofEvents: ABC.slice(0, 2),
    ofLinks: ABC.slice(0, 2),
  }),

  {
    variables: { OTEL_BSP_MAX_EXPORT_BATCH_SIZE: "8" },
    of: "ends twenty spans at once",
    seen: spansPerRequest,
    without: [20],
    with: [8, 8, 4],
  },
  {
    variables: { OTEL_BSP_MAX_QUEUE_SIZE: "7" },
    of: "ends twenty spans at once",
    seen: (seen) => [spansPerRequest(seen), (JSON.parse(seen.output) as Plain)["queue_full"], lines(seen)],
    without: [[20], 0, 0],
    with: [[7], 13, 1],
  },
  {
    variables: { OTEL_BSP_SCHEDULE_DELAY: "100" },
    of: "goes on for half a second",
    seen: (seen) => [requestsTo("traces")(seen) > 2, requestsTo("metrics")(seen)],
    without: [false, 1],
    with: [true, 1],
  },
  {
    variables: { OTEL_BLRP_MAX_EXPORT_BATCH_SIZE: "8" },
    of: "emits twenty log records at once",
    seen: logsPerRequest,
    without: [20],
    with: [8, 8, 4],
  },
  {
    variables: { OTEL_BLRP_MAX_QUEUE_SIZE: "7" },
    of: "emits twenty log records at once",
    seen: (seen) => [logsPerRequest(seen), (JSON.parse(seen.output) as Plain)["queue_full"], lines(seen)],
    without: [[20], 0, 0],
    with: [[7], 13, 1],
  },
  {
    variables: { OTEL_BLRP_SCHEDULE_DELAY: "100" },
    of: "tells log records for half a second",
    seen: (seen) => requestsTo("logs")(seen) > 2,
    without: false,
    with: true,
  },
  keepsOfLogs("OTEL_LOGRECORD_ATTRIBUTE_COUNT_LIMIT", "2", ...ABC.slice(0, 2)),
  keepsOfLogs("OTEL_LOGRECORD_ATTRIBUTE_VALUE_LENGTH_LIMIT", "3", ...CUT),
  keepsOfLogs("OTEL_ATTRIBUTE_COUNT_LIMIT", "2", ...ABC.slice(0, 2)),
  keepsOfLogs("OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT", "3", ...CUT),

  waits("OTEL_BSP_EXPORT_TIMEOUT", true, false, false),
  waits("OTEL_BLRP_EXPORT_TIMEOUT", false, false, true),
  waits("OTEL_EXPORTER_OTLP_TIMEOUT", true, true, true),
  waits("OTEL_EXPORTER_OTLP_TRACES_TIMEOUT", true, false, false),
  waits("OTEL_EXPORTER_OTLP_METRICS_TIMEOUT", false, true, false),
  waits("OTEL_EXPORTER_OTLP_LOGS_TIMEOUT", false, false, true),

  leaves("OTEL_TRACES_EXPORTER", "none", "/v1/logs", "/v1/metrics"),
  leaves("OTEL_TRACES_EXPORTER", "console", "/v1/logs", "/v1/metrics"),
  prints("OTEL_TRACES_EXPORTER", /\bfull\b/, /\blow sampled\b/),
  leaves("OTEL_METRICS_EXPORTER", "none", "/v1/logs", "/v1/traces"),
  leaves("OTEL_METRICS_EXPORTER", "console", "/v1/logs", "/v1/traces"),
  prints("OTEL_METRICS_EXPORTER", /\bcounter\b/, /\bhistogram\b/),
  leaves("OTEL_LOGS_EXPORTER", "none", "/v1/metrics", "/v1/traces"),
  leaves("OTEL_LOGS_EXPORTER", "console", "/v1/metrics", "/v1/traces"),
  prints("OTEL_LOGS_EXPORTER", /^\d\d:\d\d:\d\d\.\d{3} INFO {3}unknown_service:node {2}told$/m),

  sends("OTEL_EXPORTER_OTLP_HEADERS", "a b", "a b", "a b"),
  sends("OTEL_EXPORTER_OTLP_TRACES_HEADERS", "a b", undefined, undefined),
  sends("OTEL_EXPORTER_OTLP_METRICS_HEADERS", undefined, "a b", undefined),
  sends("OTEL_EXPORTER_OTLP_LOGS_HEADERS", undefined, undefined, "a b"),

  speaks("OTEL_EXPORTER_OTLP_PROTOCOL", "json", "json", "json"),
  speaks("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "json", "x-protobuf", "x-protobuf"),
  speaks("OTEL_EXPORTER_OTLP_METRICS_PROTOCOL", "x-protobuf", "json", "x-protobuf"),
  speaks("OTEL_EXPORTER_OTLP_LOGS_PROTOCOL", "x-protobuf", "x-protobuf", "json"),

  {
    variables: { OTEL_METRIC_EXPORT_INTERVAL: "100" },
    of: "goes on for half a second",
    seen: (seen) => [requestsTo("traces")(seen), requestsTo("metrics")(seen) > 2],
    without: [1, false],
    with: [1, true],
  },
  {
    variables: { OTEL_METRIC_EXPORT_TIMEOUT: "200" },
    of: "flushes while one of its metrics is never ready",
    seen: (seen) => metricsIn(seen).map(({ name }) => name),
    without: [],
    with: ["steps"],
  },
  aggregates("delta", { counter: DELTA, histogram: DELTA, "observable counter": DELTA }),
  aggregates("lowmemory", { counter: DELTA, histogram: DELTA }),
  {
    variables: {
      OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION: "base2_exponential_bucket_histogram",
    },
    of: EVERYTHING,
    seen: kindOfHistogram,
    without: ["histogram"],
    with: ["exponentialHistogram"],
  },
  {
    variables: { OTEL_INSTRUMENTATION_HTTP_KNOWN_METHODS: "GET, PROPFIND" },
    of: "asks itself by a method of its own",
    seen: spanNames,
    without: ["HTTP", "HTTP"],
    with: ["PROPFIND", "PROPFIND"],
  },
];

/** By endpoint variables, of which the collector is the base, the paths that it is sent to. */
const PATHS: readonly (readonly [variables: Variables, paths: readonly string[]])[] = [
  [{}, []],
  [{ OTEL_EXPORTER_OTLP_ENDPOINT: "" }, EACH],
  [{ OTEL_EXPORTER_OTLP_ENDPOINT: "/base/" }, ["/base/v1/logs", "/base/v1/metrics", "/base/v1/traces"]],
  [
    { OTEL_EXPORTER_OTLP_ENDPOINT: "", OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: "/own/" },
    ["/own/", "/v1/logs", "/v1/metrics"],
  ],
  [
    { OTEL_EXPORTER_OTLP_ENDPOINT: "", OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: "" },
    ["/", "/v1/logs", "/v1/metrics"],
  ],
  [
    { OTEL_EXPORTER_OTLP_ENDPOINT: "", OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: "/own?key=1" },
    ["/own?key=1", "/v1/logs", "/v1/traces"],
  ],
  [
    { OTEL_EXPORTER_OTLP_ENDPOINT: "", OTEL_EXPORTER_OTLP_LOGS_ENDPOINT: "/own" },
    ["/own", "/v1/metrics", "/v1/traces"],
  ],
];

const textOf = (variables: Variables) =>
  Object.entries(variables)
    .map(([name, value]) => `${name}=${value}`)
    .join(" ");

/** A server that asks another, which tells the headers that it was sent. */
const TRAVELS = `
  import { metrics, propagation, trace } from "@opentelemetry/api";
  import { once } from "node:events";
  import { createServer } from "node:http";
  import { setTimeout as sleep } from "node:timers/promises";
  import { ContextVariable, start, withSpan } from "throughline";
  const telemetry = start();
  const user = new ContextVariable("user");
  const listening = async (handler) => {
    const server = createServer(handler).listen(0, "127.0.0.1");
    await once(server, "listening");
    return [server, "http://127.0.0.1:" + server.address().port];
  };
  const [inner, innerUrl] = await listening((request, response) => response.end(JSON.stringify(request.headers)));
  const [outer, outerUrl] = await listening(async (request, response) => {
    user.set(request.url);
    metrics.getMeter("own").createCounter("requests").add(1);
    await sleep(10);
    await withSpan("work", async (span) => {
      const { traceparent, tracestate, baggage } = await (await fetch(innerUrl)).json();
      const active = propagation.getActiveBaggage()?.getEntry("a")?.value;
      const sent = { traceparent, tracestate, baggage };
      response.end(JSON.stringify({ ...sent, active, user: user.get(), isRecording: span.isRecording() }));
    });
  });
  const headers = { traceparent: process.env.TRACEPARENT_SENT, tracestate: "a=1", baggage: "a=1" };
  const told = await Promise.all(["/one", "/two"].map(async (path) => (await fetch(outerUrl + path, { headers })).json()));
  inner.close();
  outer.close();
  const { spans, metrics: points } = await telemetry.shutdown();
  const made = [spans.made, points.made];
  console.log(JSON.stringify({ told, made }));
`;

const PATHS_ASKED = ["/one", "/two"];
const TRACE_ID = "0af7651916cd43dd8448eb211c80319c";
const SENT = `00-${TRACE_ID}-b7ad6b7169203331-01`;

interface Travelled {
  readonly told: readonly {
    readonly traceparent: string;
    readonly tracestate: string;
    readonly baggage: string;
    readonly active: string;
    readonly user: string;
    readonly isRecording: boolean;
  }[];
  readonly made: readonly [spans: number, points: number];
}

/** What travels through the two servers, and what arrives at a collector. */
async function travelled(variables: NodeJS.ProcessEnv) {
  let requests = 0;
  const collector = createServer((request, response) => {
    requests++;
    request.resume();
    response.end();
  });
  await new Promise<void>((resolve) => collector.listen(0, "127.0.0.1", resolve));
  const { port } = collector.address() as AddressInfo;
  const { output, errors, code } = await program(TRAVELS, {
    ...toCollector(`http://127.0.0.1:${port}`),
    TRACEPARENT_SENT: SENT,
    ...variables,
  });
  collector.closeAllConnections();
  collector.close();
  expect(code, errors).to.equal(0);
  return { ...(JSON.parse(output) as Travelled), errors, requests };
}

describe("variables act", function () {
  this.timeout(20_000);

  for (const effect of EFFECTS) {
    it(`${textOf(effect.variables)}, on a program that ${effect.of}`, async () => {
      const [seen, before] = await Promise.all([
        run(effect.of, (collector) => ({ ...toCollector(collector), ...effect.variables })),
        runUnset(effect.of),
      ]);
      expect({ without: effect.seen(before), with: effect.seen(seen) }).to.deep.equal({
        without: effect.without,
        with: effect.with,
      });
    });
  }

  for (const [bases, expected] of PATHS) {
    const variables = (collector: string) =>
      Object.fromEntries(Object.entries(bases).map(([name, path]) => [name, `${collector}${path}`]));
    it(`${textOf(variables("http://collector")) || "no endpoint"}, on where telemetry goes`, async () => {
      expect(paths(await run(EVERYTHING, variables))).to.deep.equal(expected);
    });
  }

  for (const name of ["OTEL_BSP_SCHEDULE_DELAY", "OTEL_METRIC_EXPORT_INTERVAL"]) {
    it(`${name} beyond what timers can wait, in no other way than a very long one`, async () => {
      const seen = await run("goes on for half a second", (collector) => ({
        ...toCollector(collector),
        [name]: `${2 ** 31}`,
      }));
      expect([seen.requests.length, seen.errors]).to.deep.equal([2, ""]);
    });
  }

  it("an endpoint with a password and a key, of which nothing is told", async () => {
    const seen = await run(EVERYTHING, () => ({
      OTEL_EXPORTER_OTLP_ENDPOINT: "http://user:s3cret@127.0.0.1:9/base?key=s3cret",
    }));
    expect(seen.errors).to.include("http://127.0.0.1:9/base/v1/").and.not.include("s3cret");
  });

  it("OTEL_SDK_DISABLED=true, which records and sends nothing while contexts and headers travel on", async () => {
    const [on, off] = await Promise.all([travelled({}), travelled({ OTEL_SDK_DISABLED: "true" })]);
    const others = { tracestate: "a=1", baggage: "a=1", active: "1" };

    expect([on.made.every((made) => made > 0), on.requests > 0]).to.deep.equal([true, true]);
    for (const [index, { traceparent, ...rest }] of on.told.entries()) {
      expect(traceparent).to.include(TRACE_ID).and.not.equal(SENT);
      expect(rest).to.deep.equal({ ...others, user: PATHS_ASKED[index], isRecording: true });
    }

    expect([off.made, off.requests, off.errors]).to.deep.equal([[0, 0], 0, ""]);
    for (const [index, told] of off.told.entries()) {
      expect(told).to.deep.equal({
        ...others,
        traceparent: SENT,
        user: PATHS_ASKED[index],
        isRecording: false,
      });
    }
  });
});
