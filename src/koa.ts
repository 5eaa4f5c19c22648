/** For services on Koa 3: one line, and everything below knows its request. */
export { middleware, type KoaContext } from "./middleware/koa.ts";
export type { CompletionLine } from "./middleware/completion-line.ts";
export type { MiddlewareOptions } from "./middleware/join.ts";
