import type { Context } from "../context/context.ts";
import { currentContext, runIn } from "../context/current.ts";
import { bindEmitter } from "../context/bind.ts";
import { describe, report } from "../core/diagnostics.ts";
import { ThroughlineError } from "../core/errors.ts";
import { nounFor } from "../core/noun.ts";
import { ignoreRejection } from "../core/rejection.ts";
import { currentPolicy } from "../instrumentation/http-policy.ts";
import { beginToServe, endWith, exchangeOf, type ServedResponse } from "../instrumentation/served.ts";
import type { Completion, ServedRequest, ServerExchange } from "../instrumentation/server-exchange.ts";
import { type CompletionLine, completionLine, writeLine } from "./completion-line.ts";

/** What `middleware()` takes, for each framework. */
export interface MiddlewareOptions {
  /**
   * Takes the line that is said of each request once it is over; false: nothing is said. Default: a line of JSON on
   * stdout. With pino: `({ level, message, fields }) => logger[level](fields, message)`.
   */
  readonly log?: false | ((line: CompletionLine) => void) | undefined;
}

/**
 * For `middleware` itself, as it is called.
 *
 * @throws ThroughlineError THR_NOT_CALLED where a framework has called it, with a request
 */
export function requireOptions(subject: string, given: number, options?: MiddlewareOptions): void {
  if (given > 1) throw new ThroughlineError("THR_NOT_CALLED", subject);
  const log: unknown = readLog(options);
  if (log !== undefined && log !== false && typeof log !== "function")
    report(
      "invalid_configuration",
      `the log of middleware() is false or a function, and was given as ${nounFor(log)}`,
    );
}

/** What of the options counts; a getter may throw. */
function readLog(options: MiddlewareOptions | undefined): MiddlewareOptions["log"] {
  try {
    return options?.log;
  } catch {
    return undefined;
  }
}

/** What a response can be told. */
interface HeaderTarget {
  readonly headersSent?: boolean;
  setHeader?(name: string, value: string): unknown;
}

/**
 * The request as the hook of `start()` has begun to serve it, known by its object, or begun now where no hook hears of
 * such: its ids go out on the response, and the line is written once it is over.
 */
export function join(
  request: ServedRequest,
  response: ServedResponse & HeaderTarget,
  options: MiddlewareOptions | undefined,
): ServerExchange {
  const exchange = exchangeOf(request) ?? beginHere(request, response);
  if (attachLine(exchange, options)) {
    sendIds(exchange, response);
    tellOfficial(exchange, response);
  }
  return exchange;
}

/** Under which the official instrumentation of http looks for the route that it names its span and measurement by. */
const RPC_METADATA = Symbol.for("OpenTelemetry SDK Context Key RPC_METADATA");

/** By the end, which it hears of a moment later. */
function tellOfficial(exchange: ServerExchange, response: ServedResponse): void {
  const metadata = currentContext().getValue(RPC_METADATA) as { route?: string | undefined } | undefined;
  if (metadata === undefined) return;
  response.on("finish", () => {
    metadata.route ??= exchange.findRoute();
  });
}

/** The socket that a server hands over with a request to speak another protocol. */
export type UpgradedConnection = Pick<ServedResponse, "on" | "destroyed">;

/** As `join`, for a request to speak another protocol, of which no hook hears: it lasts as long as the connection. */
export function joinUpgrade(
  request: ServedRequest,
  connection: UpgradedConnection,
  options: MiddlewareOptions | undefined,
): ServerExchange {
  const known = exchangeOf(request);
  if (known !== undefined) return known;
  const exchange = beginToServe(request, undefined, currentContext(), currentPolicy());
  bindEmitter(exchange.context, connection);
  attachLine(exchange, options);
  const end = (): void => exchange.end({ status: undefined, isAborted: true });
  connection.on("close", end);
  // It tells that no more.
  if (connection.destroyed === true) end();
  return exchange;
}

/** Calls `fn` in the request's context: the current one, where it is a part of that. */
export function runJoined<Result>(exchange: ServerExchange, fn: () => Result): Result {
  return isWithin(currentContext(), exchange) ? fn() : runIn(exchange.context, fn);
}

/** Has the line written once it is over. False the second time. */
export function attachLine(exchange: ServerExchange, options: MiddlewareOptions | undefined): boolean {
  if (exchange.isJoined) return false;
  exchange.isJoined = true;
  // Where another instrumentation has begun its span since, that is the one to be in.
  if (exchange.isUntraced && isWithin(currentContext(), exchange)) exchange.context = currentContext();
  const given = readLog(options);
  const log = typeof given === "function" ? given : writeLine;
  if (given !== false) exchange.whenOver((completion) => writeWith(log, completion));
  return true;
}

/** The ids go out with the answer. */
export function sendIds({ request }: ServerExchange, target: HeaderTarget): void {
  if (target.headersSent === true) return;
  try {
    target.setHeader?.("X-Request-ID", request.id);
    target.setHeader?.("X-Correlation-ID", request.correlationId);
  } catch (thrown) {
    report("plugin_failed", `a response took no header (${describe(thrown)})`);
  }
}

function isWithin({ scope }: Context, { request }: ServerExchange): boolean {
  return scope?.operation === request;
}

function beginHere(request: ServedRequest, response: ServedResponse): ServerExchange {
  const exchange = beginToServe(request, response, currentContext(), currentPolicy());
  // One that is injected closes nothing.
  endWith(exchange, request.socket ?? {}, response, "finish");
  return exchange;
}

function writeWith(log: (line: CompletionLine) => unknown, completion: Completion): void {
  try {
    ignoreRejection(log(completionLine(completion)), reportLog);
  } catch (thrown) {
    reportLog(thrown);
  }
}

function reportLog(thrown: unknown): void {
  report("plugin_failed", `what takes the line of a request failed (${describe(thrown)})`);
}
