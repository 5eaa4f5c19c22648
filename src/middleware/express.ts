import { exchangeOf, type ServedResponse } from "../instrumentation/served.ts";
import type { ServedRequest } from "../instrumentation/server-exchange.ts";
import { watchedRoute } from "./express-route.ts";
import { join, type MiddlewareOptions, requireOptions, runJoined } from "./join.ts";

/** What of Express's request, of version 4 or 5, is read. */
export interface ExpressRequest extends ServedRequest {
  readonly baseUrl?: string;
}

type Next = (error?: unknown) => void;

/**
 * For `app.use(middleware())`, before all routes: each request has its ids, its span by its route, its measurements and,
 * once it is over, its line.
 */
export function middleware(
  options?: MiddlewareOptions,
): (request: ExpressRequest, response: ServedResponse, next: Next) => void {
  requireOptions("middleware", arguments.length, options);
  return (request, response, next) => {
    const exchange = join(request, response, options);
    exchange.routeOf ??= watchedRoute(request);
    runJoined(exchange, next);
  };
}

/** For `app.use(errors())`, behind all routes: what they throw is told on the request's span and in its line. */
export function errors(): (
  error: unknown,
  request: ExpressRequest,
  response: ServedResponse,
  next: Next,
) => void {
  requireOptions("errors", arguments.length);
  return (error, request, _response, next) => {
    exchangeOf(request)?.noteThrown(error);
    next(error);
  };
}
