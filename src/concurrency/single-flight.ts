import type { Link } from "@opentelemetry/api";
import { currentContext } from "../context/current.ts";
import { emptied } from "../context/open-scope.ts";
import { requireDuration, requireFunction } from "../core/errors.ts";
import { linksTo } from "../trace/links-to.ts";
import { withSpan } from "../trace/span-helpers.ts";
import { usableSignal } from "./abort-signals.ts";
import { Flight } from "./flight.ts";
import { nameOf } from "./name-of.ts";

export interface SingleFlightOptions {
  /** Of the span that the loader has. Default: the loader's own name. */
  readonly name?: string | undefined;
  /**
   * How long a value is kept, in ms from the end of its load. Default: for good. 0: it is that of those alone who asked
   * during the load.
   */
  readonly maxAge?: number | undefined;
}

/** What `load` gives, for all who ask. */
export interface SingleFlight<Value> {
  /**
   * The value that is there, or the one that is being loaded, or that is loaded now.
   *
   * @param options `signal`: whoever asks gives up as it is aborted, and this rejects with its reason; others wait on
   */
  (options?: { readonly signal?: AbortSignal | undefined }): Promise<Value>;
  /** From now on it is loaded anew; those who wait get what they wait for. */
  forget(): void;
}

/**
 * A function that calls `load` once for all who ask, at once or later: what many need, and nobody owns. A failure is not
 * kept: it is that of all who were waiting, and whoever asks next loads again. `load` runs detached from whoever asked
 * first: in a scope with nothing set, as a trace of its own that is linked to that one.  (golang.org/x/sync/singleflight,
 * which keeps no value: that is `maxAge: 0`)
 *
 * @param load its signal is aborted once all who wait have given up; whatever it gives then is nobody's
 * @throws ThroughlineError THR_NOT_A_FUNCTION, THR_NOT_A_DURATION; what it gives rejects with THR_LOADER_NEEDS_ITSELF where
 *   loaders wait for each other
 * @example
 * const rates = singleFlight(async () => ({ EUR: 1, USD: 1.08 }), { maxAge: 60_000 });
 * const { USD } = await rates();
 */
export function singleFlight<Value>(
  load: (options: { readonly signal: AbortSignal }) => Value,
  options?: SingleFlightOptions,
): SingleFlight<Awaited<Value>> {
  requireFunction(load, "singleFlight(fn)");
  const { maxAge = Infinity } = options ?? {};
  requireDuration(maxAge, "the maxAge of singleFlight(fn)");
  const name = nameOf(options?.name ?? load.name, "load");
  let flight: Flight<Awaited<Value>> | undefined;
  const ask = async (asked?: { readonly signal?: AbortSignal | undefined }): Promise<Awaited<Value>> => {
    const signal = usableSignal(asked?.signal, "what singleFlight(fn) returns");
    signal?.throwIfAborted();
    if (flight !== undefined && !flight.isOver(maxAge)) return await flight.wait(name, signal);
    const asker = currentContext();
    const own = (flight = new Flight<Awaited<Value>>(emptied(asker)));
    begin(own, name, load, linksTo(asker));
    return await own.wait(name, signal);
  };
  return Object.assign(ask, { forget: () => void (flight = undefined) });
}

/** Apart, and given links alone of whoever asks: all that is seen here is kept while the loader hangs. */
function begin<Value>(
  flight: Flight<Awaited<Value>>,
  name: string,
  load: (options: { readonly signal: AbortSignal }) => Value,
  links: Link[],
): void {
  flight.begin((signal) =>
    withSpan(name, { links }, async (): Promise<Awaited<Value>> => await load({ signal })),
  );
}
