import type { Attributes } from "@opentelemetry/api";
import { currentContext, runIn } from "../context/current.ts";
import { describe, report } from "../core/diagnostics.ts";
import { FirstError } from "./first-error.ts";
import type { Connect, TransactionSession } from "./session.ts";
import type { Commands } from "./commands.ts";
import { Turns } from "./turns.ts";

/** How a transaction, or a part of one, begins and comes to its end. */
export interface Steps {
  readonly begin: () => unknown;
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
  /** The one around it, perhaps of another connection. */
  readonly #around: OpenTransaction | undefined = innermost();
  #isOver = false;
  #failure: { readonly reason: unknown } | undefined;

  constructor(connection: Connection, depth: number, isTrial: boolean) {
    this.connection = connection;
    this.depth = depth;
    this.isTrial = isTrial;
  }

  /** The innermost that is open here and has this function, or this session. */
  static here(of: { readonly connect?: unknown; readonly session?: unknown }): OpenTransaction | undefined {
    for (let open = innermost(); open !== undefined; open = open.#around) {
      const { connect, session } = open.connection;
      if (!open.#isOver && (connect === of.connect || session === of.session)) return open;
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
    let isSound = true;
    let result: Awaited<Result> | undefined;
    if (isAborted(signal)) error.add(signal?.reason);
    else if ((isSound = await error.adds(begin))) {
      await error.adds(async () => (result = await this.#resultOf(work)));
      if (!error.isThere && this.#failure !== undefined) error.add(this.#failure.reason);
      if (!error.isThere && isAborted(signal)) error.add(signal?.reason);
      if (!error.isThere && !this.isTrial) await error.adds(commit);
      if (error.isThere || this.isTrial) isSound = await error.adds(() => rollback(error.reason));
    }
    const fault = isSound ? undefined : new Error("its state is not known", { cause: error.reason });
    try {
      await release(fault);
    } catch (thrown) {
      if (error.isThere) error.add(thrown);
      else
        report(
          "cleanup_failed",
          `a session could not be released (${describe(thrown)}) after its transaction`,
        );
    }
    error.throwIfThere();
    return result as Awaited<Result>;
  }

  /** Once all parts have ended, too, those as well that nobody has waited for. */
  async #resultOf<Result>(work: (session: never) => Result): Promise<Awaited<Result>> {
    const context = currentContext().setValue(OPEN, this);
    try {
      return await runIn(context, work, this.connection.session as never);
    } finally {
      await this.parts.over();
      this.#isOver = true;
    }
  }
}

/** Asked anew each time, which TypeScript does not know of a property. */
function isAborted(signal: AbortSignal | undefined): boolean {
  return signal?.aborted === true;
}

const OPEN = Symbol("open transaction");

function innermost(): OpenTransaction | undefined {
  return currentContext().getValue(OPEN) as OpenTransaction | undefined;
}
