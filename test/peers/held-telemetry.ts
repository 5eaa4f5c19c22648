import { existsSync, readFileSync } from "node:fs";

/** A value with its type, as OTLP has them in JSON. */
export interface HeldValue {
  readonly stringValue?: string;
  readonly boolValue?: boolean;
  /** 64 bits, and therefore a text. */
  readonly intValue?: string;
  /** A text where JSON has no number for it. */
  readonly doubleValue?: number | "NaN" | "Infinity" | "-Infinity";
  /** In base64. */
  readonly bytesValue?: string;
  readonly arrayValue?: { readonly values?: readonly HeldValue[] };
  readonly kvlistValue?: { readonly values?: HeldAttributes };
}

export type HeldAttributes = readonly { readonly key: string; readonly value: HeldValue }[];

interface OfScope {
  readonly resource: { readonly attributes: HeldAttributes };
  readonly scope: { readonly name: string; readonly version?: string };
  readonly schemaUrl?: string;
}

export interface HeldSpan extends OfScope {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly traceState?: string;
  readonly flags: number;
  readonly name: string;
  readonly kind: number;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes?: HeldAttributes;
  readonly droppedAttributesCount?: number;
  readonly events?: readonly {
    readonly name: string;
    readonly timeUnixNano: string;
    readonly attributes?: HeldAttributes;
  }[];
  readonly droppedEventsCount?: number;
  readonly links?: readonly object[];
  readonly droppedLinksCount?: number;
  readonly status: { readonly code?: number; readonly message?: string };
}

export interface HeldPoint {
  readonly attributes?: HeldAttributes;
  readonly startTimeUnixNano: string;
  readonly timeUnixNano: string;
}

interface HeldPoints {
  readonly dataPoints: readonly HeldPoint[];
  readonly aggregationTemporality?: number;
  readonly isMonotonic?: boolean;
}

export interface HeldMetric extends OfScope {
  readonly name: string;
  readonly unit?: string;
  readonly description?: string;
  readonly sum?: HeldPoints;
  readonly gauge?: HeldPoints;
  readonly histogram?: HeldPoints;
  readonly exponentialHistogram?: HeldPoints;
}

/** What the Collector holds. A field at its default is left out. */
export interface Held {
  readonly spans: readonly HeldSpan[];
  /** One for each time it was exported, in turn. */
  readonly metrics: readonly HeldMetric[];
}

interface Line {
  readonly resourceSpans?: readonly (OfScope & {
    readonly scopeSpans: readonly (OfScope & { readonly spans: readonly HeldSpan[] })[];
  })[];
  readonly resourceMetrics?: readonly (OfScope & {
    readonly scopeMetrics: readonly (OfScope & { readonly metrics: readonly HeldMetric[] })[];
  })[];
}

/** Reads what the file exporter wrote: one export request a line; no file where nothing arrived. */
export function readHeld(file: string): Held {
  const text = existsSync(file) ? readFileSync(file, "utf8").trimEnd() : "";
  const lines = text === "" ? [] : text.split("\n").map((line) => JSON.parse(line) as Line);
  return {
    spans: lines
      .flatMap(({ resourceSpans = [] }) => resourceSpans)
      .flatMap(({ resource, scopeSpans }) =>
        scopeSpans.flatMap(({ spans, ...origin }) => spans.map((span) => ({ ...origin, ...span, resource }))),
      ),
    metrics: lines
      .flatMap(({ resourceMetrics = [] }) => resourceMetrics)
      .flatMap(({ resource, scopeMetrics }) =>
        scopeMetrics.flatMap(({ metrics, ...origin }) =>
          metrics.map((metric) => ({ ...origin, ...metric, resource })),
        ),
      ),
  };
}

/** Attributes by key. Two of one key would be a mistake of ours, which the Collector lets through. */
export function byKey(attributes: HeldAttributes = []): Record<string, HeldValue> {
  const map = Object.fromEntries(attributes.map(({ key, value }) => [key, value]));
  if (Object.keys(map).length !== attributes.length)
    throw new Error(`a key stands twice in ${JSON.stringify(attributes)}`);
  return map;
}
