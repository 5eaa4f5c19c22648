import * as api from "@opentelemetry/api";
import { createRequire } from "node:module";
import type { LoggerProvider } from "../context/providers.ts";
import { processState } from "../context/process-state.ts";
import { describe, report } from "../core/diagnostics.ts";
import { contextualLoggers } from "../logs/contextual-loggers.ts";

/** The logs API, of whichever package. */
interface LogsApi {
  setGlobalLoggerProvider(provider: LoggerProvider): unknown;
}

/** Version 1.10 of the API has logs itself. */
export const ownLogs: LogsApi | undefined = (api as { readonly logs?: LogsApi }).logs;

/** Where every copy of `@opentelemetry/api-logs` keeps what is registered, as a function of the version that asks. */
const API_LOGS = Symbol.for("io.opentelemetry.js.api.logs");
const VERSION = 1;
const home = globalThis as { [API_LOGS]?: ((version: number) => unknown) | undefined };

/** Registers with the package that the logs API was before it came to the API itself; false where what is registered is another's. */
export function registerApiLogs(): boolean {
  const { apiLogs } = processState.globals;
  if (home[API_LOGS] !== undefined) return home[API_LOGS] === apiLogs;
  for (const copy of loadedCopies()) serve(copy);
  home[API_LOGS] ??= (version) => (version === VERSION ? contextualLoggers : undefined);
  processState.globals = { ...processState.globals, apiLogs: home[API_LOGS] };
  return true;
}

/** A logger that was asked for before is tied to the copy that it was asked of, which serves it only if it registers itself. */
function serve(copy: NodeModule | undefined): void {
  delete home[API_LOGS];
  try {
    const loaded = copy?.exports as { readonly logs: LogsApi } | undefined;
    loaded?.logs.setGlobalLoggerProvider(contextualLoggers);
  } catch (thrown) {
    report("plugin_failed", `a copy of @opentelemetry/api-logs failed (${describe(thrown)})`);
  }
}

function loadedCopies(): (NodeModule | undefined)[] {
  const { cache } = createRequire(import.meta.url);
  return Object.keys(cache)
    .filter((file) => /@opentelemetry[/\\]api-logs[/\\]build[/\\]src[/\\]index\.js$/.test(file))
    .map((file) => cache[file]);
}
