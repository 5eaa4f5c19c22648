import { ThroughlineError } from "../core/errors.ts";
import type { Commands } from "./commands.ts";
import type { Connection, OpenTransaction, Steps } from "./open-transaction.ts";
import { statement } from "./statement.ts";

/** Of a transaction that has the session to itself. */
export function stepsOfWhole({ commands, attributes }: Connection): Steps {
  return {
    begin: () => statement("BEGIN", attributes, commands.begin),
    commit: async () => {
      if (isRollback(await statement("COMMIT", attributes, commands.commit)))
        throw new ThroughlineError("THR_NOT_COMMITTED", "transaction(connect, fn)");
    },
    rollback: () => statement("ROLLBACK", attributes, commands.rollback),
    release: commands.release,
  };
}

/** What PostgreSQL answers to COMMIT where a statement has failed before. */
function isRollback(answer: unknown): boolean {
  const last: unknown = Array.isArray(answer) ? answer.at(-1) : answer;
  return (last as { readonly command?: unknown } | null | undefined)?.command === "ROLLBACK";
}

/** Of a part that stands or falls with what it is a part of. */
export function stepsOfJoined(whole: OpenTransaction): Steps {
  return { begin: nothing, commit: nothing, rollback: (reason) => whole.fail(reason), release: nothing };
}

/** Of a part that can be undone by itself. */
export function stepsOfSavepoint(
  whole: OpenTransaction,
  name: string,
  run: NonNullable<Commands["run"]>,
): Steps {
  const tell = (operation: string): Promise<unknown> => {
    const sql = `${operation} ${name}`;
    return statement(operation, whole.connection.attributes, () => run(sql), sql);
  };
  return {
    begin: () => tell("SAVEPOINT"),
    commit: () => tell("RELEASE SAVEPOINT"),
    rollback: async () => {
      try {
        await tell("ROLLBACK TO SAVEPOINT");
        // Rolled back to, it is still there.
        await tell("RELEASE SAVEPOINT");
      } catch (thrown) {
        whole.fail(thrown);
        throw thrown;
      }
    },
    release: nothing,
  };
}

function nothing(): void {}
