import type { Attributes } from "@opentelemetry/api";
import { ThroughlineError } from "../core/errors.ts";
import type { Commands } from "./commands.ts";
import type { Connection, OpenTransaction, Steps } from "./open-transaction.ts";
import { statement } from "./statement.ts";

/** Of a transaction that has the session to itself. */
export function stepsOfWhole({ commands, attributes }: Connection): Steps {
  const { begin } = commands;
  return {
    begin: begin && (() => statement("BEGIN", attributes, begin)),
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
  return { begin: undefined, commit: nothing, rollback: (reason) => whole.fail(reason), release: nothing };
}

/** Of a part that can be undone by itself. */
export function stepsOfSavepoint(
  whole: OpenTransaction,
  name: string,
  run: NonNullable<Commands["run"]>,
  attributes: Attributes,
): Steps {
  const tell = (operation: string): Promise<unknown> => {
    const sql = `${operation} ${name}`;
    return statement(operation, attributes, () => run(sql), sql);
  };
  return {
    begin: () => tell("SAVEPOINT"),
    commit: () => tell("RELEASE SAVEPOINT"),
    rollback: async () => {
      try {
        await tell("ROLLBACK TO SAVEPOINT");
        // Rolling back to a savepoint does not remove it.
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
