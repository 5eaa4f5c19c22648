import type { TextMapPropagator } from "@opentelemetry/api";
import { createRequire } from "node:module";
import { join } from "node:path";
import { describe, quote, report } from "../core/diagnostics.ts";
import type { Redactor } from "../core/redaction.ts";
import { BaggagePropagator } from "../propagation/baggage-propagator.ts";
import { CompositePropagator } from "../propagation/composite-propagator.ts";
import { TraceContextPropagator } from "../propagation/trace-context-propagator.ts";
import { W3C_PROPAGATOR } from "../propagation/w3c-propagator.ts";

/** A propagator of an official package: its class, and what that is made with. */
type Foreign = readonly [packageName: string, className: string, options?: object];

const OURS: Readonly<Record<string, () => TextMapPropagator>> = {
  tracecontext: () => new TraceContextPropagator(),
  baggage: () => new BaggagePropagator(),
};

const B3 = "@opentelemetry/propagator-b3";

/** The names that the specification knows beside ours.  (Specification: General SDK Configuration, OTEL_PROPAGATORS) */
const FOREIGN: Readonly<Record<string, Foreign>> = {
  b3: [B3, "B3Propagator"],
  b3multi: [B3, "B3Propagator", { injectEncoding: 1 }],
  jaeger: ["@opentelemetry/propagator-jaeger", "JaegerPropagator"],
  xray: ["@opentelemetry/propagator-aws-xray", "AWSXRayPropagator"],
  ottrace: ["@opentelemetry/propagator-ot-trace", "OTTracePropagator"],
};

/** The propagators of these names, in turn; W3C's where nobody names any, none for `none`. */
export function propagatorNamed(
  names: readonly string[] | undefined,
  redactor: Redactor | undefined,
): TextMapPropagator {
  if (names === undefined) return new CompositePropagator([W3C_PROPAGATOR], redactor);
  if (names.includes("none")) return new CompositePropagator([]);
  const propagators = [...new Set(names)].map((name) =>
    Object.hasOwn(OURS, name) ? OURS[name]?.() : foreign(name),
  );
  return new CompositePropagator(
    propagators.filter((each) => each !== undefined),
    redactor,
  );
}

function foreign(name: string): TextMapPropagator | undefined {
  const known = Object.hasOwn(FOREIGN, name) ? FOREIGN[name] : undefined;
  if (known === undefined) {
    const names = [...Object.keys(OURS), ...Object.keys(FOREIGN), "none"].join(", ");
    report("invalid_configuration", `no propagator is called ${quote(name)}; there are ${names}`);
    return undefined;
  }
  const [packageName, className, options] = known;
  try {
    const classes = load(packageName) as Record<string, new (options?: object) => TextMapPropagator>;
    const Propagator = classes[className];
    return Propagator === undefined ? undefined : new Propagator(options);
  } catch (thrown) {
    report(
      "invalid_configuration",
      `the propagator ${name} comes with the package ${packageName}, which cannot be loaded (${describe(thrown).split("\n")[0]}): npm install ${packageName}`,
    );
    return undefined;
  }
}

/** What the program has installed, else what is beside us. */
function load(packageName: string): unknown {
  try {
    return createRequire(join(process.cwd(), "package.json"))(packageName);
  } catch {
    return createRequire(import.meta.url)(packageName);
  }
}
