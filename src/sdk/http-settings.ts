import { describe, report } from "../core/diagnostics.ts";
import { ignoreRejection } from "../core/rejection.ts";
import { KNOWN_METHODS } from "../instrumentation/http-attributes.ts";
import type { ReceivedRequest } from "../instrumentation/http-server.ts";
import type { Environment } from "./environment.ts";

/** Which requests over HTTP are traced, and under which names. */
export interface HttpSettings {
  readonly server: boolean;
  readonly client: boolean;
  readonly isIgnored: (request: ReceivedRequest) => boolean;
  readonly knownMethods: ReadonlySet<string>;
}

/** The option `http` of `start()`, with what the environment says; what is not understood is reported. */
export function httpSettings(http: unknown, environment: Environment): HttpSettings {
  const given = typeof http === "object" && http !== null ? http : {};
  const { server = true, client = true, ignore, knownMethods } = given as Readonly<Record<string, unknown>>;
  const methods = isTexts(knownMethods) ? knownMethods : environment.knownMethods;
  if (
    (http !== undefined && typeof http !== "boolean" && given !== http) ||
    typeof server !== "boolean" ||
    typeof client !== "boolean" ||
    !(ignore === undefined || typeof ignore === "function") ||
    !(knownMethods === undefined || isTexts(knownMethods))
  )
    report(
      "invalid_configuration",
      "http is false, or { server: true or false, client: true or false, ignore: a function, knownMethods: a list of texts }",
    );
  return {
    server: http !== false && server !== false,
    client: http !== false && client !== false,
    isIgnored: asking(ignore),
    knownMethods: methods === undefined ? KNOWN_METHODS : new Set(methods),
  };
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((each) => typeof each === "string");
}

function reportIgnore(thrown: unknown): void {
  report("plugin_failed", `http.ignore of start() failed (${describe(thrown)}); the request is traced`);
}

const ignoreNothing = (): boolean => false;

/** One that fails ignores nothing. */
function asking(ignore: unknown): (request: ReceivedRequest) => boolean {
  if (typeof ignore !== "function") return ignoreNothing;
  return (request) => {
    try {
      const answer = (ignore as (request: ReceivedRequest) => unknown)(request);
      ignoreRejection(answer, reportIgnore);
      return answer === true;
    } catch (thrown) {
      reportIgnore(thrown);
      return false;
    }
  };
}
