import { describe, report } from "../core/diagnostics.ts";

/** The first of several errors: it is the one that is thrown, with those that came later in its `cleanupErrors`. */
export class FirstError {
  #first: { readonly reason: unknown } | undefined;

  get isThere(): boolean {
    return this.#first !== undefined;
  }

  get reason(): unknown {
    return this.#first?.reason;
  }

  add(reason: unknown): void {
    if (this.#first === undefined) this.#first = { reason };
    else if (this.#first.reason !== reason) attach(this.#first.reason, reason);
  }

  /** Whether it went well; what it throws is added. */
  async attempt(act: () => unknown): Promise<boolean> {
    try {
      await act();
      return true;
    } catch (thrown) {
      this.add(thrown);
      return false;
    }
  }

  /** For whoever is to know that nobody knows the state of something. */
  fault(): Error | undefined {
    return this.isThere ? new Error("its state is not known", { cause: this.reason }) : undefined;
  }

  throwIfThere(): void {
    if (this.#first !== undefined) throw this.#first.reason;
  }
}

function attach(first: unknown, later: unknown): void {
  if (isAttached(first, later)) return;
  // It takes none: a text, say, or frozen.
  report("cleanup_failed", `a transaction failed (${describe(first)}), and then again (${describe(later)})`);
}

/** An error that is thrown again and again, the reason of a signal say, would gather them without end. */
const MOST = 16;

function isAttached(first: unknown, later: unknown): boolean {
  try {
    const error = first as { cleanupErrors?: unknown[] };
    if (error.cleanupErrors === undefined) error.cleanupErrors = [later];
    else if (error.cleanupErrors.length < MOST) error.cleanupErrors.push(later);
    return error.cleanupErrors.includes(later);
  } catch {
    return false;
  }
}
