import type { Context } from "../context/context.ts";
import { currentContext, runIn } from "../context/current.ts";
import { emptied } from "../context/open-scope.ts";
import { report } from "../core/diagnostics.ts";
import { requireFunction, ThroughlineError } from "../core/errors.ts";
import { nounFor } from "../core/noun.ts";
import { linksTo } from "../trace/links-to.ts";
import { withSpan } from "../trace/span-helpers.ts";
import { usableSignal } from "./abort-signals.ts";
import { Flight } from "./flight.ts";

export interface SingleFlightOptions {
  /** Of the span that the loader has. Default: the loader's own name. */
  readonly name?: string | undefined;
  /**
   * How long a value is given, in ms from when it was there. Default: for good. 0: it is that of those who asked while it
   * was being loaded.
   */
  readonly maxAge?: number | undefined;
}

/** What `load` gives, for all who ask. */
export interface SingleFlight<Value> {
  /**
   * The value that is there, or the one that is being loaded, or that is loaded now.
   *
   * @param options `signal`: whoever asks gives up as it is aborted, and this rejects with its reason; others go on waiting
   */
  (options?: { readonly signal?: AbortSignal | undefined }): Promise<Value>;
  /** From now on it is loaded anew; those who wait get what they wait for. */
  forget(): void;
}

/**
 * A function that calls `load` once for all who ask, at once or later: what many need, and nobody owns. A failure is not
 * kept: it is that of all who were waiting, and whoever asks next loads again. `load` runs detached from whoever asked
 * first: in a scope with nothing set, as a trace of its own that is linked to that one.  (golang.org/x/sync/singleflight)
 *
 * @param load its signal is aborted once all who wait have given up; whatever it gives then is nobody's
 * @throws ThroughlineError THR_NOT_A_FUNCTION where `load` is none; where it waits for its own value that rejects with
 *   THR_LOADER_NEEDS_ITSELF
 * @example
 * const rates = singleFlight(async () => ({ EUR: 1, USD: 1.08 }), { maxAge: 60_000 });
 * const { USD } = await rates();
 */
export function singleFlight<Value>(
  load: (options: { readonly signal: AbortSignal }) => Value,
  options?: SingleFlightOptions,
): SingleFlight<Awaited<Value>> {
  requireFunction(load, "singleFlight(fn)");
  const { name, maxAge } = checked(options, load);
  /** Under which the loader's context has its flight. */
  const FLIGHT = Symbol(name);
  let flight: Flight<Awaited<Value>> | undefined;
  const begin = (around: Context): Flight<Awaited<Value>> => {
    const own = new Flight<Awaited<Value>>();
    const traced = async (): Promise<Awaited<Value>> => await load({ signal: own.signal });
    runIn(emptied(around).setValue(FLIGHT, own), () =>
      own.follow(withSpan(name, { links: linksTo(around) }, traced)),
    );
    return own;
  };
  const ask = async (asked?: { readonly signal?: AbortSignal | undefined }): Promise<Awaited<Value>> => {
    const signal = usableSignal(asked?.signal, "what singleFlight(fn) returns");
    signal?.throwIfAborted();
    const around = currentContext();
    const within = around.getValue(FLIGHT) as Flight<Awaited<Value>> | undefined;
    if (within?.isFlying === true) throw new ThroughlineError("THR_LOADER_NEEDS_ITSELF", name);
    if (flight === undefined || flight.isOver(maxAge)) flight = begin(around);
    return await flight.wait(signal);
  };
  return Object.assign(ask, { forget: () => void (flight = undefined) });
}

function checked(
  options: SingleFlightOptions | undefined,
  load: { readonly name: string },
): { readonly name: string; readonly maxAge: number } {
  const { name = load.name, maxAge = Infinity } = options ?? {};
  if (typeof maxAge === "number" && maxAge >= 0) return { name: name === "" ? "load" : name, maxAge };
  const given = typeof maxAge === "number" ? String(maxAge) : nounFor(maxAge);
  report(
    "invalid_configuration",
    `the maxAge of singleFlight(fn) is a number from 0, and was given as ${given}`,
  );
  return { name, maxAge: Infinity };
}
