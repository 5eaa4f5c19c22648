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

/**
 * Times what a pool of pg gives out, also by its own `query`, which connects as everybody does: by a `connect` of the pool
 * object itself, for pg tells nobody when one begins to wait. A pool that takes none is not timed, which is reported.
 *
 * @returns ends it
 */
export function timeConnections(pool: PgPool, times: ConnectionTimes): () => void {
  try {
    const watch = watchOf(pool);
    watch.begin(times);
    return () => watch.end(times);
  } catch (thrown) {
    report("plugin_failed", `the connections of a pool cannot be timed (${describe(thrown)})`);
    return () => {};
  }
}

/** Of one pool, for all who time it: so it is wrapped once. */
interface Watch {
  readonly begin: (times: ConnectionTimes) => void;
  readonly end: (times: ConnectionTimes) => void;
}

const watches = new WeakMap<PgPool, Watch>();

function watchOf(pool: PgPool): Watch {
  const known = watches.get(pool);
  if (known !== undefined) return known;
  const watch = wrap(pool as PgPool & Owner, () => watches.delete(pool));
  watches.set(pool, watch);
  return watch;
}

type Method = (this: unknown, ...args: unknown[]) => unknown;
type Released = (error: unknown, client: unknown) => void;

interface Owner {
  connect: Method;
  on?: (event: string, listener: Released) => void;
  off?: (event: string, listener: Released) => void;
}

function wrap(owner: Owner, unwrapped: () => void): Watch {
  const all = new Set<ConnectionTimes>();
  const inUse = new WeakMap<object, { readonly since: number; readonly context: Context }>();
  const begin = (): Got => {
    const context = currentContext();
    const began = performance.now();
    return (error, client) => {
      const now = performance.now();
      if (typeof client === "object" && client !== null) {
        for (const { waited } of all) waited((now - began) / 1000, context);
        inUse.set(client, { since: now, context });
      } else if (isTimeout(error)) for (const { timedOut } of all) timedOut(context);
    };
  };
  const released: Released = (_error, client) => {
    const use = inUse.get(client as object);
    if (use === undefined) return;
    inUse.delete(client as object);
    for (const { used } of all) used((performance.now() - use.since) / 1000, use.context);
  };

  const { connect } = owner;
  const hadItsOwn = Object.hasOwn(owner, "connect");
  const timed: Method = function timed(...args) {
    return all.size === 0 ? connect.apply(this, args) : observed(connect, this, args, begin());
  };
  owner.connect = timed;
  const unwrap = (): void => {
    // Whoever has wrapped it meanwhile goes on calling ours, which may be asked to time again.
    if (owner.connect !== timed) return;
    if (hadItsOwn) owner.connect = connect;
    else delete (owner as { connect?: Method }).connect;
    unwrapped();
  };
  return {
    begin: (times) => {
      all.add(times);
      if (all.size === 1) attempt(() => owner.on?.("release", released));
    },
    end: (times) => {
      if (!all.delete(times) || all.size > 0) return;
      attempt(() => owner.off?.("release", released));
      attempt(unwrap);
    },
  };
}

/** A pool that takes no listener goes without. */
function attempt(act: () => void): void {
  try {
    act();
  } catch (thrown) {
    report("plugin_failed", `a pool that is measured failed (${describe(thrown)})`);
  }
}

type Got = (error: unknown, client?: unknown) => void;

/** What `connect` gives, told to `got`: by the callback that is the first argument, or by a promise. */
function observed(connect: Method, pool: unknown, args: readonly unknown[], got: Got): unknown {
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
