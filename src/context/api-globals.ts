import type { ContextManager } from "@opentelemetry/api";

/** Where every 1.x copy of the OpenTelemetry API keeps what is registered; it has no function that tells. */
const API = Symbol.for("opentelemetry.js.api.1");

export interface ApiGlobals {
  readonly context?: ContextManager;
  readonly trace?: unknown;
  readonly metrics?: unknown;
  readonly propagation?: unknown;
  /** From version 1.10 on. */
  readonly logs?: unknown;
}

const home = globalThis as { [API]?: ApiGlobals };

/** What is registered with the OpenTelemetry API, by whomever. */
export function apiGlobals(): ApiGlobals {
  return home[API] ?? {};
}

/**
 * The ContextManager that someone else has registered with the OpenTelemetry API. While there is one, contexts are
 * kept by it and not in our storage, so that its spans and ours nest within each other.
 */
export function foreignManager(): ContextManager | undefined {
  const manager = home[API]?.context;
  return (manager as { readonly throughline?: 1 } | undefined)?.throughline === 1 ? undefined : manager;
}
