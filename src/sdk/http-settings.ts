import { describe, quote, report } from "../core/diagnostics.ts";
import { nounFor } from "../core/noun.ts";
import { ignoreRejection } from "../core/rejection.ts";
import { DEFAULT_POLICY, type HttpPolicy, type ReceivedRequest } from "../instrumentation/http-policy.ts";
import type { Trust } from "../propagation/received-carrier.ts";
import type { Environment } from "./environment.ts";

/** Which requests over HTTP are traced, and how. */
export interface HttpSettings {
  readonly server: boolean;
  readonly client: boolean;
  readonly policy: HttpPolicy;
}

const TRUSTS: ReadonlySet<unknown> = new Set(["continue", "link", "ignore"]);

/** The option `http` of `start()`, with what the environment says; what is not understood is reported. */
export function httpSettings(http: unknown, environment: Environment): HttpSettings {
  const given = (typeof http === "object" && http !== null ? http : {}) as Readonly<Record<string, unknown>>;
  if (http !== undefined && typeof http !== "boolean" && given !== http)
    report("invalid_configuration", `http is false or an object of options, and was given as ${quote(http)}`);
  const isOn = (side: "server" | "client"): boolean =>
    http !== false && option(given, side, isBoolean, "true or false") !== false;
  const methods = option(given, "knownMethods", isTexts, "a list of texts") ?? environment.knownMethods;
  const keys = option(given, "baggage", isTexts, "a list of texts");
  const server = isOn("server");
  return {
    server,
    client: isOn("client"),
    policy: {
      tracesServers: server,
      isIgnored: ignoring(option(given, "ignore", isFunction, "a function")),
      knownMethods: methods === undefined ? DEFAULT_POLICY.knownMethods : new Set(methods),
      trustIn: trusting(option(given, "trust", isTrust, '"continue", "link", "ignore" or a function')),
      baggageKeys: keys && new Set(keys),
      correlates: correlating(option(given, "correlate", isCorrelate, "false or a list of hosts")),
    },
  };
}

/** Undefined where it was not given, or is not understood. */
function option<Value>(
  given: Readonly<Record<string, unknown>>,
  name: string,
  isOne: (value: unknown) => value is Value,
  what: string,
): Value | undefined {
  const value = given[name];
  if (value === undefined || isOne(value)) return value;
  report("invalid_configuration", `http.${name} is ${what}, and was given as ${quote(value)}`);
  return undefined;
}

type AnyFunction = (request: ReceivedRequest) => unknown;

function isBoolean(value: unknown): value is boolean {
  return typeof value === "boolean";
}

function isFunction(value: unknown): value is AnyFunction {
  return typeof value === "function";
}

function isTrust(value: unknown): value is Trust | AnyFunction {
  return isFunction(value) || TRUSTS.has(value);
}

function isCorrelate(value: unknown): value is false | readonly string[] {
  return value === false || isTexts(value);
}

/** `*.example.com` is each host below it. */
function correlating(hosts: false | readonly string[] | undefined): HttpPolicy["correlates"] {
  if (hosts === undefined) return DEFAULT_POLICY.correlates;
  const named = new Set((hosts || []).map((host) => host.toLowerCase()));
  if (named.has("*")) return () => true;
  return (host) => {
    const name = host.toLowerCase();
    if (named.has(name)) return true;
    for (let dot = name.indexOf("."); dot >= 0; dot = name.indexOf(".", dot + 1))
      if (named.has(`*${name.slice(dot)}`)) return true;
    return false;
  };
}

function ignoring(ignore: AnyFunction | undefined): HttpPolicy["isIgnored"] {
  return ignore === undefined ? DEFAULT_POLICY.isIgnored : asking(ignore, "http.ignore", isBoolean, false);
}

function trusting(trust: Trust | AnyFunction | undefined): HttpPolicy["trustIn"] {
  if (trust === undefined) return DEFAULT_POLICY.trustIn;
  if (!isFunction(trust)) return () => trust;
  // Whoever fails to say whether a caller is to be trusted does not trust it.
  return asking(trust, "http.trust", isTrustName, "ignore");
}

function isTrustName(value: unknown): value is Trust {
  return TRUSTS.has(value);
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((each) => typeof each === "string");
}

/** What somebody's function says of a request; `otherwise` where it fails, or says something else. */
function asking<Answer>(
  ask: AnyFunction,
  name: string,
  isAnswer: (value: unknown) => value is Answer,
  otherwise: Answer,
): (request: ReceivedRequest) => Answer {
  const failed = (thrown: unknown): void =>
    report(
      "plugin_failed",
      `${name} of start() failed (${describe(thrown)}); it counts as ${String(otherwise)}`,
    );
  return (request) => {
    try {
      const answer = ask(request);
      if (isAnswer(answer)) return answer;
      ignoreRejection(answer);
      failed(new TypeError(`it answered with ${nounFor(answer)}`));
    } catch (thrown) {
      failed(thrown);
    }
    return otherwise;
  };
}
