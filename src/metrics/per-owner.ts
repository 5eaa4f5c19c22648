import { currentContext } from "../context/current.ts";
import type { Providers } from "../context/providers.ts";

/** What each telemetry has of something, gone with it, and what the process has. */
export class PerOwner<Own extends object> {
  readonly #make: () => Own;
  readonly #ofProcess: Own;
  readonly #byOwner = new WeakMap<Providers, Own>();
  readonly #others = new Set<WeakRef<Own>>();
  readonly #gone = new FinalizationRegistry<WeakRef<Own>>((reference) => this.#others.delete(reference));

  constructor(make: () => Own) {
    this.#make = make;
    this.#ofProcess = make();
  }

  /** What whoever would ask by the current context has. */
  current(): Own {
    const { providers } = currentContext();
    if (providers === undefined) return this.#ofProcess;
    const known = this.#byOwner.get(providers);
    if (known !== undefined) return known;
    const own = this.#make();
    const reference = new WeakRef(own);
    this.#byOwner.set(providers, own);
    this.#others.add(reference);
    this.#gone.register(own, reference);
    return own;
  }

  all(): Own[] {
    const others = Array.from(this.#others, (reference) => reference.deref());
    return [this.#ofProcess, ...others.filter((own) => own !== undefined)];
  }
}
