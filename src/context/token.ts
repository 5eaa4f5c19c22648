/// <reference lib="esnext.disposable" preserve="true" />
import { report } from "../core/diagnostics.ts";
import { ThroughlineError } from "../core/errors.ts";
import { currentContext } from "./current.ts";
import type { Binding, Scope } from "./scope.ts";

/**
 * The way back from one `set`: it remembers what the variable was in the scope that it was set in. Used once, by
 * `variable.reset(token)` or, with `using`, by the end of the block.  (PEP 567: contextvars.Token)
 */
export class Token implements Disposable {
  readonly #name: string;
  readonly #index: number;
  readonly #scope: Scope;
  readonly #former: Binding | undefined;
  #isUsed = false;

  /** Made before the new value is set. */
  constructor(name: string, index: number, scope: Scope) {
    this.#name = name;
    this.#index = index;
    this.#scope = scope;
    this.#former = scope.get(index);
  }

  /** Restores the variable with this index, if the token is its own, unused, and of the scope that is current. */
  restore(index: number, name: string): void {
    if (index !== this.#index)
      throw new ThroughlineError("THR_TOKEN_OTHER_VARIABLE", `"${name}".reset(token)`);
    if (this.#isUsed) throw new ThroughlineError("THR_TOKEN_USED", `"${name}".reset(token)`);
    if (currentContext().scope !== this.#scope)
      throw new ThroughlineError("THR_TOKEN_OTHER_SCOPE", `"${name}".reset(token)`);
    this.#isUsed = true;
    this.#scope.set(index, this.#former);
  }

  /** Never throws, which would replace the error that ended the block: what is amiss is reported. */
  [Symbol.dispose](): void {
    if (this.#isUsed) return;
    try {
      this.restore(this.#index, this.#name);
    } catch {
      report(
        "token_misplaced",
        `the token of "${this.#name}" went out of its block in another scope than it was made in; nothing was restored`,
      );
    }
  }
}
