import type { Attributes } from "@opentelemetry/api";
import { usableSignal } from "../concurrency/abort-signals.ts";
import { requireFunction, ThroughlineError } from "../core/errors.ts";
import { asGiven } from "../core/noun.ts";
import { begin } from "./begin.ts";
import type { Connect, TransactionSession } from "./session.ts";

export interface TransactionOptions {
  /**
   * Within another transaction: the name of a savepoint, so that a failure undoes this part alone. Without it this part
   * joins the other, and its failure has all rolled back. Letters, digits and `_`, not a digit first, 40 at most.
   */
  readonly savepoint?: string | undefined;
  /** Once it is aborted no connection is waited for, and nothing is committed. */
  readonly signal?: AbortSignal | undefined;
  /** Of all its spans, over what the session says: "db.system.name", "db.namespace", "server.address" and so on. */
  readonly attributes?: Attributes | undefined;
}

export interface Transact {
  <Given extends TransactionSession, Result>(
    connect: Connect<Given>,
    work: (session: Given) => Result,
    options?: TransactionOptions,
  ): Promise<Awaited<Result>>;
}

export interface Transaction extends Transact {
  /**
   * The same for a test: rolled back in any case. Directly within it each transaction is undone by itself where it fails, so
   * that what is tested behaves as it does alone.
   */
  readonly rollback: Transact;
}

/**
 * Calls `work` within a transaction: committed where it succeeds, rolled back where anything fails, and the session is
 * released in any case. Within `work`, and by the same `connect` or the same session, it joins or makes a savepoint. What
 * is thrown is the first error; those of the rollback and the release are in its `cleanupErrors`.
 *
 * A session that is given to several at once, the only connection of an embedded database say, has one transaction after
 * the other; parts of one transaction come one after the other, too.
 *
 * @param connect gives a session: `() => pool.connect()`, or `() => database`
 * @throws ThroughlineError THR_NOT_A_FUNCTION, THR_NOT_A_SAVEPOINT; rejects with THR_NOT_A_SESSION, THR_NOT_COMMITTED,
 *   THR_NO_SAVEPOINT, and with what fails
 * @example
 * const database = { exec: async (sql: string) => console.log(sql) };
 * await transaction(() => database, (session) => session.exec("INSERT INTO orders VALUES (1)"));
 */
export const transaction: Transaction = Object.assign(transact("transaction(connect, fn)", false), {
  rollback: transact("transaction.rollback(connect, fn)", true),
});

function transact(subject: string, isTrial: boolean): Transact {
  return (connect, work, options) => {
    requireFunction(connect, subject);
    requireFunction(work, subject);
    const { savepoint } = options ?? {};
    // A copy, for a getter that throws is to do so before there is a session.
    const attributes = { ...options?.attributes };
    if (savepoint !== undefined && !(typeof savepoint === "string" && SAVEPOINT.test(savepoint)))
      throw new ThroughlineError("THR_NOT_A_SAVEPOINT", subject, asGiven(savepoint));
    const signal = usableSignal(options?.signal, subject);
    return begin({ connect, work, savepoint, attributes, signal, isTrial });
  };
}

/** Needs no quotes in any database, and leaves room for a number. */
const SAVEPOINT = /^[A-Za-z_]\w{0,39}$/;
