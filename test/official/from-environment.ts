import { TraceFlags } from "@opentelemetry/api";
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
} from "@opentelemetry/sdk-trace-node";
import { expect } from "chai";
import { troubles } from "../../src/core/diagnostics.ts";
import { readEnvironment } from "../../src/sdk/environment.ts";
import { resolveSettings } from "../../src/sdk/settings.ts";
import type { Span } from "../../src/trace/span.ts";
import { silently } from "../stderr.ts";
import { type Row, stage } from "./stage.ts";
import { decisions } from "./tracer.ts";

type Variables = Readonly<Record<string, string>>;

/** What start() resolves where only these variables are set. */
const settings = (variables: Variables) => resolveSettings({}, readEnvironment(variables));

/** A span of a provider of ours that is made as start() makes it where only these variables are set. */
function startedBy(variables: Variables): Span {
  const { sampler, limits } = settings(variables);
  return stage({ sampler, limits }).start();
}

const sampledBy = (variables: Variables) =>
  startedBy(variables).spanContext().traceFlags & TraceFlags.SAMPLED;

/** The characters of a text that a span keeps. */
const lengthBy = (variables: Variables) =>
  String(startedBy(variables).setAttribute("text", "x".repeat(200)).attributes["text"]).length;

/** The attributes that a span keeps. */
function countBy(variables: Variables): number {
  const span = startedBy(variables);
  for (let each = 0; each < 200; each++) span.setAttribute(`key ${each}`, each);
  return Object.keys(span.attributes).length;
}

/** Of opentelemetry-sdk-trace-base/test/node/BasicTracerProvider.test.ts. */
export const LIMITS_FROM_ENVIRONMENT: readonly Row[] = [
  [
    1,
    "a limit of a value's length in general is that of a span",
    () => expect(lengthBy({ OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT: "115" })).to.equal(115),
  ],
  [
    2,
    "a span's own limit of a value's length goes before that in general",
    () => {
      const variables = {
        OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT: "125",
        OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT: "109",
      };
      expect(lengthBy(variables)).to.equal(109);
    },
  ],
  [
    3,
    "a limit of attributes in general is that of a span",
    () => expect(countBy({ OTEL_ATTRIBUTE_COUNT_LIMIT: "25" })).to.equal(25),
  ],
  [
    4,
    "a span's own limit of attributes goes before that in general",
    () => {
      const variables = { OTEL_ATTRIBUTE_COUNT_LIMIT: "20", OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT: "35" };
      expect(countBy(variables)).to.equal(35);
    },
  ],
];

const byRatio = (ratio: string) => ({ OTEL_TRACES_SAMPLER: "traceidratio", OTEL_TRACES_SAMPLER_ARG: ratio });

/** Of opentelemetry-sdk-trace-base/test/node/Tracer.test.ts. */
export const SAMPLING_FROM_ENVIRONMENT: readonly Row[] = [
  [
    1,
    "a trace is sampled where the sampler's argument is unset",
    () => expect(sampledBy(byRatio(""))).to.equal(TraceFlags.SAMPLED),
  ],
  [
    2,
    "a trace is sampled where the sampler's argument is out of range, which is told",
    () => {
      const before = troubles().invalid_configuration ?? 0;
      silently(() => expect(sampledBy(byRatio("2"))).to.equal(TraceFlags.SAMPLED));
      expect(troubles().invalid_configuration).to.equal(before + 1);
    },
  ],
  [
    3,
    "no trace is sampled where the sampler's argument is 0",
    () => expect(sampledBy(byRatio("0"))).to.equal(TraceFlags.NONE),
  ],
];

const root = (sampler: ConstructorParameters<typeof ParentBasedSampler>[0]["root"]) =>
  new ParentBasedSampler({ root: sampler });

/** What start() samples by, and the sampler of theirs that it says that it is. */
const SAMPLERS: readonly (readonly [name: string, ratio: string, theirs: { toString(): string }])[] = [
  ["always_on", "", new AlwaysOnSampler()],
  ["always_off", "", new AlwaysOffSampler()],
  ["traceidratio", "0.1", new TraceIdRatioBasedSampler(0.1)],
  ["parentbased_always_on", "", root(new AlwaysOnSampler())],
  ["parentbased_always_off", "", root(new AlwaysOffSampler())],
  ["parentbased_traceidratio", "0.2", root(new TraceIdRatioBasedSampler(0.2))],
];

/** Of opentelemetry-sdk-trace-base/test/node/config.test.ts. */
export const SAMPLER_FROM_ENVIRONMENT: readonly Row[] = [
  ...SAMPLERS.map(([name, ratio, theirs], place): Row => [
    place + 1,
    `the sampler is ${name}${ratio && ` with ${ratio}`} where the variables say so`,
    () => {
      const { sampler } = settings({ OTEL_TRACES_SAMPLER: name, OTEL_TRACES_SAMPLER_ARG: ratio });
      expect(sampler?.toString()).to.equal(theirs.toString());
    },
  ]),
  // Theirs sets no variable in either.
  ...[7, 8].map((at): Row => [
    at,
    `the sampler goes by the parent, and samples roots, where no variable says more: ${at - 6}`,
    () => expect(decisions(settings({}).sampler)).to.deep.equal(decisions(root(new AlwaysOnSampler()))),
  ]),
];
