import type { MeterProvider } from "@opentelemetry/api";
import { currentContext, meterProviderIn, providersIn } from "../context/current.ts";
import type { Providers } from "../context/providers.ts";
import { describe, report } from "../core/diagnostics.ts";
import { processWide } from "../core/process-wide.ts";

/** What is to be asked at each collection. */
export interface RegisteredCallback {
  /**
   * Asks from now on whenever `provider` collects, until what is returned is called; what the asking measures itself goes
   * to `providers`.
   */
  attach(provider: MeterProvider, providers: Providers | undefined): () => void;
}

type Attached = Map<RegisteredCallback, () => void>;

/** Of all copies of this package. */
const state = processWide("callbacks", () => ({
  /** What belongs to the telemetry of the process: to whichever `start()` makes. */
  ofProcess: new Set<RegisteredCallback>(),
  /** How to take each away again, by the provider, which nothing here keeps. */
  attached: new WeakMap<MeterProvider, Attached>(),
  providers: new Set<WeakRef<MeterProvider>>(),
  /** How many callbacks are being called. */
  asking: 0,
  /** Where a group is being made: what it has registered. */
  within: undefined as RegisteredCallback[] | undefined,
}));

const gone = new FinalizationRegistry<WeakRef<MeterProvider>>((reference) =>
  state.providers.delete(reference),
);

/** On a provider that looks for the current one itself, so that it is no place to be asked by. */
const DELEGATES = Symbol.for("throughline.1.delegates");

export function delegating<Provider extends MeterProvider>(provider: Provider): Provider {
  return Object.assign(provider, { [DELEGATES]: true });
}

export function isDelegating(provider: MeterProvider): boolean {
  return DELEGATES in provider;
}

/** Of the telemetry that the current context has of its own, and gone with it; else of the process's. */
export function register(callback: RegisteredCallback): void {
  state.within?.push(callback);
  const current = currentContext();
  const { providers } = current;
  if (providers !== undefined) return attachOnce(callback, providers.meterProvider, providers);
  state.ofProcess.add(callback);
  attachOnce(callback, meterProviderIn(current), providersIn(current));
}

/** From now on nobody asks it. */
export function unregister(callback: RegisteredCallback): void {
  state.ofProcess.delete(callback);
  for (const reference of state.providers) {
    const provider = reference.deref();
    if (provider === undefined) state.providers.delete(reference);
    else detach(callback, provider);
  }
}

/** What belongs to the process is asked by this provider, too: that of `start()`, of a test, or another SDK's. */
export function attachCallbacksOfProcess(provider: MeterProvider, providers?: Providers): void {
  for (const callback of state.ofProcess) attachOnce(callback, provider, providers);
}

/** What `fn` returns, and how to unregister all that it has registered; where it throws that is done. */
export function registeredIn<Result>(fn: () => Result): readonly [result: Result, end: () => void] {
  const outer = state.within;
  const own: RegisteredCallback[] = [];
  const end = (): void => own.splice(0).forEach(unregister);
  state.within = own;
  try {
    return [fn(), end];
  } catch (thrown) {
    end();
    throw thrown;
  } finally {
    state.within = outer;
  }
}

/** Never throws: the provider may be another SDK's. */
function attachOnce(
  callback: RegisteredCallback,
  provider: MeterProvider,
  providers: Providers | undefined,
): void {
  try {
    if (isDelegating(provider)) return;
    const attached = attachedTo(provider);
    if (!attached.has(callback)) attached.set(callback, callback.attach(provider, providers));
  } catch (thrown) {
    report("plugin_failed", `a meter provider takes no observable instrument (${describe(thrown)})`);
  }
}

function attachedTo(provider: MeterProvider): Attached {
  const known = state.attached.get(provider);
  if (known !== undefined) return known;
  const attached: Attached = new Map();
  state.attached.set(provider, attached);
  const reference = new WeakRef(provider);
  state.providers.add(reference);
  gone.register(provider, reference);
  return attached;
}

function detach(callback: RegisteredCallback, provider: MeterProvider): void {
  const attached = state.attached.get(provider);
  const end = attached?.get(callback);
  attached?.delete(callback);
  if (end === undefined) return;
  // A provider that goes through its list just now would pass over the next.
  if (state.asking > 0) queueMicrotask(() => endGuarded(end));
  else endGuarded(end);
}

function endGuarded(end: () => void): void {
  try {
    end();
  } catch (thrown) {
    report("plugin_failed", `a meter provider keeps an observable instrument (${describe(thrown)})`);
  }
}

/** Asks somebody's function: whatever that ends is taken away once the provider has asked all. */
export function asking<Answer>(ask: () => Answer): Answer {
  state.asking++;
  try {
    return ask();
  } finally {
    state.asking--;
  }
}
