import type { Attributes, MeterProvider, ObservableResult } from "@opentelemetry/api";
import type { Context } from "../context/context.ts";
import { describe, report } from "../core/diagnostics.ts";
import { VERSION } from "../core/version.ts";
import { isDelegating } from "../metrics/callback-registry.ts";
import { currentInstrument, meterSource, SILENT } from "../metrics/current-instrument.ts";
import { declare } from "../metrics/declaration.ts";
import { HTTP_SCOPE } from "./http-attributes.ts";

/** How many requests of one method and scheme are being served. */
export interface Active {
  readonly attributes: Attributes;
  count: number;
}

class ActiveRequests {
  /** No more than methods are known. */
  readonly #all: Active[] = [];

  of({ "http.request.method": method, "url.scheme": scheme }: Attributes): Active {
    const own = this.#all.find(
      ({ attributes }) => attributes["http.request.method"] === method && attributes["url.scheme"] === scheme,
    );
    if (own !== undefined) return own;
    const active = { attributes: { "http.request.method": method, "url.scheme": scheme }, count: 0 };
    this.#all.push(active);
    return active;
  }

  tell(result: ObservableResult): void {
    for (const { attributes, count } of this.#all) result.observe(count, attributes);
  }
}

const source = meterSource(HTTP_SCOPE, VERSION);

/** The API's own meter provider, where it is ours, gives on to whatever is current: what it observes is everybody's. */
function providerIn(context: Context): MeterProvider {
  const provider = source.providerIn(context);
  return isDelegating(provider) ? SILENT : provider;
}

/** Counted here, and asked for at each collection: to measure it twice for each request takes longer than its span does. */
const activeIn = currentInstrument(
  { ...source, providerIn },
  declare("http.server.active_requests", {
    unit: "{request}",
    description: "Number of active HTTP server requests.",
  }),
  (meter, { name, options }) => {
    const active = new ActiveRequests();
    meter.createObservableUpDownCounter(name, options).addCallback((result) => active.tell(result));
    return active;
  },
);

/**
 * HOT. Counts a request as active by what is measured of it; whoever ends it takes one off. Never throws.  (Semantic
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
