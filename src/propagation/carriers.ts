import { defaultTextMapSetter, trace } from "@opentelemetry/api";
import { type Carrier, carrierOf } from "../context/carrier.ts";
import type { Context } from "../context/context.ts";
import { currentContext, propagatorIn } from "../context/current.ts";
import { isInjectionSuppressed } from "../context/suppression.ts";
import { withTravellingBaggage } from "../context/travelling-registry.ts";
import { describe, report } from "../core/diagnostics.ts";
import { environmentName } from "./environment-name.ts";

/** What carries trace context and baggage to where no HTTP does. */
export interface CarrierKind {
  /**
   * A copy of the carrier, with what says which trace and which baggage go on in it; the carrier itself stays as it is. The
   * same where telemetry is off, or in no span. Never throws.  (Specification: Propagators API, Inject)
   *
   * @param carrier a plain object of texts, as headers and an environment are
   */
  inject<Carrier extends object>(carrier: Carrier): Carrier & Record<string, string>;
}

export const carriers: {
  /** The headers of a message, or a payload in JSON: names as they are, "traceparent". */
  readonly message: CarrierKind;
  /**
   * The environment of a child process: "TRACEPARENT". Other processes of the user may see it, so nothing secret belongs in
   * baggage.  (Specification: Environment Variables as Context Propagation Carriers)
   *
   * @example
   * const env = carriers.env.inject({ PATH: "/usr/bin" }); // of a child: spawn("node", ["report.js"], { env })
   */
  readonly env: CarrierKind;
} = {
  message: { inject: (carrier) => injected(carrier, (key) => key, messageCarrier) },
  env: { inject: (carrier) => injected(carrier, environmentName, carrierOf) },
};

/** For other services, too: of the variables those alone that travel as baggage. */
function messageCarrier(context: Context): Carrier {
  const carrier: Record<string, string> = {};
  propagatorIn(context).inject(withTravellingBaggage(context), carrier, defaultTextMapSetter);
  return carrier;
}

function injected<Given extends object>(
  carrier: Given,
  named: (key: string) => string,
  told: (context: Context) => Carrier,
): Given & Record<string, string> {
  try {
    const copy = { ...carrier } as Record<string, unknown>;
    const context = currentContext();
    if (!isInjectionSuppressed(context)) {
      // Of another trace, which the carrier came with, nothing is to stand beside this one.
      if (trace.getSpan(context) !== undefined)
        for (const field of propagatorIn(context).fields()) delete copy[named(field)];
      for (const [key, value] of Object.entries(told(context))) copy[named(key)] = value;
    }
    return copy as Given & Record<string, string>;
  } catch (thrown) {
    report("no_injection", `a carrier took no trace context (${describe(thrown)})`);
    return carrier as Given & Record<string, string>;
  }
}
