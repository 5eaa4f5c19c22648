import { byKey, type HeldSpan } from "./held-telemetry.ts";

/** The spans of each trace. */
export function traces(spans: readonly HeldSpan[]): Map<string, HeldSpan[]> {
  return Map.groupBy(spans, ({ traceId }) => traceId);
}

/** In the words of expected-traces.txt: services, names, kinds and failures, as deep as their parents say. */
export function treeOf(spans: readonly HeldSpan[]): string {
  const ids = new Set(spans.map(({ spanId }) => spanId));
  const orphans = spans.filter(({ parentSpanId = "" }) => parentSpanId !== "" && !ids.has(parentSpanId));
  if (orphans.length > 0) return `without a parent: ${orphans.map(({ name }) => name).join(", ")}`;
  return linesBelow(undefined, spans, "").join("\n");
}

function linesBelow(parent: string | undefined, spans: readonly HeldSpan[], indent: string): string[] {
  return spans
    .filter(({ parentSpanId }) => parentSpanId === parent)
    .toSorted((a, b) => Number(BigInt(a.startTimeUnixNano) - BigInt(b.startTimeUnixNano)))
    .flatMap((span) => [[`${indent}${titleOf(span)}`], linesBelow(span.spanId, spans, `${indent}  `)])
    .flat();
}

function titleOf({ resource, name, kind, status }: HeldSpan): string {
  const service = byKey(resource.attributes)["service.name"]?.stringValue;
  const side = { 2: " (server)", 3: " (client)", 4: " (producer)", 5: " (consumer)" }[kind] ?? "";
  return `${service} ${name}${side}${status.code === 2 ? " ✗" : ""}`;
}
