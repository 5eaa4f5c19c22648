import { ThroughlineError } from "../core/errors.ts";

/** Values by the index of their variable; a hole means: not set. Never written to, so scopes can share one. */
type Bindings = readonly unknown[];

/**
 * What one operation owns: the values of its context variables, shared by everything that runs in it. A scope is
 * opened for each request, by `scope(fn)` and `variable.run()`, and by the first `withSpan` outside any.
 */
export class Scope {
  /** Not `#private`: another copy of this package in the process opens scopes within ours. */
  private bindings: Bindings;

  /** A scope of its own, with what is set in `outer` now. What either sets afterwards the other never sees. */
  constructor(outer?: Scope) {
    this.bindings = outer === undefined ? [] : outer.bindings;
  }

  has(index: number): boolean {
    return index in this.bindings;
  }

  get(index: number): unknown {
    return this.bindings[index];
  }

  set(index: number, value: unknown): void {
    const bindings = this.bindings.slice();
    bindings[index] = value;
    this.bindings = bindings;
  }

  unset(index: number): void {
    const bindings = this.bindings.slice();
    // oxlint-disable-next-line typescript/no-array-delete -- a hole is what says "not set"
    delete bindings[index];
    this.bindings = bindings;
  }

  clear(): void {
    this.bindings = [];
  }
}

/** The scope, or the error that says how to open one: a value set in none would be a global of the process. */
export function required(scope: Scope | undefined, subject: string): Scope {
  if (scope === undefined) throw new ThroughlineError("THR_NO_SCOPE", subject);
  return scope;
}
