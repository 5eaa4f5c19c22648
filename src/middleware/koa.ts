import type { ServedResponse } from "../instrumentation/served.ts";
import type { ServedRequest, ServerExchange } from "../instrumentation/server-exchange.ts";
import { join, type MiddlewareOptions, requireOptions, runJoined, sendIds } from "./join.ts";

/** What of Koa's context is read; the route is @koa/router's. */
export interface KoaContext {
  readonly req: ServedRequest;
  readonly res: ServedResponse & {
    writeHead?(...args: never[]): unknown;
    hasHeader?(name: string): boolean;
    setHeader?(name: string, value: string): unknown;
  };
  readonly [ROUTE]?: unknown;
}

const ROUTE = "_matchedRoute";

/**
 * For `app.use(middleware())`, before all others: each request has its ids, its span by its route, its measurements and,
 * once it is over, its line; what others throw is told, and thrown on.
 */
export function middleware(
  options?: MiddlewareOptions,
): (context: KoaContext, next: () => Promise<unknown>) => Promise<void> {
  requireOptions("middleware", arguments.length, options);
  return async (context, next) => {
    const exchange = join(context.req, context.res, options);
    exchange.routeOf ??= () => {
      const route = context[ROUTE];
      return route instanceof RegExp ? route.source : route;
    };
    const release = exchange.hold();
    try {
      await runJoined(exchange, next);
    } catch (thrown) {
      exchange.noteThrown(thrown);
      keepIds(context.res, exchange);
      throw thrown;
    } finally {
      release();
    }
  };
}

/** Koa takes all headers off the answer to an error: the ids come back as it is sent, where nobody has sent others. */
function keepIds(response: KoaContext["res"], exchange: ServerExchange): void {
  const writeHead = response.writeHead?.bind(response);
  if (writeHead === undefined) return;
  response.writeHead = (...args) => {
    sendIds(exchange, {
      headersSent: response.headersSent,
      setHeader: (name, value) => {
        if (response.hasHeader?.(name) === false) response.setHeader?.(name, value);
      },
    });
    return writeHead(...args);
  };
}
