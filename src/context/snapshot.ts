import { requireFunction } from "../core/errors.ts";
import { sameSignature } from "./bind.ts";
import { type Carrier, carrierOf, contextFrom } from "./carrier.ts";
import type { Context } from "./context.ts";
import { currentContext, runIn } from "./current.ts";
import { emptied } from "./open-scope.ts";
import { Scope } from "./scope.ts";

/**
 * The current context by value: span, baggage and what every variable is now. What is set afterwards, here or in a
 * run, changes neither the snapshot nor another run.  (TC39 AsyncContext.Snapshot; PEP 567: copy_context)
 *
 * @example
 * const here = new Snapshot();
 * here.run((greeting) => greeting, "hello");
 */
export class Snapshot {
  readonly #context: Context;

  constructor() {
    const context = currentContext();
    this.#context = context.withScope(new Scope(context.scope));
  }

  /**
   * What a carrier tells of, an object of texts that `toCarrier` has made in another thread or process: its span becomes
   * the parent here, and variables that travel have their values. Empty where it tells nothing. Never throws.
   */
  static from(carrier: unknown): Snapshot {
    return runIn(contextFrom(carrier, emptied(currentContext())), () => new Snapshot());
  }

  /**
   * As plain texts, by which `Snapshot.from` continues it elsewhere: trace context, baggage, and the variables that
   * travel. All else stays behind. Never throws.  (Specification: Propagators API)
   *
   * @example
   * const carrier = new Snapshot().toCarrier(); // new Worker(url, { workerData: { carrier } })
   * Snapshot.from(carrier).run(() => "in the same trace");
   */
  toCarrier(): Carrier {
    return carrierOf(this.#context);
  }

  /**
   * Calls `fn` in a scope of its own that begins with what was captured; any number of times, also at once.
   *
   * @throws ThroughlineError THR_NOT_A_FUNCTION where `fn` is none
   */
  run<Arguments extends unknown[], Result>(fn: (...args: Arguments) => Result, ...args: Arguments): Result {
    requireFunction(fn, "snapshot.run(fn)");
    return runIn(this.#context.withScope(new Scope(this.#context.scope)), fn, ...args);
  }

  /**
   * A function that always runs in what is current now, by value, with the `this` that it is called with.
   *
   * @throws ThroughlineError THR_NOT_A_FUNCTION where `fn` is none
   */
  static wrap<This, Arguments extends unknown[], Result>(
    fn: (this: This, ...args: Arguments) => Result,
  ): (this: This, ...args: Arguments) => Result {
    requireFunction(fn, "Snapshot.wrap(fn)");
    const snapshot = new Snapshot();
    return sameSignature(fn as never, function (this: This, ...args: Arguments): Result {
      return snapshot.run(() => fn.apply(this, args));
    });
  }
}
