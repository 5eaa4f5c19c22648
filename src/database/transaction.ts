import type { Attributes } from "@opentelemetry/api";
import { ABORTED, unlessAborted, usableSignal } from "../concurrency/abort-signals.ts";
import { quote } from "../core/diagnostics.ts";
import { requireFunction, ThroughlineError } from "../core/errors.ts";
import { guarded } from "../trace/guarded.ts";
import { withSpan } from "../trace/span-helpers.ts";
import { commandsOf } from "./commands.ts";
import { OpenTransaction } from "./open-transaction.ts";
import type { Connect, TransactionSession } from "./session.ts";
import { sessionAttributes } from "./session-attributes.ts";
import { failureAttributes } from "./statement.ts";
import { stepsOfJoined, stepsOfSavepoint, stepsOfWhole } from "./steps.ts";
import { Turns } from "./turns.ts";

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

export interface Transaction {
  /**
   * Calls `work` within a transaction: committed where it succeeds, rolled back where anything fails, and the session is
   * released in any case. Within `work`, and by the same `connect` or the same session, it joins or makes a savepoint. What
   * is thrown is the first error; those of the rollback and the release are in its `suppressed`.
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
  <Given extends TransactionSession, Result>(
    connect: Connect<Given>,
    work: (session: Given) => Result,
    options?: TransactionOptions,
  ): Promise<Awaited<Result>>;
  /**
   * The same for a test: rolled back in any case. Directly within it each transaction is undone by itself where it fails, so
   * that what is tested behaves as it does alone.
   */
  rollback<Given extends TransactionSession, Result>(
    connect: Connect<Given>,
    work: (session: Given) => Result,
    options?: TransactionOptions,
  ): Promise<Awaited<Result>>;
}

export const transaction: Transaction = Object.assign(
  <Given extends TransactionSession, Result>(
    connect: Connect<Given>,
    work: (session: Given) => Result,
    options?: TransactionOptions,
  ) => begin("transaction(connect, fn)", { ...options, connect, work, isTrial: false }),
  {
    rollback: <Given extends TransactionSession, Result>(
      connect: Connect<Given>,
      work: (session: Given) => Result,
      options?: TransactionOptions,
    ) => begin("transaction.rollback(connect, fn)", { ...options, connect, work, isTrial: true }),
  },
);

interface Asked<Result> extends TransactionOptions {
  readonly connect: Connect<TransactionSession>;
  readonly work: (session: never) => Result;
  readonly isTrial: boolean;
}

function begin<Result>(subject: string, asked: Asked<Result>): Promise<Awaited<Result>> {
  const { connect, work, savepoint } = asked;
  requireFunction(connect, subject);
  requireFunction(work, subject);
  if (savepoint !== undefined && !(typeof savepoint === "string" && SAVEPOINT.test(savepoint)))
    throw new ThroughlineError("THR_NOT_A_SAVEPOINT", subject, quote(savepoint));
  const usable = { ...asked, signal: usableSignal(asked.signal, subject) };
  const open = OpenTransaction.here({ connect });
  return open === undefined ? beginWhole(usable) : beginPart(open, usable);
}

/** As each database has a name that stands without quotes, and a number behind it. */
const SAVEPOINT = /^[A-Za-z_]\w{0,39}$/;

async function beginWhole<Result>(asked: Asked<Result>): Promise<Awaited<Result>> {
  return await withSpan("transaction", { attributes: asked.attributes ?? {} }, async (span) => {
    try {
      const session = await connected(asked);
      const open = OpenTransaction.here({ session });
      if (open !== undefined) return await beginPart(open, asked);
      const attributes = { ...sessionAttributes(session), ...asked.attributes };
      guarded(() => span.setAttributes(attributes));
      const connection = { connect: asked.connect, session, commands: commandsOf(session), attributes };
      return await turnsOf(session).take(() =>
        new OpenTransaction(connection, 0, asked.isTrial).carryOut(
          stepsOfWhole(connection),
          asked.work,
          asked.signal,
        ),
      );
    } catch (thrown) {
      guarded(() => span.setAttributes(failureAttributes(thrown)));
      throw thrown;
    }
  });
}

/** A session that comes when nobody waits for it any more is released. */
async function connected({ connect, signal }: Asked<unknown>): Promise<TransactionSession> {
  signal?.throwIfAborted();
  const connecting = (async () => await connect())();
  const session = await unlessAborted(signal, connecting);
  if (session !== ABORTED) return session;
  connecting.then((late) => commandsOf(late).release()).catch(() => {});
  throw signal?.reason;
}

const turns = new WeakMap<TransactionSession, Turns>();

function turnsOf(session: TransactionSession): Turns {
  const known = turns.get(session);
  if (known !== undefined) return known;
  const own = new Turns();
  turns.set(session, own);
  return own;
}

async function beginPart<Result>(whole: OpenTransaction, asked: Asked<Result>): Promise<Awaited<Result>> {
  const { connection, depth } = whole;
  const { run } = connection.commands;
  const { work, signal, savepoint, isTrial } = asked;
  const isUndoneAlone = savepoint !== undefined || isTrial || (whole.isTrial && run !== undefined);
  if (!isUndoneAlone)
    return await whole.parts.take(() =>
      new OpenTransaction(connection, depth, false).carryOut(stepsOfJoined(whole), work, signal),
    );
  if (run === undefined) throw new ThroughlineError("THR_NO_SAVEPOINT", "transaction(connect, fn)");
  const name = savepoint === undefined ? "transaction" : `savepoint ${savepoint}`;
  // A name that stands twice on the same level is another's in MySQL.
  const steps = stepsOfSavepoint(whole, `${savepoint ?? "part"}_${depth + 1}`, run);
  return await withSpan(name, { attributes: connection.attributes }, () =>
    whole.parts.take(() => new OpenTransaction(connection, depth + 1, isTrial).carryOut(steps, work, signal)),
  );
}
