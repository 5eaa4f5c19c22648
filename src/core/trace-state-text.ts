import type { TraceState } from "@opentelemetry/api";

/** A trace state as its header; empty for none, and for one that cannot be told: it must not cost its span. */
export function traceStateText(traceState: TraceState | undefined): string {
  try {
    const text: unknown = traceState?.serialize();
    return typeof text === "string" ? text : "";
  } catch {
    return "";
  }
}
