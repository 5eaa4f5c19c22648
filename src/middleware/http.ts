import { requireFunction } from "../core/errors.ts";
import type { ServedResponse } from "../instrumentation/served.ts";
import type { ServedRequest, ServerExchange } from "../instrumentation/server-exchange.ts";
import { settle } from "../trace/settle.ts";
import {
  join,
  joinUpgrade,
  type MiddlewareOptions,
  requireOptions,
  runJoined,
  type UpgradedConnection,
} from "./join.ts";

/** Calls `next` within the request. */
export type ServeHttp = <Result>(
  request: ServedRequest,
  response: ServedResponse | UpgradedConnection,
  next: () => Result,
) => Result;

/**
 * For handlers of node:http, and of http2's compatible interface: `next` runs within the request, which has its ids, its
 * span, its measurements and, once it is over, its line. What it throws or rejects with is told, and thrown on. Of an
 * upgrade, whose handler has a socket in the place of a response, the span ends as `next` does, the rest with the socket.
 *
 * @example
 * const serve = middleware();
 * createServer((request, response) => serve(request, response, () => response.end(currentRequest().id)));
 */
export function middleware(options?: MiddlewareOptions): ServeHttp {
  requireOptions("middleware", arguments.length, options);
  return (request, response, next) => {
    requireFunction(next, "middleware()(request, response, fn)");
    if ("setHeader" in response) return runTold(join(request, response as ServedResponse, options), next);
    const exchange = joinUpgrade(request, response, options);
    // What it answered stands on the connection, where nobody reads it.
    return runTold(exchange, next, () => exchange.answer({ status: undefined, isAborted: false }));
  };
}

function runTold<Result>(exchange: ServerExchange, next: () => Result, ended: () => void = () => {}): Result {
  const release = exchange.hold();
  const done = (): void => {
    ended();
    release();
  };
  const failed = (thrown: unknown): void => {
    exchange.noteThrown(thrown);
    done();
  };
  return runJoined(exchange, () => {
    let result: Result;
    try {
      result = next();
    } catch (thrown) {
      failed(thrown);
      throw thrown;
    }
    return settle(result, done, failed);
  });
}
