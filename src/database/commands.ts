import { ThroughlineError } from "../core/errors.ts";
import { isPgPool } from "./pg-pool.ts";
import type { TransactionSession } from "./session.ts";

/** How a session is told what to do. */
export interface Commands {
  /** Undefined where it has begun already, as a transaction of knex has. */
  readonly begin: (() => unknown) | undefined;
  readonly commit: () => unknown;
  readonly rollback: () => unknown;
  /** Undefined where it takes no SQL. */
  readonly run: ((sql: string) => unknown) | undefined;
  readonly release: (fault?: Error) => unknown;
}

type Method = (...args: unknown[]) => unknown;

/** One that cannot be told refuses to begin, and is released. */
export function commandsOf(session: TransactionSession): Commands {
  const release = (fault?: Error): unknown => {
    const { release: own, destroy } = session as { readonly release?: unknown; readonly destroy?: unknown };
    if (typeof own !== "function") return undefined;
    // What mysql2 releases goes back to its pool in any case.
    const leave = fault !== undefined && typeof destroy === "function" ? destroy : own;
    return Reflect.apply(leave, session, fault === undefined ? [] : [fault]) as unknown;
  };
  try {
    return { ...toldBy(session), release };
  } catch (thrown) {
    const refuse = (): never => {
      throw thrown;
    };
    return { begin: refuse, commit: refuse, rollback: refuse, run: undefined, release };
  }
}

function toldBy(session: TransactionSession): Omit<Commands, "release"> {
  const method = (name: string): Method | undefined => {
    const value: unknown = Reflect.get(session, name);
    return typeof value === "function"
      ? (...args) => Reflect.apply(value, session, args) as unknown
      : undefined;
  };
  const [commit, rollback] = [method("commit"), method("rollback")];
  // The first is for what has no parameters and no rows, where there are both.
  const run = method("exec") ?? method("query");
  if (commit !== undefined && rollback !== undefined)
    return { begin: method("begin") ?? method("beginTransaction"), commit, rollback, run };
  if (run === undefined) throw notASession("one without them");
  // Each of its queries may be on another connection.
  if (isPgPool(session) || method("getConnection") !== undefined) throw notASession("a pool");
  return {
    begin: () => run("BEGIN"),
    commit: () => run("COMMIT"),
    rollback: () => run("ROLLBACK"),
    run,
  };
}

export function notASession(given: string): ThroughlineError {
  return new ThroughlineError("THR_NOT_A_SESSION", "transaction(connect, fn)", given);
}
