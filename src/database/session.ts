/**
 * What can begin, commit and roll back: by methods of its own (mysql2, a transaction of knex, one that you make), or by SQL
 * (a client of pg, PGlite, node:sqlite). What it is asked for it does at once, or returns a promise. What gives it back to
 * its pool is given an error where nobody knows what state the session is in: then it is to be closed.
 */
export type TransactionSession = (
  | { commit(): unknown; rollback(): unknown }
  | { exec(sql: string): unknown }
  | { query(sql: string): unknown }
) & { release?(error?: Error): unknown };

/** Gives a session that nobody else uses meanwhile, or one for all. */
export type Connect<Given extends TransactionSession> = () => Given | PromiseLike<Given>;
