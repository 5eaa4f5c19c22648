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

interface NamedMethod {
  readonly name: string;
  readonly attributes: {
    readonly "http.request.method": string;
    readonly "http.request.method_original"?: string;
  };
}

/** A span's name and method attributes.  (Semantic conventions: HTTP spans, name and method) */
export function methodOf(method: string | undefined, known: ReadonlySet<string>): NamedMethod {
  if (method !== undefined && known.has(method))
    return { name: method, attributes: { "http.request.method": method } };
  return {
    name: "HTTP",
    attributes: {
      "http.request.method": "_OTHER",
      "http.request.method_original": String(method).slice(0, 64),
    },
  };
}

/** Host and port of a `Host` header; the scheme's own port where none is named. */
export function serverAddress(
  authority: string | undefined,
  scheme: string,
): Record<string, string | number> {
  const match = /^(\[[0-9a-fA-F:.]+\]|[^:/@\s]+)(?::(\d{1,5}))?$/.exec(authority ?? "");
  if (match?.[1] === undefined) return {};
  return { "server.address": match[1], "server.port": Number(match[2] ?? DEFAULT_PORTS[scheme]) };
}

/** A request target without its query, which may hold secrets. */
export function pathOf(target: string | undefined): string {
  return (target ?? "").split(/[?#]/, 1)[0] ?? "";
}
