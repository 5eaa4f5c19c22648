import { currentContext } from "../context/current.ts";
import { currentPolicy } from "../instrumentation/http-policy.ts";
import { beginToServe, exchangeOf, type ServedResponse } from "../instrumentation/served.ts";
import type { Ending, ServedRequest, ServerExchange } from "../instrumentation/server-exchange.ts";
import { attachLine, join, type MiddlewareOptions, requireOptions, runJoined, sendIds } from "./join.ts";
import { untilRead } from "./until-read.ts";

/** What of Hono's context is read. */
export interface HonoContext {
  readonly req: { readonly raw: Request; readonly routePath: string };
  readonly env: unknown;
  readonly error: Error | undefined;
  res: Response;
}

/** What Hono's server for Node gives beside the request. */
interface NodeBindings {
  readonly incoming?: ServedRequest;
  readonly outgoing?: ServedResponse;
}

/**
 * For `app.use(middleware())`, before all others: each request has its ids, its span by its route, its measurements and,
 * once it is over, its line; what a handler throws is told. On Hono's server for Node, and wherever `app.fetch` is
 * called.
 */
export function middleware(
  options?: MiddlewareOptions,
): (context: HonoContext, next: () => Promise<void>) => Promise<void> {
  requireOptions("middleware", arguments.length, options);
  return async (context, next) => {
    const { incoming, outgoing } = (context.env ?? {}) as NodeBindings;
    const isOnNode = incoming !== undefined && outgoing !== undefined;
    const exchange = isOnNode ? join(incoming, outgoing, options) : serve(context, options);
    exchange.routeOf ??= () => routeOf(context);
    const release = exchange.hold();
    try {
      await runJoined(exchange, next);
      if (context.error !== undefined) exchange.noteThrown(context.error);
    } catch (thrown) {
      // What is no Error Hono throws on, to whoever has called it.
      exchange.noteThrown(thrown);
      if (!isOnNode) exchange.end({ status: undefined, isAborted: false });
      throw thrown;
    } finally {
      release();
    }
    if (!isOnNode) context.res = answered(context, exchange);
  };
}

/** The response with the ids on it, and the end of the request behind its body. */
function answered({ req, res }: HonoContext, exchange: ServerExchange): Response {
  const end = (ending: Ending): void => exchange.end(ending);
  const response = untilRead(res, req.raw.method, end);
  sendIds(exchange, { setHeader: (name, value) => response.headers.set(name, value) });
  return response;
}

/** Of no route is what only middleware has matched, by patterns for all that is below. */
function routeOf({ req: { routePath }, res }: HonoContext): string | undefined {
  const isMiddlewares =
    routePath === "*" || routePath === "/*" || (routePath.endsWith("*") && res.status === 404);
  return isMiddlewares ? undefined : routePath;
}

/** A request that is a `Request` alone. */
function serve(context: HonoContext, options: MiddlewareOptions | undefined): ServerExchange {
  const { raw } = context.req;
  const exchange =
    exchangeOf(raw) ?? beginToServe(servedRequest(raw), undefined, currentContext(), currentPolicy(), raw);
  if (!attachLine(exchange, options)) return exchange;
  const abort = (): void => exchange.end({ status: undefined, isAborted: true });
  if (raw.signal.aborted) abort();
  else raw.signal.addEventListener("abort", abort, { once: true });
  return exchange;
}

function servedRequest({ method, url, headers }: Request): ServedRequest {
  const { pathname, search, host } = new URL(url);
  return { method, url: pathname + search, headers: { host, ...Object.fromEntries(headers) } };
}
