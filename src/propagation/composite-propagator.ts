import {
  type Context,
  defaultTextMapGetter,
  defaultTextMapSetter,
  propagation,
  type TextMapGetter,
  type TextMapPropagator,
  type TextMapSetter,
} from "@opentelemetry/api";
import { LayeredContext } from "../context/layered-context.ts";
import { isInjectionSuppressed } from "../context/suppression.ts";
import { describe, report } from "../core/diagnostics.ts";
import type { Redactor } from "../core/redaction.ts";
import { ignoreRejection } from "../core/rejection.ts";

import { withSafeBaggage } from "./safe-baggage.ts";

/** Propagators in turn, ours or others', each made safe: one that fails costs the others nothing.  (Propagators API, Composite) */
export class CompositePropagator implements TextMapPropagator {
  readonly #propagators: readonly TextMapPropagator[];
  readonly #redactor: Redactor | undefined;

  /** With a `redactor` none of them tells the secrets in baggage. */
  constructor(propagators: readonly TextMapPropagator[], redactor?: Redactor) {
    this.#propagators = propagators;
    this.#redactor = redactor;
  }

  /** Nothing where tracing is suppressed, or others have told. */
  inject<Carrier>(
    context: Context,
    carrier: Carrier,
    setter: TextMapSetter<Carrier> = defaultTextMapSetter,
  ): void {
    if (isInjectionSuppressed(context)) return;
    const told = this.#toldOf(context);
    for (const propagator of this.#propagators) {
      try {
        const result: unknown = propagator.inject(told, carrier, setter);
        if (result !== undefined) ignoreRejection(result);
      } catch (thrown) {
        report("no_injection", `a carrier took no trace context (${describe(thrown)})`);
      }
    }
  }

  /** Baggage that cannot be looked through does not leave. */
  #toldOf(context: Context): Context {
    if (this.#redactor === undefined) return context;
    try {
      return withSafeBaggage(context, this.#redactor);
    } catch (thrown) {
      report("no_injection", `baggage could not be read, and was not sent (${describe(thrown)})`);
      return propagation.deleteBaggage(context);
    }
  }

  /** What cannot be read leaves the context as it was. */
  extract<Carrier>(
    context: Context,
    carrier: Carrier,
    getter: TextMapGetter<Carrier> = defaultTextMapGetter,
  ): Context {
    const before = LayeredContext.over(context);
    let extracted = before;
    for (const propagator of this.#propagators) {
      try {
        const result = propagator.extract(extracted, carrier, getter);
        if (typeof result.getValue === "function") extracted = result;
        else ignoreRejection(result);
      } catch (thrown) {
        report("invalid_argument", `a carrier could not be read (${describe(thrown)})`);
      }
    }
    return extracted === before ? context : extracted;
  }

  fields(): string[] {
    return [...new Set(this.#propagators.flatMap((propagator) => propagator.fields()))];
  }
}
