import { performance } from "node:perf_hooks";
import type { Context } from "../context/context.ts";
import { currentContext } from "../context/current.ts";
import type { PgPool } from "./pg-pool.ts";

/** What is told of each connection that somebody asks for, in s, in the context of whoever asked. */
export interface ConnectionTimes {
  readonly waited: (seconds: number, context: Context) => void;
  readonly used: (seconds: number, context: Context) => void;
  readonly timedOut: (context: Context) => void;
}

type Got = (error: unknown, client?: object, ...rest: unknown[]) => unknown;
type Method = (this: unknown, ...args: unknown[]) => unknown;

/**
 * Times what a pool of pg gives out, also by its own `query`, which connects as everybody does: by a `connect` of the pool
 * object itself, for pg tells nobody when one begins to wait.
 *
 * @returns puts back what was there
 */
export function timeConnections(pool: PgPool, times: ConnectionTimes): () => void {
  const owner = pool as unknown as { connect: Method } & Partial<Emitter>;
  const { connect } = owner;
  const hadItsOwn = Object.hasOwn(owner, "connect");
  const inUse = new WeakMap<object, { readonly since: number; readonly context: Context }>();
  const timed: Method = function timed(...args) {
    const context = currentContext();
    const began = performance.now();
    const got: Got = (error, client) => {
      const now = performance.now();
      if (client === undefined) {
        if (isTimeout(error)) times.timedOut(context);
        return;
      }
      times.waited((now - began) / 1000, context);
      inUse.set(client, { since: now, context });
    };
    const [callback] = args;
    if (typeof callback === "function") {
      const told: Got = (error, client, ...rest) => {
        got(error, client);
        return (callback as Got)(error, client, ...rest);
      };
      return connect.call(this, told);
    }
    const connecting = connect.call(this) as Promise<object>;
    connecting.then((client) => got(undefined, client), got);
    return connecting;
  };
  const released = (_error: unknown, client: object): void => {
    const use = inUse.get(client);
    if (use === undefined) return;
    inUse.delete(client);
    times.used((performance.now() - use.since) / 1000, use.context);
  };
  owner.connect = timed;
  owner.on?.("release", released);
  return () => {
    owner.off?.("release", released);
    // Whoever has wrapped it meanwhile calls ours, which calls the pool's own.
    if (owner.connect !== timed) return;
    if (hadItsOwn) owner.connect = connect;
    else delete (owner as { connect?: Method }).connect;
  };
}

interface Emitter {
  on(event: string, listener: (...args: never[]) => void): void;
  off(event: string, listener: (...args: never[]) => void): void;
}

/** It has no code; both its messages say so. */
function isTimeout(error: unknown): boolean {
  return error instanceof Error && error.message.includes("timeout");
}
