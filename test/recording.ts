import { createNoopMeter, type MeterProvider } from "@opentelemetry/api";
import { Context } from "../src/context/context.ts";
import { runIn } from "../src/context/current.ts";
import type { AttributeList } from "../src/core/attributes.ts";
import type { Providers } from "../src/context/providers.ts";
import type { SpanRecord } from "../src/trace/record.ts";
import { W3C_PROPAGATOR } from "../src/propagation/w3c-propagator.ts";
import { TracerProvider } from "../src/trace/tracer-provider.ts";
import type { TracingOptions } from "../src/trace/tracing-setup.ts";

/** A copy of an ended span, in the words of its tests. */
export interface RecordedSpan {
  readonly name: string;
  readonly kind: number;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string | undefined;
  readonly isParentRemote: boolean | undefined;
  readonly traceFlags: number;
  readonly traceState: string;
  readonly start: readonly [number, number];
  readonly end: readonly [number, number];
  readonly attributes: Record<string, unknown>;
  readonly events: readonly {
    name: string;
    time: readonly [number, number];
    attributes: Record<string, unknown>;
  }[];
  readonly links: readonly { traceId: string; spanId: string; attributes: Record<string, unknown> }[];
  readonly status: { code: number; message: string };
  readonly dropped: { attributes: number; events: number; links: number };
  readonly scope: string;
}

export interface Recording {
  readonly spans: RecordedSpan[];
  readonly providers: Providers;
}

/** Providers whose ended spans are kept in `spans`. */
export function recording(
  meterProvider: MeterProvider = { getMeter: () => createNoopMeter() },
  options: Partial<TracingOptions> = {},
): Recording {
  const spans: RecordedSpan[] = [];
  const tracerProvider = new TracerProvider({
    sink: { accept: (span) => spans.push(copy(span)) },
    ...options,
  });
  return { spans, providers: { tracerProvider, meterProvider, propagator: W3C_PROPAGATOR } };
}

/** Calls `fn` where telemetry goes into a recording of its own; nothing global is touched. */
export function record<Result>(fn: (own: Recording) => Result): Result {
  const own = recording();
  return runIn(new Context(undefined, own.providers), fn, own);
}

function copy(span: SpanRecord): RecordedSpan {
  return {
    name: span.name,
    kind: span.kind,
    traceId: span.traceId.hex,
    spanId: span.spanId.hex,
    parentSpanId: span.parentSpanId?.hex,
    isParentRemote: span.isParentRemote,
    traceFlags: span.traceFlags,
    traceState: span.traceState,
    start: [span.startSeconds, span.startNanoseconds],
    end: [span.endSeconds, span.endNanoseconds],
    attributes: { ...objectOf(span.attributeList) },
    events: span.events.map(({ name, time, attributes }) => ({
      name,
      time,
      attributes: { ...attributes },
    })),
    links: span.links.map(({ context, attributes }) => ({
      traceId: context.traceId,
      spanId: context.spanId,
      attributes: { ...attributes },
    })),
    status: { code: span.statusCode, message: span.statusMessage },
    dropped: {
      attributes: span.droppedAttributesCount,
      events: span.droppedEventsCount,
      links: span.droppedLinksCount,
    },
    scope: span.instrumentationScope.name,
  };
}

/** Attributes as an object, for comparison. */
export function objectOf(list: Readonly<AttributeList>): Record<string, unknown> {
  const object: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
  for (let index = 0; index < list.length; index += 2) object[list[index] as string] = list[index + 1];
  return object;
}
