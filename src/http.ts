/** For services on node:http: one line, and everything below knows its request. */
export { middleware } from "./middleware/http.ts";
export type { CompletionLine } from "./middleware/completion-line.ts";
export type { MiddlewareOptions } from "./middleware/join.ts";
