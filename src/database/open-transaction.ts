import type { Attributes } from "@opentelemetry/api";
import { currentContext, runIn } from "../context/current.ts";
import { describe, report } from "../core/diagnostics.ts";
import { FirstError } from "./first-error.ts";
import type { Connect, TransactionSession } from "./session.ts";
import type { Commands } from "./commands.ts";
import { Turns } from "./turns.ts";

/** How a transaction, or a part of one, begins and comes to its end. */
export interface Steps {
  /** Undefined where there is something to undo from the first. */
  readonly begin: (() => unknown) | undefined;
  readonly commit: () => unknown;
  /** @param reason why; undefined where that was the intention */
  readonly rollback: (reason: unknown) => unknown;
  /** @param fault where nobody knows what state the session is in */
  readonly release: (fault?: Error) => unknown;
}

/** What a transaction has to itself. */
export interface Connection {
  readonly connect: Connect<TransactionSession>;
  readonly session: TransactionSession;
  readonly commands: Commands;
  readonly attributes: Attributes;
}

/** A transaction, or a part of one, while it is open. */
export class OpenTransaction {
  readonly connection: Connection;
  /** How many savepoints there are, this one included. */
  readonly depth: number;
  /** Whether it is rolled back in any case. */
  readonly isTrial: boolean;
  /** Its parts come one after the other: what a savepoint undoes must be its own. */
  readonly parts: Turns = new Turns();
  #failure: { readonly reason: unknown } | undefined;

  constructor(connection: Connection, depth: number, isTrial: boolean) {
    this.connection = connection;
    this.depth = depth;
    this.isTrial = isTrial;
  }

  /** The innermost that is open here by this function, or on this session. */
  static here(connectOrSession: unknown): OpenTransaction | undefined {
    for (let place = innermost(); place !== undefined; place = place.around) {
      const { connect, session } = place.open?.connection ?? {};
      if (connect === connectOrSession || session === connectOrSession) return place.open;
    }
    return undefined;
  }

  /** A part that cannot be undone by itself has failed, so that nothing may be committed. */
  fail(reason: unknown): void {
    this.#failure ??= { reason };
  }

  /** What `work` gives. Rejects with the first error. */
  async carryOut<Result>(
    { begin, commit, rollback, release }: Steps,
    work: (session: never) => Result,
    signal: AbortSignal | undefined,
  ): Promise<Awaited<Result>> {
    const error = new FirstError();
    let result: Awaited<Result> | undefined;
    let hasBegun = begin === undefined;
    let isSound = true;
    if (isAborted(signal)) error.add(signal?.reason);
    else if (begin !== undefined) isSound = hasBegun = await error.attempt(begin);
    if (hasBegun) {
      if (isAborted(signal)) error.add(signal?.reason);
      if (!error.isThere) result = await this.#resultOf(work, signal, error);
      if (!error.isThere && !this.isTrial) await error.attempt(commit);
      if (error.isThere || this.isTrial) isSound = await error.attempt(() => rollback(error.reason));
    }
    try {
      await release(isSound ? undefined : error.fault());
    } catch (thrown) {
      if (error.isThere) error.add(thrown);
      // It stands, whatever becomes of its session.
      else reportRelease(thrown);
    }
    error.throwIfThere();
    return result as Awaited<Result>;
  }

  /** Once all parts have ended, too, those as well that nobody has waited for. What fails is added. */
  async #resultOf<Result>(
    work: (session: never) => Result,
    signal: AbortSignal | undefined,
    error: FirstError,
  ): Promise<Awaited<Result> | undefined> {
    const place: Place = { open: this, around: innermost() };
    try {
      return await runIn(currentContext().setValue(PLACE, place), work, this.connection.session as never);
    } catch (thrown) {
      error.add(thrown);
      return undefined;
    } finally {
      await this.parts.over();
      place.open = undefined;
      // Where work has thrown it knew of its parts, and perhaps of the signal.
      if (!error.isThere && this.#failure !== undefined) error.add(this.#failure.reason);
      if (!error.isThere && isAborted(signal)) error.add(signal?.reason);
    }
  }
}

/** To one who could not do anything about it. */
export function reportRelease(thrown: unknown): void {
  report("cleanup_failed", `a session could not be released (${describe(thrown)}) after its transaction`);
}

/** A function, for TypeScript would take the second look at the property for the first. */
function isAborted(signal: AbortSignal | undefined): boolean {
  return signal?.aborted === true;
}

/** What a context has of a transaction. It may be kept, by a timer of the work say: of one that is over it keeps nothing. */
interface Place {
  open: OpenTransaction | undefined;
  readonly around: Place | undefined;
}

/** No ContextVariable: to set one takes a scope of its own, and what `work` sets is to be seen outside. */
const PLACE = Symbol("open transaction");

function innermost(): Place | undefined {
  let place = currentContext().getValue(PLACE) as Place | undefined;
  while (place !== undefined && place.open === undefined) place = place.around;
  return place;
}
