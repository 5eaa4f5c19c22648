import { currentContext } from "../context/current.ts";
import type { Context } from "../context/context.ts";
import { ThroughlineError } from "../core/errors.ts";
import type { RequestCache } from "./request-cache.ts";
import type { CurrentRequest, RequestScope } from "./request-scope.ts";

/** Only a RequestScope, of whatever copy of this package, is ever given to a scope as what it is part of. */
export function requestIn({ scope }: Context): RequestScope | undefined {
  return scope?.operation as RequestScope | undefined;
}

/**
 * The request that this runs in, or the job, by `operation(name, fn)`.
 *
 * @throws ThroughlineError THR_NO_REQUEST outside both
 * @example
 * await operation("nightly-report", () => currentRequest().id);
 */
export function currentRequest(): CurrentRequest {
  return required("currentRequest()");
}

/** As `currentRequest`, but undefined outside both. */
export function tryCurrentRequest(): CurrentRequest | undefined {
  return requestIn(currentContext());
}

/** What of a response nearly everybody wants; it is node:http's own object. */
export interface CurrentResponse {
  statusCode: number;
  readonly headersSent: boolean;
  getHeader(name: string): number | string | string[] | undefined;
  setHeader(name: string, value: number | string | readonly string[]): unknown;
}

/**
 * The response that goes out for the current request: node:http's, which is Express's too.
 *
 * @throws ThroughlineError THR_NO_REQUEST outside any request; THR_NO_RESPONSE in a job, and once the response is over
 */
export function currentResponse(): CurrentResponse {
  const { response } = required("currentResponse()");
  if (response === undefined) throw new ThroughlineError("THR_NO_RESPONSE", "currentResponse()");
  return response as CurrentResponse;
}

/** As `currentResponse`, but undefined where there is none. */
export function tryCurrentResponse(): CurrentResponse | undefined {
  return requestIn(currentContext())?.response as CurrentResponse | undefined;
}

/**
 * What the current request has loaded already, by key.
 *
 * @throws ThroughlineError THR_NO_REQUEST outside any request or job
 * @example
 * const loadUser = async (id: number) => ({ id });
 * await operation("report", () => requestCache().get("user:7", () => loadUser(7)));
 */
export function requestCache(): RequestCache {
  return required("requestCache()").cache;
}

function required(subject: string): RequestScope {
  const request = requestIn(currentContext());
  if (request === undefined)
    throw new ThroughlineError("THR_NO_REQUEST", `No request in context: ${subject}`);
  return request;
}
