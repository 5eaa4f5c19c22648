/** For services on Fastify 5: one line, and everything below knows its request. */
export { middleware, type FastifyLike } from "./middleware/fastify.ts";
export type { CompletionLine } from "./middleware/completion-line.ts";
export type { MiddlewareOptions } from "./middleware/join.ts";
