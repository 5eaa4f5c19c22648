import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { Context } from "../context/context.ts";
import { Scope } from "../context/scope.ts";
import { isTracingSuppressed } from "../context/suppression.ts";
import type { HttpPolicy } from "./http-policy.ts";
import { ambientContext, beginResets, endResets, enterRequest, START } from "./request-context.ts";
import { beginToServe, endWith } from "./served.ts";
import { Subscription } from "./subscription.ts";

interface RequestStart {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly server: Server;
}

/**
 * A server span and a scope for every request that node:http receives. The handler runs in them, and so do the
 * listeners of request and response, which Node would run in no context or, pipelined, in another request's. In a request
 * that is ignored, as a health check may be, nothing is traced; it has its scope all the same, and so it has beside the
 * official instrumentation, which traces it then.
 */
export function traceHttpServer(policy: HttpPolicy): Subscription {
  endResets();
  return new Subscription(beginResets).on<RequestStart>(START, ({ request, response }) => {
    const ambient = ambientContext();
    if (isTracingSuppressed(ambient)) return enterRequest(ambient, ambient);
    try {
      const exchange = beginToServe(request, response, ambient, policy);
      enterRequest(exchange.context, ambient);
      endWith(exchange, request.socket, response);
    } catch (thrown) {
      enterRequest(new Context(undefined, ambient.providers, new Scope()), ambient);
      throw thrown;
    }
  });
}
