import { describe } from "../core/diagnostics.ts";
import { ThroughlineError } from "../core/errors.ts";
import { currentContext, runIn } from "./current.ts";
import { processState } from "./process-state.ts";
import { required, Scope } from "./scope.ts";
import { Token } from "./token.ts";

export interface ContextVariableOptions<Value> {
  /** What `get` gives where nothing was set. */
  readonly defaultValue?: Value;
}

/**
 * A typed variable whose value belongs to the current scope: a request, `scope(fn)`, `variable.run()`. Made once, at
 * module level; set and read anywhere below, without being passed on.  (PEP 567: contextvars.ContextVar)
 *
 * @example
 * const role = new ContextVariable("user_role", { defaultValue: "guest" });
 * role.run("admin", () => role.get());
 */
export class ContextVariable<Value> {
  readonly name: string;
  readonly #index = processState.variables++;
  readonly #hasDefault: boolean;
  readonly #default: Value | undefined;

  constructor(name: string, options?: ContextVariableOptions<Value>) {
    this.name = describe(name);
    this.#hasDefault = Object.hasOwn(options ?? {}, "defaultValue");
    this.#default = options?.defaultValue;
  }

  /**
   * The value in the current scope, else the default.
   *
   * @throws ThroughlineError THR_CONTEXT_LOOKUP where there is neither
   */
  get(): Value {
    const binding = currentContext().scope?.get(this.#index);
    if (binding !== undefined) return binding.value as Value;
    if (!this.#hasDefault) throw new ThroughlineError("THR_CONTEXT_LOOKUP", `"${this.name}".get()`);
    return this.#default as Value;
  }

  /** As `get`, but undefined where there is neither value nor default. */
  tryGet(): Value | undefined {
    const binding = currentContext().scope?.get(this.#index);
    return binding === undefined ? this.#default : (binding.value as Value);
  }

  /**
   * Sets the value for the rest of the current scope, callers that await this included. The token undoes it.
   *
   * @throws ThroughlineError THR_NO_SCOPE outside any scope
   */
  set(value: Value): Token {
    const scope = required(currentContext().scope, `"${this.name}".set()`);
    const token = new Token(this.name, this.#index, scope);
    scope.set(this.#index, { value });
    return token;
  }

  /**
   * Restores what was before the `set` that gave the token.
   *
   * @throws ThroughlineError THR_NOT_A_TOKEN, THR_TOKEN_USED, THR_TOKEN_OTHER_VARIABLE, THR_TOKEN_OTHER_SCOPE
   */
  reset(token: Token): void {
    if (typeof (token as Partial<Token> | undefined)?.restore !== "function")
      throw new ThroughlineError("THR_NOT_A_TOKEN", `"${this.name}".reset(token)`);
    token.restore(this.#index, this.name);
  }

  /** Calls `fn` in a scope of its own in which the variable has this value. */
  run<Arguments extends unknown[], Result>(
    value: Value,
    fn: (...args: Arguments) => Result,
    ...args: Arguments
  ): Result {
    if (typeof fn !== "function")
      throw new ThroughlineError("THR_NOT_A_FUNCTION", `"${this.name}".run(value, fn)`);
    const context = currentContext();
    const scope = new Scope(context.scope);
    scope.set(this.#index, { value });
    return runIn(context.withSpan(context.span, scope), fn, ...args);
  }
}
