import { ThroughlineError } from "../core/errors.ts";

/** A variable's value where it has one, boxed because undefined is a value too. */
export interface Binding {
  readonly value: unknown;
}

/**
 * What one operation owns: the values of its context variables, shared by everything that runs in it. A scope is
 * opened for each request, by `scope(fn)` and `variable.run()`, and by the first `withSpan` outside any.
 */
export class Scope {
  /** By the index of the variable. Never written to, so scopes can share one. Not `#private`: another copy of this package in the process opens scopes within ours. */
  private bindings: readonly (Binding | undefined)[];

  /** A scope of its own, with what is set in `outer` now. What either sets afterwards the other never sees. */
  constructor(outer?: Scope) {
    this.bindings = outer === undefined ? [] : outer.bindings;
  }

  get(index: number): Binding | undefined {
    return this.bindings[index];
  }

  /** Binds a variable, or unbinds it where there is no binding. */
  set(index: number, binding: Binding | undefined): void {
    const bindings = this.bindings.slice();
    bindings[index] = binding;
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
