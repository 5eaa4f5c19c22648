import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { Context } from "../context/context.ts";
import { currentContext, enter } from "../context/current.ts";
import { hiddenField } from "../core/hidden-field.ts";

/** Tells of each request that node:http receives, in what its handler runs in. */
export const START = "http.server.request.start";

/** Below Node 24 a connection keeps what was entered for a request, and its next request begins in that. */
const CONNECTIONS_KEEP = Number.parseInt(process.versions.node, 10) < 24;

/** By the context that was entered for a request, what was ambient before. */
const before = hiddenField<Context>();

/** HOT. What the server was made in, whatever the connection has served. */
export function ambientContext(): Context {
  const current = currentContext();
  return CONNECTIONS_KEEP ? (before.get(current) ?? current) : current;
}

/** HOT. For the rest of the callback, and all that it starts. */
export function enterRequest(context: Context, ambient: Context): void {
  if (CONNECTIONS_KEEP && context !== ambient) before.set(context, ambient);
  enter(context);
}

function reset(): void {
  const ambient = before.get(currentContext());
  if (ambient !== undefined) enter(ambient);
}

/** Once requests are not ours any more, they must not begin in what a former one has left on their connection. */
export function beginResets(): void {
  if (CONNECTIONS_KEEP) subscribe(START, reset);
}

export function endResets(): void {
  unsubscribe(START, reset);
}
