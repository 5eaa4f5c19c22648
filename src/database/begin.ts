import type { Attributes } from "@opentelemetry/api";
import { ABORTED, unlessAborted } from "../concurrency/abort-signals.ts";
import { ThroughlineError } from "../core/errors.ts";
import { nounFor } from "../core/noun.ts";
import { guarded } from "../trace/guarded.ts";
import { commandsOf, notASession } from "./commands.ts";
import { FirstError } from "./first-error.ts";
import { listening } from "./listening.ts";
import { OpenTransaction, reportRelease } from "./open-transaction.ts";
import type { Connect, TransactionSession } from "./session.ts";
import { sessionAttributes } from "./session-attributes.ts";
import { tracedWithFailure } from "./statement.ts";
import { stepsOfJoined, stepsOfSavepoint, stepsOfWhole } from "./steps.ts";
import { isKnown, turnsOf } from "./turns.ts";

/** What was asked for. */
export interface Asked<Result> {
  readonly connect: Connect<TransactionSession>;
  readonly work: (session: never) => Result;
  readonly savepoint: string | undefined;
  readonly attributes: Attributes;
  readonly signal: AbortSignal | undefined;
  readonly isTrial: boolean;
}

/** A transaction, or a part of the one around it. */
export function begin<Result>(asked: Asked<Result>): Promise<Awaited<Result>> {
  const open = OpenTransaction.here(asked.connect);
  return open === undefined ? beginWhole(asked) : beginPart(open, asked);
}

async function beginWhole<Result>(asked: Asked<Result>): Promise<Awaited<Result>> {
  const { attributes } = asked;
  return await tracedWithFailure("transaction", { attributes }, async (span) => {
    const session = await connected(asked);
    const all = { ...sessionAttributes(session), ...attributes };
    guarded(() => span.setAttributes(all));
    const open = OpenTransaction.here(session);
    if (open !== undefined) return await beginPart(open, asked);
    return await carriedOut(session, all, asked);
  });
}

async function carriedOut<Result>(
  session: TransactionSession,
  attributes: Attributes,
  { connect, work, signal, isTrial }: Asked<Result>,
): Promise<Awaited<Result>> {
  const connection = { connect, session, commands: commandsOf(session), attributes };
  const carryOut = (): Promise<Awaited<Result>> =>
    new OpenTransaction(connection, 0, isTrial).carryOut(stepsOfWhole(connection), work, signal);
  return await turnsOf(session).take(() => listening(session, carryOut), signal);
}

/** What is connected when nobody waits for it any more is left as it was. */
async function connected({ connect, signal }: Asked<unknown>): Promise<TransactionSession> {
  signal?.throwIfAborted();
  const connecting = (async () => await connect())();
  const session = await unlessAborted(signal, connecting);
  if (session === ABORTED) {
    connecting.then((late) => leave(late, signal?.reason)).catch(reportRelease);
    throw signal?.reason;
  }
  if ((typeof session !== "object" && typeof session !== "function") || session === null)
    throw notASession(nounFor(session));
  return session;
}

/** Whoever was to have it has given up. It may be somebody else's, too. */
async function leave(session: TransactionSession, reason: unknown): Promise<void> {
  const open = OpenTransaction.here(session);
  if (open !== undefined) return open.fail(reason);
  const hasBegunForUs = !isKnown(session);
  await turnsOf(session).take(async () => {
    const { begin: later, rollback, release } = commandsOf(session);
    const error = new FirstError();
    if (later === undefined && hasBegunForUs) await error.attempt(rollback);
    await error.attempt(() => release(error.fault()));
    if (error.isThere) reportRelease(error.reason);
  }, undefined);
}

async function beginPart<Result>(whole: OpenTransaction, asked: Asked<Result>): Promise<Awaited<Result>> {
  const { connection, depth } = whole;
  const { run } = connection.commands;
  const { work, signal, savepoint, isTrial } = asked;
  const isUndoneAlone = savepoint !== undefined || isTrial || (whole.isTrial && run !== undefined);
  if (!isUndoneAlone) {
    const joined = (): Promise<Awaited<Result>> =>
      new OpenTransaction(connection, depth, false).carryOut(stepsOfJoined(whole), work, signal);
    return await whole.parts.take(joined, signal);
  }
  if (run === undefined) throw new ThroughlineError("THR_NO_SAVEPOINT", "transaction(connect, fn)");
  const attributes = { ...connection.attributes, ...asked.attributes };
  // In MySQL a second savepoint of the same name deletes the first: their depth keeps them apart.
  const steps = stepsOfSavepoint(whole, `${savepoint ?? "part"}_${depth + 1}`, run, attributes);
  const undoable = (): Promise<Awaited<Result>> =>
    new OpenTransaction(connection, depth + 1, isTrial).carryOut(steps, work, signal);
  const name = savepoint === undefined ? "transaction" : `savepoint ${savepoint}`;
  return await tracedWithFailure(name, { attributes }, () => whole.parts.take(undoable, signal));
}
