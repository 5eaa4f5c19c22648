import { describe, quote, report } from "../core/diagnostics.ts";
import { requireFunction, ThroughlineError } from "../core/errors.ts";
import { nounFor } from "../core/noun.ts";
import { declareAttribute } from "./attribute-variables.ts";
import type { Context } from "./context.ts";
import { reportIfCrossed } from "./crossed-values.ts";
import { currentContext, runIn } from "./current.ts";
import { watchForHotPath } from "./hot-path.ts";
import { type Keeps, keptValue } from "./kept-value.ts";
import { processState } from "./process-state.ts";
import { Binding, required, Scope } from "./scope.ts";
import { Token } from "./token.ts";
import { type Held, Travelling, travellingBy } from "./travelling-variable.ts";
import type { Codec, Travels } from "./travelling-registry.ts";

/** What a variable gives where nothing was set, and keeps where something is. */
export interface ContextVariableOptions<Value> {
  /** What `get` gives where nothing was set. */
  readonly defaultValue?: Value;
  /**
   * What is kept of a value, which several operations may hold at once: "itself" (the default), a "copy", made by
   * structuredClone when it is set, or itself "frozen" with all objects and arrays within; what a Map, Set, Date or bytes
   * hold can still be changed.
   */
  readonly keeps?: Keeps;
  /**
   * The key of an attribute that the value is stamped as on every span and log record made under it, and on measurements of instruments
   * whose `attributeKeys` have it; what a span is given itself wins.  (OTEP 4931: Context-scoped Attributes)
   */
  readonly attribute?: string;
  /**
   * Where the value goes by itself: "process", to workers and child processes, or "baggage", also to other services, by
   * messages, and by requests to hosts that are told the correlation id. What came that way is found where nothing was
   * set; what came by baggage is whatever the caller says. Default: nowhere.
   */
  readonly travels?: Travels;
  /** How it does, as a text. Default: as JSON, or by baggage a text as it is. */
  readonly codec?: Codec<Value>;
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
  readonly #keeps: Keeps;
  readonly #hasDefault: boolean;
  readonly #default: Value | undefined;
  readonly #travelling: Travelling<Value> | undefined;

  /** @throws ThroughlineError THR_VALUE_NOT_KEPT where the default cannot be copied or frozen, as `keeps` asks */
  constructor(name: string, options?: ContextVariableOptions<Value>) {
    this.name = describe(name);
    if (typeof name !== "string")
      report("invalid_argument", `a context variable was named with ${nounFor(name)}; names are strings`);
    const given = optionsOf(this.name, options);
    this.#keeps = keepsOf(this.name, given.keeps);
    this.#hasDefault = "defaultValue" in given;
    this.#default = keptValue(this.#keeps, given.defaultValue, `new ContextVariable("${this.name}")`);
    watchForHotPath(this.name, this.#index);
    if (given.attribute !== undefined) this.#stamp(given.attribute);
    this.#travelling = this.#travellingBy(given);
  }

  /**
   * The value in the current scope, else the default.
   *
   * @throws ThroughlineError THR_CONTEXT_LOOKUP where there is neither
   */
  get(): Value {
    // HOT. Written out: a shared function costs a sixth more.
    const context = currentContext();
    const { scope, frame } = context;
    const binding = scope?.get(this.#index);
    if (binding === undefined) return this.#unset(context);
    if (binding.setIn !== frame) reportIfCrossed("reads", this.name, binding, frame);
    return binding.value as Value;
  }

  /** As `get`, but undefined where there is neither value nor default. */
  tryGet(): Value | undefined {
    return this.#valueIn(currentContext());
  }

  /**
   * Sets the value for the rest of the current scope, callers that await this included. The token undoes it.
   *
   * @throws ThroughlineError THR_NO_SCOPE outside any scope; THR_VALUE_NOT_KEPT
   */
  set(value: Value): Token {
    const { scope: current, frame } = currentContext();
    const scope = required(current, `"${this.name}".set()`);
    const former = scope.get(this.#index);
    // What was inherited is another scope's: setting it here changes nothing for anyone beside.
    if (former !== undefined && former.setIn !== frame && former.owner === scope.id)
      reportIfCrossed("sets", this.name, former, frame);
    const binding = new Binding(this.#kept(value, "set"), frame, scope);
    scope.set(this.#index, binding);
    return new Token(this.name, this.#index, scope, former, binding);
  }

  /**
   * Restores what was before the `set` that gave the token.
   *
   * @throws ThroughlineError THR_NOT_A_TOKEN, THR_TOKEN_USED, THR_TOKEN_OTHER_VARIABLE, THR_TOKEN_OTHER_SCOPE
   */
  reset(token: Token): void {
    if (!isToken(token)) throw new ThroughlineError("THR_NOT_A_TOKEN", `"${this.name}".reset(token)`);
    token.restore(this.#index, this.name);
  }

  /**
   * Calls `fn` in a scope of its own in which the variable has this value.
   *
   * @throws ThroughlineError THR_NOT_A_FUNCTION, THR_VALUE_NOT_KEPT
   */
  run<Arguments extends unknown[], Result>(
    value: Value,
    fn: (...args: Arguments) => Result,
    ...args: Arguments
  ): Result {
    requireFunction(fn, `"${this.name}".run(value, fn)`);
    const context = currentContext();
    const scope = new Scope(context.scope);
    scope.set(this.#index, new Binding(this.#kept(value, "run"), context.frame, scope));
    return runIn(context.withScope(scope), fn, ...args);
  }

  #valueIn(context: Context): Value | undefined {
    const { scope, frame } = context;
    const binding = scope?.get(this.#index);
    if (binding === undefined) return this.#arrivedOr(context);
    if (binding.setIn !== frame) reportIfCrossed("reads", this.name, binding, frame);
    return binding.value as Value;
  }

  #stamp(key: unknown): void {
    if (typeof key === "string" && key !== "")
      declareAttribute({ key, valueIn: (context) => this.#valueIn(context) });
    else
      report(
        "invalid_argument",
        `the attribute of context variable "${this.name}" is ${quote(key)}; it is an attribute's key`,
      );
  }

  #travellingBy({ travels, codec }: ContextVariableOptions<Value>): Travelling<Value> | undefined {
    if (travels === undefined) return undefined;
    const by = travellingBy<Value>(this.name, travels, codec);
    return (
      by &&
      new Travelling(this.name, ...by, ({ scope }) => scope?.get(this.#index) as Held<Value> | undefined)
    );
  }

  /** What came from elsewhere, else the default. */
  #arrivedOr(context: Context): Value | undefined {
    const arrived = this.#travelling?.arrivedIn(context);
    return arrived === undefined ? this.#default : arrived.value;
  }

  #unset(context: Context): Value {
    if (this.#hasDefault || this.#travelling?.arrivedIn(context) !== undefined)
      return this.#arrivedOr(context) as Value;
    throw new ThroughlineError("THR_CONTEXT_LOOKUP", `"${this.name}".get()`);
  }

  #kept(value: Value, method: "set" | "run"): Value {
    return this.#keeps === "itself"
      ? value
      : keptValue(this.#keeps, value, `"${this.name}".${method}(value)`);
  }
}

/** Of any copy of this package. Never throws: reading a revoked proxy does. */
function isToken(token: unknown): token is Token {
  try {
    return typeof (token as Partial<Token> | undefined)?.restore === "function";
  } catch {
    return false;
  }
}

/** A copy of them: what a getter or a proxy throws is not for the host. */
function optionsOf<Value>(
  name: string,
  options: ContextVariableOptions<Value> | undefined,
): ContextVariableOptions<Value> {
  try {
    if (options === undefined || (typeof options === "object" && options !== null)) return { ...options };
  } catch {
    // Reported below.
  }
  report("invalid_argument", `the options of context variable "${name}" are no object that can be read`);
  return {};
}

function keepsOf(name: string, keeps: unknown): Keeps {
  if (keeps === undefined || keeps === "itself" || keeps === "copy" || keeps === "frozen")
    return keeps ?? "itself";
  report(
    "invalid_argument",
    `context variable "${name}" keeps ${quote(keeps)}; "itself", "copy" and "frozen" are known`,
  );
  return "itself";
}
