import { type Context, propagation, ROOT_CONTEXT, type Tracer, trace } from "@opentelemetry/api";

const digits = (count: number): string =>
  Array.from({ length: count }, () => Math.floor(Math.random() * 16).toString(16)).join("");

/** Headers as requests bring them: a tracestate of three members, a baggage of four. */
const CARRIERS = Array.from({ length: 256 }, (_, index) => ({
  host: "shop.example",
  traceparent: `00-${digits(32)}-${digits(16)}-01`,
  tracestate: `vendor=${digits(8)},other=t61rcWkgMzE,own=${index}`,
  baggage: `tenant=acme-${index},user=${digits(8)},tier=gold,region=eu%20west`,
}));

/** Extracts one of them and reads all that it brought; gives how many characters that was. */
export function extractAndRead(index: number): number {
  const context = propagation.extract(ROOT_CONTEXT, CARRIERS[index % CARRIERS.length]);
  const parent = trace.getSpanContext(context);
  let read = (parent?.traceId.length ?? 0) + (parent?.spanId.length ?? 0) + (parent?.traceFlags ?? 0);
  read += parent?.traceState?.get("other")?.length ?? 0;
  for (const [key, { value }] of propagation.getBaggage(context)?.getAllEntries() ?? [])
    read += key.length + value.length;
  return read;
}

let extracted: readonly Context[] = [];

/** Starts a child of a remote parent and injects it into headers of its own; gives how long they are in all. */
export function injectNewChild(tracer: Tracer, index: number): number {
  if (extracted.length === 0)
    extracted = CARRIERS.map((carrier) => propagation.extract(ROOT_CONTEXT, carrier));
  const parent = extracted[index % extracted.length] ?? ROOT_CONTEXT;
  const span = tracer.startSpan("GET", {}, parent);
  const headers: Record<string, string> = {};
  propagation.inject(trace.setSpan(parent, span), headers);
  span.end();
  return ["traceparent", "tracestate", "baggage"].reduce(
    (sum, name) => sum + (headers[name]?.length ?? 0),
    0,
  );
}
