import type { WaterfallSpan } from "../../src/waterfall/span.ts";

const NOON = 1_700_000_000_000_000_000n;

/** A span of a test: times in milliseconds after an arbitrary noon. */
export function span(
  spanId: string,
  parentSpanId: string,
  from: number,
  to: number,
  more: Partial<WaterfallSpan> = {},
): WaterfallSpan {
  return {
    traceId: "4bf92f3577b34da6a3ce929d0e0e4736",
    spanId,
    parentSpanId,
    service: "shop",
    name: spanId,
    kind: undefined,
    start: NOON + BigInt(Math.round(from * 1e6)),
    end: NOON + BigInt(Math.round(to * 1e6)),
    failed: false,
    ...more,
  };
}
