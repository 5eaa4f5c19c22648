import {
  type Context as ApiContext,
  defaultTextMapGetter,
  defaultTextMapSetter,
  type TextMapGetter,
  trace,
} from "@opentelemetry/api";
import { describe, report } from "../core/diagnostics.ts";
import { isArray } from "../core/noun.ts";
import { asSpan, Context } from "./context.ts";
import { propagatorIn } from "./current.ts";
import { isInjectionSuppressed } from "./suppression.ts";
import { processVariables, type Texts, withArrived, withTravellingBaggage } from "./travelling-registry.ts";

/**
 * A context as plain texts, for where no reference can go, a worker or a child process: `traceparent`, `tracestate` and
 * `baggage`, or whatever the propagators make, and the variables that travel there. Other keys stay behind.
 */
export type Carrier = Readonly<Record<string, string>>;

/** The variables, as JSON: their texts by their names. */
export const VARIABLES = "throughline-variables";

/** In UTF-16 units: what we send is shorter, escapes and all. */
const LONGEST_VARIABLES = 256 * 1024;

/** Never throws. */
export function carrierOf(context: Context): Carrier {
  const carrier: Record<string, string> = {};
  try {
    if (!isInjectionSuppressed(context))
      propagatorIn(context).inject(withTravellingBaggage(context), carrier, defaultTextMapSetter);
    const variables = processVariables(context);
    if (variables !== undefined) carrier[VARIABLES] = variables;
  } catch (thrown) {
    report("no_injection", `a context could not be put into a carrier (${describe(thrown)})`);
  }
  return carrier;
}

/** `empty` with all that a carrier of ours tells; itself where that tells nothing. Never throws. */
export function contextFrom(carrier: unknown, empty: Context): Context {
  const context = extracted(carrier, empty, defaultTextMapGetter);
  const texts = textsOf(carrier);
  return texts === undefined ? context : withArrived(context, texts);
}

/** `empty` with the trace and the baggage that any carrier tells of. Never throws. */
export function extracted(carrier: unknown, empty: Context, getter: TextMapGetter<unknown>): Context {
  try {
    return ownOf(propagatorIn(empty).extract(empty, carrier, getter), empty);
  } catch (thrown) {
    report("invalid_argument", `a carrier could not be read (${describe(thrown)})`);
    return empty;
  }
}

/** A propagator of others may answer with a context of its own making. */
export function ownOf(context: ApiContext, { providers, scope }: Context): Context {
  if (Context.isOurs(context)) return context;
  return new Context(asSpan(trace.getSpan(context)), providers, scope, undefined, context);
}

function textsOf(carrier: unknown): Texts | undefined {
  try {
    const json = (carrier as { readonly [VARIABLES]?: unknown } | null | undefined)?.[VARIABLES];
    if (typeof json !== "string" || json.length > LONGEST_VARIABLES) return undefined;
    const told: unknown = JSON.parse(json);
    const entries = typeof told === "object" && told !== null && !isArray(told) ? Object.entries(told) : [];
    return new Map(entries.filter((entry): entry is [string, string] => typeof entry[1] === "string"));
  } catch (thrown) {
    report("invalid_argument", `the variables in a carrier could not be read (${describe(thrown)})`);
    return undefined;
  }
}
