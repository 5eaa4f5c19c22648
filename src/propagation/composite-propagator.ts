import {
  type Context,
  defaultTextMapGetter,
  defaultTextMapSetter,
  type TextMapGetter,
  type TextMapPropagator,
  type TextMapSetter,
} from "@opentelemetry/api";
import { isInjectionSuppressed } from "../context/suppression.ts";
import { describe, report } from "../core/diagnostics.ts";

/** Propagators in turn, ours or others', each made safe: one that fails costs the others nothing.  (Propagators API, Composite) */
export class CompositePropagator implements TextMapPropagator {
  readonly #propagators: readonly TextMapPropagator[];

  constructor(propagators: readonly TextMapPropagator[]) {
    this.#propagators = propagators;
  }

  /** Nothing where tracing is suppressed, or others have told. */
  inject<Carrier>(
    context: Context,
    carrier: Carrier,
    setter: TextMapSetter<Carrier> = defaultTextMapSetter,
  ): void {
    if (isInjectionSuppressed(context)) return;
    for (const propagator of this.#propagators)
      attempt(() => propagator.inject(context, carrier, setter), "no_injection", "took no trace context");
  }

  /** What cannot be read leaves the context as it was. */
  extract<Carrier>(
    context: Context,
    carrier: Carrier,
    getter: TextMapGetter<Carrier> = defaultTextMapGetter,
  ): Context {
    let extracted = context;
    for (const propagator of this.#propagators)
      attempt(
        () => (extracted = propagator.extract(extracted, carrier, getter)),
        "invalid_argument",
        "could not be read",
      );
    return extracted;
  }

  fields(): string[] {
    return [...new Set(this.#propagators.flatMap((propagator) => propagator.fields()))];
  }
}

function attempt(act: () => unknown, trouble: "no_injection" | "invalid_argument", what: string): void {
  try {
    act();
  } catch (thrown) {
    report(trouble, `a carrier ${what} (${describe(thrown)})`);
  }
}
