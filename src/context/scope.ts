/**
 * What one operation owns: a cell of variable bindings, shared by everything that runs in it and by nothing else.
 * A scope is opened for each request, for each `scope(fn)`, and by the first `withSpan` outside any.
 */
export class Scope {
  /** Bindings by the index of their variable; a hole means: not set. */
  readonly cell: unknown[];

  constructor(inherited?: Scope) {
    this.cell = inherited === undefined ? [] : inherited.cell.slice();
  }
}
