import { type Baggage, type Context, propagation } from "@opentelemetry/api";
import { report } from "../core/diagnostics.ts";
import type { Redactor } from "../core/redaction.ts";

/** What of a baggage may leave, once for each: it never changes. */
const known = new WeakMap<Redactor, WeakMap<Baggage, Baggage>>();

/**
 * The context for whoever is told of it: without the members of its baggage that are secrets. They are not sent at all, for
 * half a secret is of no use to whoever gets it.
 */
export function withSafeBaggage(context: Context, redactor: Redactor): Context {
  const baggage = propagation.getBaggage(context);
  if (baggage === undefined) return context;
  const safe = safeOf(baggage, redactor);
  return safe === baggage ? context : propagation.setBaggage(context, safe);
}

function safeOf(baggage: Baggage, redactor: Redactor): Baggage {
  const ofRedactor = known.get(redactor) ?? new WeakMap<Baggage, Baggage>();
  known.set(redactor, ofRedactor);
  const before = ofRedactor.get(baggage);
  if (before !== undefined) return before;
  const secrets = baggage
    .getAllEntries()
    .filter(([key, { value, metadata }]) => {
      const entry = redactor.redact(key, value) !== value;
      return entry || (metadata !== undefined && redactor.text(metadata.toString()) !== metadata.toString());
    })
    .map(([key]) => key);
  if (secrets.length > 0) reportKept(secrets);
  const safe = secrets.length === 0 ? baggage : baggage.removeEntries(...secrets);
  ofRedactor.set(baggage, safe);
  return safe;
}

function reportKept(secrets: readonly string[]): void {
  report(
    "baggage_withheld",
    `baggage ${secrets.join(", ")} looks like a secret and was not sent on; start({ redact: { allow: [key] } }) sends it`,
    secrets.length,
  );
}
