import type { MeterProvider } from "@opentelemetry/api";
import { currentContext, meterProviderIn, providersIn } from "../context/current.ts";
import type { Providers } from "../context/providers.ts";
import { describe, report } from "../core/diagnostics.ts";
import { processWide } from "../core/process-wide.ts";

/** What is to be asked at each collection. */
export interface Askable {
  /** Asks from now on whenever `provider` collects; what the asking measures itself goes to `providers`. */
  attach(provider: MeterProvider, providers: Providers | undefined): void;
}

/** Of all copies of this package. */
const state = processWide("collected", () => ({
  /** What belongs to the telemetry of the process: to whichever `start()` makes. */
  ofProcess: new Set<Askable>(),
  attached: new WeakMap<MeterProvider, WeakSet<Askable>>(),
}));

/** On a provider that looks for the current one itself, so that it is no place to be asked by. */
const DELEGATES = Symbol.for("throughline.1.delegates");

export function delegating<Provider extends MeterProvider>(provider: Provider): Provider {
  return Object.assign(provider, { [DELEGATES]: true });
}

/** Of the telemetry that the current context has of its own, and gone with it; else of the process's. */
export function collect(askable: Askable): void {
  const { providers } = currentContext();
  if (providers !== undefined) return attachOnce(askable, providers.meterProvider, providers);
  state.ofProcess.add(askable);
  const current = currentContext();
  attachOnce(askable, meterProviderIn(current), providersIn(current));
}

export function collectNoMore(askable: Askable): void {
  state.ofProcess.delete(askable);
}

/** What belongs to the process is asked by this provider, too: that of `start()`, of a test, or another SDK's. */
export function collectOfProcess(provider: MeterProvider, providers?: Providers): void {
  for (const askable of state.ofProcess) attachOnce(askable, provider, providers);
}

/** Never throws: the provider may be another SDK's. */
function attachOnce(askable: Askable, provider: MeterProvider, providers: Providers | undefined): void {
  try {
    if (DELEGATES in provider) return;
    const attached = state.attached.get(provider) ?? new WeakSet();
    if (attached.has(askable)) return;
    state.attached.set(provider, attached.add(askable));
    askable.attach(provider, providers);
  } catch (thrown) {
    report("plugin_failed", `a meter provider takes no observable instrument (${describe(thrown)})`);
  }
}
