import { printable } from "../core/printable.ts";
import { withoutUndefined } from "../core/without-undefined.ts";
import type { Completion } from "../instrumentation/server-exchange.ts";
import { jsonLogger } from "../logs/json-logger.ts";
import type { LogLevel } from "../logs/level.ts";
import { type LogFields, logFields } from "../logs/log-fields.ts";
import { exceptionAttributes } from "../trace/exception.ts";

/** What is said of a request once it is over. */
export interface CompletionLine {
  /** "error" for a status from 500 on, "warn" where the client went away, "info" for all others. */
  readonly level: LogLevel;
  /** "GET /users/{id} 200 in 12.3 ms". */
  readonly message: string;
  /** What `logFields()` gives, and what span and measurement say of the request, by the same names; the duration in seconds. */
  readonly fields: LogFields;
}

const logger = jsonLogger();

/** On stdout, for those who name nothing else. */
export function writeLine({ level, message, fields }: CompletionLine): void {
  logger[level](message, fields);
}

export function completionLine({ request, status, isAborted, duration, thrown }: Completion): CompletionLine {
  const { method, path, route } = request;
  const hasFailed = status === undefined ? thrown !== undefined : status >= 500;
  const outcome = isAborted ? "aborted" : String(status ?? "ended");
  return {
    level: hasFailed ? "error" : isAborted ? "warn" : "info",
    message: `${method ?? "request"} ${printable(route ?? path ?? "")} ${outcome} in ${(duration * 1000).toFixed(1)} ms`,
    fields: {
      ...withoutUndefined({
        "http.request.method": method,
        "url.path": path,
        "http.route": route,
        "http.response.status_code": status,
        "http.server.request.duration": Number(duration.toFixed(6)),
      }),
      ...(thrown === undefined ? {} : exceptionAttributes(thrown)),
      ...logFields(),
    },
  };
}
