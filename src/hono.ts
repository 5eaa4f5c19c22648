/** For services on Hono 4: one line, and everything below knows its request. */
export { middleware, type HonoContext } from "./middleware/hono.ts";
export type { CompletionLine } from "./middleware/completion-line.ts";
export type { MiddlewareOptions } from "./middleware/join.ts";
