import type { MeterProvider } from "@opentelemetry/api";
import { currentContext, meterProviderIn, providersIn } from "../context/current.ts";
import type { Providers } from "../context/providers.ts";
import { describe, report } from "../core/diagnostics.ts";
import { processWide } from "../core/process-wide.ts";

/** What is to be asked at each collection. */
export interface Askable {
  /**
   * Asks from now on whenever `provider` collects, until what is returned is called; what the asking measures itself goes
   * to `providers`.
   */
  attach(provider: MeterProvider, providers: Providers | undefined): () => void;
}

type Attached = Map<Askable, () => void>;

/** Of all copies of this package. */
const state = processWide("collected", () => ({
  /** What belongs to the telemetry of the process: to whichever `start()` makes. */
  ofProcess: new Set<Askable>(),
  /** How to take each away again, by the provider, which nothing here keeps. */
  attached: new WeakMap<MeterProvider, Attached>(),
  providers: new Set<WeakRef<MeterProvider>>(),
  /** Where a group is being made: what it asks for. */
  gathered: undefined as Askable[] | undefined,
}));

/** On a provider that looks for the current one itself, so that it is no place to be asked by. */
const DELEGATES = Symbol.for("throughline.1.delegates");

export function delegating<Provider extends MeterProvider>(provider: Provider): Provider {
  return Object.assign(provider, { [DELEGATES]: true });
}

/** Of the telemetry that the current context has of its own, and gone with it; else of the process's. */
export function collect(askable: Askable): void {
  state.gathered?.push(askable);
  const current = currentContext();
  const { providers } = current;
  if (providers !== undefined) return attachOnce(askable, providers.meterProvider, providers);
  state.ofProcess.add(askable);
  attachOnce(askable, meterProviderIn(current), providersIn(current));
}

/** From now on nobody asks it. */
export function collectNoMore(askable: Askable): void {
  state.ofProcess.delete(askable);
  for (const reference of state.providers) {
    const provider = reference.deref();
    if (provider === undefined) state.providers.delete(reference);
    else detach(askable, provider);
  }
}

/** What belongs to the process is asked by this provider, too: that of `start()`, of a test, or another SDK's. */
export function collectOfProcess(provider: MeterProvider, providers?: Providers): void {
  for (const askable of state.ofProcess) attachOnce(askable, provider, providers);
}

/** What `fn` returns, and how to end all that is asked since it. */
export function gathered<Result>(fn: () => Result): readonly [result: Result, end: () => void] {
  const outer = state.gathered;
  const own: Askable[] = [];
  state.gathered = own;
  try {
    return [fn(), () => own.splice(0).forEach(collectNoMore)];
  } finally {
    state.gathered = outer;
  }
}

/** Never throws: the provider may be another SDK's. */
function attachOnce(askable: Askable, provider: MeterProvider, providers: Providers | undefined): void {
  try {
    if (DELEGATES in provider) return;
    const attached = attachedTo(provider);
    if (!attached.has(askable)) attached.set(askable, askable.attach(provider, providers));
  } catch (thrown) {
    report("plugin_failed", `a meter provider takes no observable instrument (${describe(thrown)})`);
  }
}

function attachedTo(provider: MeterProvider): Attached {
  const known = state.attached.get(provider);
  if (known !== undefined) return known;
  const attached: Attached = new Map();
  state.attached.set(provider, attached);
  state.providers.add(new WeakRef(provider));
  return attached;
}

function detach(askable: Askable, provider: MeterProvider): void {
  const attached = state.attached.get(provider);
  const end = attached?.get(askable);
  attached?.delete(askable);
  try {
    end?.();
  } catch (thrown) {
    report("plugin_failed", `a meter provider keeps an observable instrument (${describe(thrown)})`);
  }
}
