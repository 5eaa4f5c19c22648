import type { ContextManager } from "@opentelemetry/api";

/** Where every 1.x copy of the OpenTelemetry API keeps what is registered; it has no function that tells. */
const API = Symbol.for("opentelemetry.js.api.1");
const home = globalThis as { [API]?: { readonly context?: ContextManager } };

/**
 * The ContextManager that someone else has registered with the OpenTelemetry API. While there is one, contexts are
 * kept by it and not in our storage, so that its spans and ours nest within each other.
 */
export function foreignManager(): ContextManager | undefined {
  const manager = home[API]?.context;
  return (manager as { readonly throughline?: 1 } | undefined)?.throughline === 1 ? undefined : manager;
}
