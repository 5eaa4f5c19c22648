import type { IncomingMessage } from "node:http";
import { isIP } from "node:net";
import { Refusal } from "./refusal.ts";

const LOOPBACK = new Set(["localhost", "127.0.0.1", "[::1]"]);
const EVERY_ADDRESS = new Set(["0.0.0.0", "::"]);
/** host [":" port]  (RFC 9110, section 7.2) */
const HOST = /^(\[[0-9a-f:.]+\]|[^:[\]/@\s]+)(?::\d{1,5})?$/;

/**
 * Refuses requests that a web page could send. A page may make its own host name resolve to this machine (DNS
 * rebinding), which shows in Host, or post to it from afar, which shows in Origin.
 */
export function admit(request: IncomingMessage, boundTo: string): void {
  const { host, origin } = request.headers;
  const name = hostName(host ?? "");
  if (name === undefined || !isOwnName(name, boundTo))
    throw new Refusal(403, "the Host header names another host");
  if (origin !== undefined && !isLoopbackOrigin(origin))
    throw new Refusal(403, "requests of web pages are refused");
}

function hostName(host: string): string | undefined {
  return HOST.exec(host.toLowerCase())?.[1];
}

function isOwnName(name: string, boundTo: string): boolean {
  if (LOOPBACK.has(name) || bare(name) === boundTo.toLowerCase()) return true;
  // Whoever binds to every address is reached under any; an address, unlike a name, cannot be rebound.
  return EVERY_ADDRESS.has(boundTo) && isIP(bare(name)) !== 0;
}

function bare(name: string): string {
  return name.replace(/^\[|\]$/g, "");
}

function isLoopbackOrigin(origin: string): boolean {
  const name = /^https?:\/\/(.*)$/.exec(origin.toLowerCase())?.[1];
  return LOOPBACK.has(hostName(name ?? "") ?? "");
}
