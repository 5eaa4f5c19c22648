/// <reference lib="esnext.disposable" preserve="true" />
import { report } from "../core/diagnostics.ts";
import { ThroughlineError } from "../core/errors.ts";
import { callerPlace } from "../core/place.ts";
import { currentContext } from "./current.ts";
import type { Binding, Scope } from "./scope.ts";

/**
 * The way back from one `set`: it remembers what the variable was in the scope that it was set in. Used once, by
 * `variable.reset(token)` or, with `using`, by the end of the block.  (PEP 567: contextvars.Token)
 */
export class Token implements Disposable {
  private readonly name: string;
  private readonly index: number;
  private readonly scope: Scope;
  private readonly former: Binding | undefined;
  private readonly binding: Binding;

  /** @internal `variable.set(value)` makes it */
  constructor(name: string, index: number, scope: Scope, former: Binding | undefined, binding: Binding) {
    this.name = name;
    this.index = index;
    this.scope = scope;
    this.former = former;
    this.binding = binding;
  }

  /**
   * Restores the variable with this index, if the token is its own, unused, and of the scope that is current.
   *
   * @internal `variable.reset(token)` is the way
   */
  restore(index: number, name: string): void {
    if (this.binding.isUndone) throw new ThroughlineError("THR_TOKEN_USED", `"${name}".reset(token)`);
    if (index !== this.index)
      throw new ThroughlineError("THR_TOKEN_OTHER_VARIABLE", `"${name}".reset(token)`);
    if (currentContext().scope !== this.scope)
      throw new ThroughlineError("THR_TOKEN_OTHER_SCOPE", `"${name}".reset(token)`);
    this.binding.isUndone = true;
    if (this.former?.isUndone === true && this.former.owner === this.scope.id) {
      report(
        "tokens_out_of_order",
        () =>
          `"${name}" is given back a value that its own token has undone before: reset in the opposite order of set (${callerPlace()})`,
      );
    }
    this.scope.set(index, this.former);
  }

  /** Never throws, which would replace the error that ended the block: what is amiss is reported. */
  [Symbol.dispose](): void {
    if (this.binding.isUndone) return;
    try {
      this.restore(this.index, this.name);
    } catch {
      report(
        "token_misplaced",
        `the token of "${this.name}" went out of its block in another scope than it was made in; nothing was restored`,
      );
    }
  }
}
