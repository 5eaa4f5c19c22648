import { describe, report } from "../core/diagnostics.ts";

/** The first of several errors: it is the one that is thrown, with those that came later in its `suppressed`. */
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

  /** Whether it went well. Never rejects. */
  async adds(act: () => unknown): Promise<boolean> {
    try {
      await act();
      return true;
    } catch (thrown) {
      this.add(thrown);
      return false;
    }
  }

  throwIfThere(): void {
    if (this.#first !== undefined) throw this.#first.reason;
  }
}

function attach(first: unknown, later: unknown): void {
  try {
    const { suppressed } = first as { suppressed?: unknown };
    if (Array.isArray(suppressed)) suppressed.push(later);
    else (first as { suppressed: unknown }).suppressed = [later];
  } catch {
    // It takes none: a text, say, or frozen.
    report(
      "cleanup_failed",
      `a transaction failed (${describe(first)}), and then again (${describe(later)})`,
    );
  }
}
