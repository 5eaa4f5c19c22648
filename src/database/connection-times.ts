import { performance } from "node:perf_hooks";
import { isPromise } from "node:util/types";
import type { Context } from "../context/context.ts";
import { currentContext } from "../context/current.ts";
import { describe, report } from "../core/diagnostics.ts";
import type { PgPool } from "./pg-pool.ts";

/** What is told of each connection that somebody asks for, in s, in the context of whoever asked. */
export interface ConnectionTimes {
  readonly waited: (seconds: number, context: Context) => void;
  readonly used: (seconds: number, context: Context) => void;
  readonly timedOut: (context: Context) => void;
}

type Method = (this: unknown, ...args: unknown[]) => unknown;

interface Owner {
  connect: Method;
  on?: (event: string, listener: (error: unknown, client: unknown) => void) => void;
  off?: (event: string, listener: (error: unknown, client: unknown) => void) => void;
}

/**
 * Times what a pool of pg gives out, also by its own `query`, which connects as everybody does: by a `connect` of the pool
 * object itself, for pg tells nobody when one begins to wait. One that takes none is not timed, which is reported.
 *
 * @returns puts back what was there
 */
export function timeConnections(pool: PgPool, times: ConnectionTimes): () => void {
  const owner = pool as unknown as Owner;
  const inUse = new WeakMap<object, { readonly since: number; readonly context: Context }>();
  let isEnded = false;

  const begin = (): ((error: unknown, client?: unknown) => void) => {
    const context = currentContext();
    const began = performance.now();
    return (error, client) => {
      const now = performance.now();
      if (typeof client === "object" && client !== null) {
        times.waited((now - began) / 1000, context);
        inUse.set(client, { since: now, context });
      } else if (isTimeout(error)) times.timedOut(context);
    };
  };

  const released = (_error: unknown, client: unknown): void => {
    const use = inUse.get(client as object);
    if (use === undefined) return;
    inUse.delete(client as object);
    times.used((performance.now() - use.since) / 1000, use.context);
  };

  try {
    const { connect } = owner;
    const hadItsOwn = Object.hasOwn(owner, "connect");
    const timed: Method = function timed(...args) {
      return isEnded ? connect.apply(this, args) : observed(connect, this, args, begin());
    };
    owner.connect = timed;
    owner.on?.("release", released);
    return () => {
      isEnded = true;
      owner.off?.("release", released);
      // Whoever has wrapped it meanwhile goes on calling ours.
      if (owner.connect !== timed) return;
      if (hadItsOwn) owner.connect = connect;
      else delete (owner as { connect?: Method }).connect;
    };
  } catch (thrown) {
    report("plugin_failed", `the connections of a pool cannot be timed (${describe(thrown)})`);
    return () => void (isEnded = true);
  }
}

/** What `connect` gives, told to `got`: by the callback that is the first argument, or by a promise. */
function observed(
  connect: Method,
  pool: unknown,
  args: readonly unknown[],
  got: (error: unknown, client?: unknown) => void,
): unknown {
  const [callback, ...rest] = args;
  if (typeof callback === "function") {
    const told: Method = function told(...answer) {
      got(answer[0], answer[1]);
      return (callback as Method).apply(this, answer);
    };
    return connect.call(pool, told, ...rest);
  }
  const connecting = connect.apply(pool, [...args]);
  if (!isPromise(connecting)) return connecting;
  // One that is derived, so that a rejection that nobody handles stays unhandled.
  return connecting.then(
    (client: unknown) => {
      got(undefined, client);
      return client;
    },
    (reason: unknown) => {
      got(reason);
      throw reason;
    },
  );
}

/** That of pg has no code; both of its messages have the word. */
function isTimeout(error: unknown): boolean {
  try {
    return error instanceof Error && error.message.includes("timeout");
  } catch {
    return false;
  }
}
