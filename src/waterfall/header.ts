import { columnsOf, fit } from "./columns.ts";
import { durationText } from "./duration.ts";
import type { Painter } from "./paint.ts";
import type { WaterfallSpan } from "./span.ts";

/** Digits of a trace id that are enough to tell the traces on a screen apart. */
const SHORT_ID = 8;
const BETWEEN = " · ";

/** Names a trace and sums it up: `trace 4bf92f35 · 6 spans · 2 services · 132 ms · 1 failed`. */
export function traceHeader(
  spans: readonly WaterfallSpan[],
  services: number,
  duration: bigint,
  width: number,
  paint: Painter,
): string {
  const id = shortTraceId(spans[0]?.traceId ?? "");
  const failures = spans.filter((span) => span.failed).length;
  const parts = [
    `trace ${id}`,
    counted(spans.length, "span"),
    counted(services, "service"),
    durationText(duration),
  ];
  if (failures > 0) parts.push(`${failures} failed`);
  while (columnsOf(parts.join(BETWEEN)) > width) parts.pop();
  const [name = "", ...facts] = parts;
  const painted = facts.map((fact) => (fact.endsWith(" failed") ? paint.failure(fact) : fact));
  return [paint.strong(name), ...painted].join(BETWEEN);
}

/** The first digits of a trace id. */
export function shortTraceId(traceId: string): string {
  return fit(traceId.slice(0, SHORT_ID), SHORT_ID);
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
