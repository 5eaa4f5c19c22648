import { exchangeOf, type ServedResponse } from "../instrumentation/served.ts";
import type { ServedRequest } from "../instrumentation/server-exchange.ts";
import { join, type MiddlewareOptions, requireOptions, runJoined } from "./join.ts";

/** What of Fastify's request is read. */
interface FastifyRequest {
  readonly raw: ServedRequest;
  readonly routeOptions?: { readonly url?: string | undefined };
}

interface FastifyReply {
  readonly raw: ServedResponse;
}

type Done = (error?: Error) => void;

/** What of a Fastify instance is called. */
export interface FastifyLike {
  addHook(name: string, hook: (...args: never[]) => void): unknown;
}

/**
 * For `app.register(middleware())`: each request of the whole application has its ids, its span by its route, its
 * measurements and, once it is over, its line; what a handler throws is told.
 */
export function middleware(options?: MiddlewareOptions): (app: FastifyLike, _: unknown, done: Done) => void {
  requireOptions("middleware", arguments.length, options);
  const plugin = (app: FastifyLike, _: unknown, done: Done): void => {
    app.addHook("onRequest", ({ raw, routeOptions }: FastifyRequest, reply: FastifyReply, next: Done) => {
      const exchange = join(raw, reply.raw, options);
      exchange.routeOf ??= () => routeOptions?.url;
      runJoined(exchange, next);
    });
    app.addHook("onError", ({ raw }: FastifyRequest, _reply: FastifyReply, error: Error, next: Done) => {
      exchangeOf(raw)?.noteThrown(error);
      next();
    });
    done();
  };
  // By which Fastify knows a plugin that is for its parent, too.
  return Object.assign(plugin, { [Symbol.for("skip-override")]: true });
}
