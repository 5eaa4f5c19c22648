/** Visible ASCII, so that an id forges no header and no log line, and short enough to be repeated in each of them. */
const SANE = /^[!-~]{1,128}$/;

/** An id that somebody outside has sent, where it is one; a header that came more than once is none. */
export function saneId(header: unknown): string | undefined {
  return typeof header === "string" && SANE.test(header) ? header : undefined;
}

let randomUUID: (() => string) | undefined;

/** A random UUID.  (RFC 9562, 5.4) */
export function newId(): string {
  // Loaded here and not above: it is a tenth of the time that importing the package takes.
  return (randomUUID ??= process.getBuiltinModule("node:crypto").randomUUID)();
}
