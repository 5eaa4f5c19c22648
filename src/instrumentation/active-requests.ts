import type { Attributes, MeterProvider, UpDownCounter } from "@opentelemetry/api";
import type { Context } from "../context/context.ts";
import { describe, report } from "../core/diagnostics.ts";
import { VERSION } from "../core/version.ts";
import { isDelegating } from "../metrics/callback-registry.ts";
import { currentInstrument, meterSource, SILENT } from "../metrics/current-instrument.ts";
import { declare } from "../metrics/declaration.ts";
import { HTTP_SCOPE } from "./http-attributes.ts";

/** How many requests of one method and scheme are being served, and how many the counter has been told. */
export class Active {
  readonly attributes: Attributes;
  count = 0;
  #told: number | undefined;

  constructor(attributes: Attributes) {
    this.attributes = attributes;
  }

  /** Also that there are none. */
  tell(counter: UpDownCounter): void {
    if (this.#told === this.count) return;
    counter.add(this.count - (this.#told ?? 0), this.attributes);
    this.#told = this.count;
  }
}

/** Those of one meter provider. */
class ActiveRequests {
  /** No more than methods are known. */
  readonly #all: Active[] = [];

  of({ "http.request.method": method, "url.scheme": scheme }: Attributes): Active {
    const own = this.#all.find(
      ({ attributes }) => attributes["http.request.method"] === method && attributes["url.scheme"] === scheme,
    );
    if (own !== undefined) return own;
    const active = new Active({ "http.request.method": method, "url.scheme": scheme });
    this.#all.push(active);
    return active;
  }

  tell(counter: UpDownCounter): void {
    for (const active of this.#all) active.tell(counter);
  }
}

const source = meterSource(HTTP_SCOPE, VERSION);

/** The API's own meter provider, where it is ours, gives on to whatever is current: what it observes is everybody's. */
function providerIn(context: Context): MeterProvider {
  const provider = source.providerIn(context);
  return isDelegating(provider) ? SILENT : provider;
}

/**
 * Counted here, and told to the counter before each collection: to add twice for each request takes longer than its span
 * does. What is asked for that is an observable instrument that never observes anything, so that nobody sees it; were it
 * to tell the count itself, a view that leaves an attribute out would keep one series of many.
 */
const activeIn = currentInstrument(
  { ...source, providerIn },
  declare("http.server.active_requests", {
    unit: "{request}",
    description: "Number of active HTTP server requests.",
  }),
  (meter, { name, options }) => {
    const active = new ActiveRequests();
    const counter = meter.createUpDownCounter(name, options);
    meter.createObservableUpDownCounter(`${name}.collection`).addCallback(() => active.tell(counter));
    return active;
  },
);

/**
 * HOT. Counts a request as active, by what is measured of it; whoever ends it takes one off. Never throws.  (Semantic
 * conventions: Metric http.server.active_requests)
 */
export function countActive(measured: Attributes, context: Context): Active | undefined {
  try {
    const active = activeIn(context).instrument.of(measured);
    active.count++;
    return active;
  } catch (thrown) {
    report("plugin_failed", `a meter provider counts no active requests (${describe(thrown)})`);
    return undefined;
  }
}
