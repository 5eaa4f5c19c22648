/**
 * The methods that are named as they are, unless others are; any other is `_OTHER`, so that a client cannot invent
 * names.  (Semantic conventions: HTTP spans, http.request.method)
 */
export const KNOWN_METHODS: ReadonlySet<string> = new Set([
  "GET",
  "HEAD",
  "POST",
  "PUT",
  "PATCH",
  "DELETE",
  "OPTIONS",
  "TRACE",
  "CONNECT",
  "QUERY",
]);

/** The instrumentation scope of all HTTP spans. */
export const HTTP_SCOPE = "throughline/http";

/** The port of each scheme, where a URL names none. */
export const DEFAULT_PORTS: Readonly<Record<string, number>> = { http: 80, https: 443 };

/** What is told of a request's method. */
export interface Method {
  /** Of the span. */
  readonly name: string;
  readonly known: string;
  /** Where it is not known. */
  readonly original: string | undefined;
}

/** (Semantic conventions: HTTP spans, name and method) */
export function methodOf(method: string | undefined, known: ReadonlySet<string>): Method {
  if (method !== undefined && known.has(method)) return { name: method, known: method, original: undefined };
  return { name: "HTTP", known: "_OTHER", original: method?.slice(0, 64) };
}

/** Where a request was sent to, as far as its `Host` header tells. */
interface HostAndPort {
  readonly host: string | undefined;
  readonly port: number | undefined;
}

let last:
  | { readonly authority: string | undefined; readonly scheme: string; readonly read: HostAndPort }
  | undefined;

/** HOT. Host and port of a `Host` header, mostly the one of the last request; the scheme's own port where none is named. */
export function hostAndPort(authority: string | undefined, scheme: string): HostAndPort {
  if (last === undefined || last.authority !== authority || last.scheme !== scheme)
    last = { authority, scheme, read: readAuthority(authority, scheme) };
  return last.read;
}

function readAuthority(authority: string | undefined, scheme: string): HostAndPort {
  const match = /^(\[[0-9a-fA-F:.]+\]|[^:/@\s]+)(?::(\d{1,5}))?$/.exec(authority ?? "");
  const host = match?.[1];
  return { host, port: host === undefined ? undefined : Number(match?.[2] ?? DEFAULT_PORTS[scheme]) };
}

/** Whether a traceparent names this span, in whatever trace.  (W3C Trace Context Level 2, 3.2.2: parent-id) */
export function namesSpan(traceparent: string | undefined, spanId: string | undefined): boolean {
  return spanId !== undefined && traceparent?.slice(36, 52) === spanId;
}

/** A request target without its query, which may hold secrets. */
export function pathOf(given: string | undefined): string {
  const target = given ?? "";
  const path = !target.startsWith("/") && /^https?:/i.test(target) ? absolutePath(target) : target;
  const end = path.search(/[?#]/);
  return end < 0 ? path : path.slice(0, end);
}

/** Of a target that is a whole URL, as it is sent to a proxy. */
function absolutePath(target: string): string {
  return URL.canParse(target) ? new URL(target).pathname : "";
}
