import {
  type Attributes,
  type Context,
  ROOT_CONTEXT,
  type SpanContext,
  trace,
  type TracerProvider,
} from "@opentelemetry/api";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { NodeTracerProvider } from "@opentelemetry/sdk-trace-node";
import { createHash } from "node:crypto";
import { isAttributeValue } from "../../src/core/attributes.ts";
import { Clock } from "../../src/core/clock.ts";
import type { IdGenerator } from "../../src/core/ids.ts";
import { DEFAULT_LIMITS, type Limits } from "../../src/core/limits.ts";
import { Redactor } from "../../src/core/redaction.ts";
import type { Sampler } from "../../src/trace/sampler.ts";
import type { SpanProcessor } from "../../src/trace/span-processor.ts";
import { TracerProvider as OurTracerProvider } from "../../src/trace/tracer-provider.ts";
import { inFakeTime } from "./fake-time.ts";
import {
  plainAttributes,
  type PlainContext,
  plainContext,
  plainLink,
  type PlainSpan,
  plainSpan,
  type SinkView,
  sinkViewOfRecord,
} from "./plain-span.ts";
import type { SamplerPair } from "./samplers.ts";
import { type Program, run } from "./span-programs.ts";

/** What a program runs in. */
export interface Setting {
  readonly samplers: SamplerPair;
  /** Some of the limits; the others are the default of either SDK. */
  readonly limits: Partial<Limits>;
  readonly parent: SpanContext | undefined;
  /** How far the wall clock is off, in ms; default 0. */
  readonly drift?: number;
  /** True where ours takes secrets out. */
  readonly redacts?: boolean;
  /** True where it is noted what the sampler is asked; it is then no sampler of ours to our tracer. */
  readonly notesAsked?: boolean;
}

/** What came of a program. */
export interface Outcome {
  /** What a processor saw of each span that was recorded, at each of its moments. */
  readonly seen: readonly { readonly moment: "start" | "ending" | "end"; readonly span: PlainSpan }[];
  /** The spans that had ended, as they were when the program was over. */
  readonly kept: readonly PlainSpan[];
  /** What the sampler was asked, where that is noted. */
  readonly asked: readonly object[];
  /** All spans as their makers knew them in the end, recorded or not. */
  readonly held: readonly { readonly context: PlainContext; readonly isRecording: boolean }[];
}

/** An outcome of ours, and what the sink was told. */
export interface OurOutcome extends Outcome {
  readonly sink: readonly SinkView[];
}

type MakeProvider = (
  sampler: Sampler | undefined,
  processor: SpanProcessor,
  idGenerator: IdGenerator,
) => TracerProvider;

const RESOURCE = resourceFromAttributes({ "service.name": "differential", "process.pid": 4711 });

export function runOnOurs(program: Program, setting: Setting): OurOutcome {
  const sink: SinkView[] = [];
  const outcome = runOn(program, setting, setting.samplers.ours, (sampler, processor, idGenerator) => {
    return new OurTracerProvider({
      sink: { accept: (record) => void sink.push(sinkViewOfRecord(record)) },
      sampler,
      processors: [processor],
      limits: { ...DEFAULT_LIMITS, attributeValueSizeLimit: Infinity, ...setting.limits },
      idGenerator,
      resource: RESOURCE,
      redactor: setting.redacts === true ? new Redactor() : undefined,
      clocks: { current: () => new Clock(), renew: () => new Clock() },
    });
  });
  return { ...outcome, sink };
}

export function runOnTheirs(program: Program, setting: Setting): Outcome {
  return runOn(program, setting, setting.samplers.theirs, (sampler, processor, idGenerator) => {
    return new NodeTracerProvider({
      ...(sampler === undefined ? {} : { sampler }),
      spanProcessors: [processor],
      spanLimits: setting.limits,
      idGenerator,
      resource: RESOURCE,
    });
  });
}

function runOn(
  program: Program,
  { parent, drift = 0, notesAsked = false }: Setting,
  sampler: Sampler | undefined,
  make: MakeProvider,
): Outcome {
  const seen: Outcome["seen"][number][] = [];
  const ended: Parameters<SpanProcessor["onEnd"]>[0][] = [];
  const processor: SpanProcessor = {
    onStart: (span) => void seen.push({ moment: "start", span: plainSpan(span) }),
    onEnding: (span) => void seen.push({ moment: "ending", span: plainSpan(span) }),
    onEnd: (span) => {
      ended.push(span);
      seen.push({ moment: "end", span: plainSpan(span) });
    },
    forceFlush: async () => {},
    shutdown: async () => {},
  };
  const asked: object[] = [];
  return inFakeTime((wait) => {
    const provider = make(
      sampler && notesAsked ? attended(sampler, asked) : sampler,
      processor,
      idsInOrder(),
    );
    const context: Context =
      parent === undefined ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, { ...parent });
    const spans = run(program, provider, context, wait);
    return {
      seen,
      kept: ended.map(plainSpan),
      asked,
      held: spans.map((span) => ({
        context: plainContext(span.spanContext()),
        isRecording: span.isRecording(),
      })),
    };
  }, drift);
}

/** The sampler, and a note of what it is asked, but for absent attributes and invalid ones of links. */
function attended(sampler: Sampler, asked: object[]): Sampler {
  return {
    shouldSample: (context, traceId, name, kind, attributes, links) => {
      const parent = trace.getSpanContext(context);
      asked.push({
        parent: parent && plainContext(parent),
        traceId,
        name,
        kind,
        attributes: plainAttributes(attributes).filter(([, value]) => value !== undefined && value !== null),
        links: links.map(({ context: target, attributes: own }) =>
          plainLink({ context: target, attributes: valid(own) }),
        ),
      });
      return sampler.shouldSample(context, traceId, name, kind, attributes, links);
    },
    toString: () => sampler.toString(),
  };
}

const valid = (attributes: Attributes = {}): Attributes =>
  Object.fromEntries(
    Object.entries(attributes).filter(([key, value]) => key !== "" && isAttributeValue(value)),
  );

const digits = (of: string, length: number): string =>
  createHash("sha256").update(of).digest("hex").slice(0, length);

/** The same ids in each run, which look as if they were random: ratios of traces are told from them. */
function idsInOrder(): IdGenerator {
  let traces = 0;
  let spans = 0;
  return {
    generateTraceId: () => digits(`trace ${++traces}`, 32),
    generateSpanId: () => digits(`span ${++spans}`, 16),
    isRandom: false,
  };
}
