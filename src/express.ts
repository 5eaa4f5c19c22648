/** For services on Express 4 and 5: one line, and everything below knows its request. */
export { errors, middleware, type ExpressRequest } from "./middleware/express.ts";
export type { CompletionLine } from "./middleware/completion-line.ts";
export type { MiddlewareOptions } from "./middleware/join.ts";
