import { type MeterProvider, propagation, trace } from "@opentelemetry/api";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { processState } from "../../src/context/process-state.ts";
import { traceFetch } from "../../src/instrumentation/fetch.ts";
import { DEFAULT_POLICY, type HttpPolicy, usePolicy } from "../../src/instrumentation/http-policy.ts";
import { traceHttpClient } from "../../src/instrumentation/http-client.ts";
import { traceHttpServer } from "../../src/instrumentation/http-server.ts";
import { W3C_PROPAGATOR } from "../../src/propagation/w3c-propagator.ts";
import { type RecordedSpan, recording } from "../recording.ts";

/** Node 20 tells of a node:http request only as it is sent: too late to add a header, and never of one given up before. */
export const TELLS_LATE: boolean = process.versions.node.startsWith("20.");

/** All HTTP hooks on, for the length of `fn`; gives the spans that ended meanwhile. */
export async function tracedHttp(
  fn: () => Promise<void>,
  meterProvider?: MeterProvider,
  changes: Partial<HttpPolicy> = {},
  hooked = true,
): Promise<RecordedSpan[]> {
  const { spans, providers } = recording(meterProvider);
  const before = processState.providers;
  processState.providers = providers;
  propagation.setGlobalPropagator(W3C_PROPAGATOR);
  const policy = { ...DEFAULT_POLICY, ...changes };
  const hooks: { end(): void }[] = [usePolicy(policy)];
  if (hooked) hooks.push(traceHttpServer(policy), traceHttpClient(policy), traceFetch(policy));
  try {
    await fn();
    // A server span ends with its response's close, a moment after the client has read the last byte.
    await new Promise((resolve) => setTimeout(resolve, 20));
  } finally {
    for (const hook of hooks) hook.end();
    processState.providers = before;
    propagation.disable();
    trace.disable();
  }
  return spans;
}

export function ofKind(spans: readonly RecordedSpan[], kind: number): RecordedSpan[] {
  return spans.filter((span) => span.kind === kind);
}

/** A real server for the length of `fn`. */
export async function serving(
  handler: RequestListener,
  fn: (url: string, port: number) => Promise<void>,
): Promise<void> {
  const server = createServer(handler);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  try {
    await fn(`http://127.0.0.1:${port}`, port);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}
