import { ThroughlineError } from "../core/errors.ts";
import type { Operation } from "./operation.ts";
import type { SpanFrame } from "./span-frame.ts";

/** A variable's value where it has one: undefined is a value too. */
export class Binding {
  readonly value: unknown;
  /** The innermost span that was active when it was set. */
  readonly setIn: SpanFrame | undefined;
  /** The id of the scope that it was set in; others may inherit it. */
  readonly owner: number;
  /** True once its token has undone it. */
  isUndone = false;

  constructor(value: unknown, setIn: SpanFrame | undefined, owner: Scope) {
    this.value = value;
    this.setIn = setIn;
    this.owner = owner.id;
  }
}

let last = Math.floor(Math.random() * 2 ** 30);

/** Small integers in turn, from a random one on: another copy of this package has its own. */
function nextId(): number {
  return (last = (last + 1) & 0x3fff_ffff);
}

/**
 * Variables with an index from here on are kept in a map: an array that long would be copied for each set. A process that
 * has more makes them where it should not.
 */
export const INDEXED = 1_000;

/** Shared by all scopes without a binding. */
const NOTHING: (Binding | undefined)[] = [];

/**
 * What one operation owns: the values of its context variables, shared by everything that runs in it. A scope is
 * opened for each request, by `scope(fn)` and `variable.run()`, and by the first `withSpan` outside any.
 */
export class Scope {
  // Not `#private`: another copy of this package in the process opens scopes within ours.
  /** Tells this scope from others without keeping it. */
  readonly id: number = nextId();
  /** What this scope and those that began with it are part of. */
  readonly operation: Operation | undefined;
  /** By the index of the variable. */
  private bindings: (Binding | undefined)[];
  private others: Map<number, Binding> | undefined;
  /** Whether another scope has the same bindings, so that they are copied before the first write. */
  private isShared: boolean;
  /** Whether its variables were cleared, those too that came from elsewhere. */
  isCleared: boolean;

  /** A scope of its own, with what is set in `outer` now. What either sets afterwards the other never sees. */
  constructor(outer?: Scope, operation: Operation | undefined = outer?.operation) {
    this.operation = operation;
    this.bindings = outer === undefined ? NOTHING : outer.bindings;
    this.others = outer?.others;
    this.isShared = true;
    this.isCleared = outer?.isCleared === true;
    if (outer !== undefined) outer.isShared = true;
  }

  get(index: number): Binding | undefined {
    return index < INDEXED ? this.bindings[index] : this.others?.get(index);
  }

  /** Binds a variable, or unbinds it where there is no binding. */
  set(index: number, binding: Binding | undefined): void {
    if (this.isShared) {
      this.bindings = this.bindings.slice();
      this.others = this.others && new Map(this.others);
      this.isShared = false;
    }
    if (index < INDEXED) this.bindings[index] = binding;
    else if (binding === undefined) this.others?.delete(index);
    else (this.others ??= new Map()).set(index, binding);
  }

  clear(): void {
    this.bindings = NOTHING;
    this.others = undefined;
    this.isShared = true;
    this.isCleared = true;
  }
}

/** The scope, or the error that says how to open one: a value set in none would be a global of the process. */
export function required(scope: Scope | undefined, subject: string): Scope {
  if (scope === undefined) throw new ThroughlineError("THR_NO_SCOPE", subject);
  return scope;
}
