import { ThroughlineError } from "../core/errors.ts";
import { nounFor } from "../core/noun.ts";

/** How a session is told what to do. */
export interface Commands {
  readonly begin: () => unknown;
  readonly commit: () => unknown;
  readonly rollback: () => unknown;
  /** Undefined where it takes no SQL. */
  readonly run: ((sql: string) => unknown) | undefined;
  readonly release: (fault?: Error) => unknown;
}

type Method = (...args: unknown[]) => unknown;

/**
 * @param session of whatever type
 * @throws ThroughlineError THR_NOT_A_SESSION
 */
export function commandsOf(session: unknown): Commands {
  if ((typeof session !== "object" && typeof session !== "function") || session === null)
    throw new ThroughlineError("THR_NOT_A_SESSION", "transaction(connect, fn)", nounFor(session));
  const method = (name: string): Method | undefined => {
    const value = (session as Readonly<Record<string, unknown>>)[name];
    return typeof value === "function" ? (value as Method).bind(session) : undefined;
  };
  const run = method("exec") ?? method("query");
  const release = method("release") ?? nothing;
  const [commit, rollback] = [method("commit"), method("rollback")];
  // One that has nothing to begin by has begun, as a transaction of knex has.
  if (commit !== undefined && rollback !== undefined)
    return {
      begin: method("begin") ?? method("beginTransaction") ?? nothing,
      commit: () => commit(),
      rollback: () => rollback(),
      run,
      release,
    };
  const tell = (sql: string): unknown => {
    // Only now, so that it is released.
    if (run === undefined)
      throw new ThroughlineError("THR_NOT_A_SESSION", "transaction(connect, fn)", "one without them");
    return run(sql);
  };
  return {
    begin: () => tell("BEGIN"),
    commit: () => tell("COMMIT"),
    rollback: () => tell("ROLLBACK"),
    run,
    release,
  };
}

function nothing(): void {}
