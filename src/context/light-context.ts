import type { Context as ApiContext } from "@opentelemetry/api";
import { Context } from "./context.ts";

/**
 * Any API context with values laid over it: for one who adds a few, as a propagator does, a tenth of what a copy of
 * all takes. It is entered as whatever lies below it would be.
 */
export class LightContext implements ApiContext {
  readonly #below: ApiContext;
  /** Key, value, key, value …: there are few. */
  readonly #entries: readonly unknown[];

  private constructor(below: ApiContext, entries: readonly unknown[]) {
    this.#below = below;
    this.#entries = entries;
  }

  /** Ours are light already, and what is no context stays as it is. */
  static over(context: ApiContext): ApiContext {
    return isOfOthers(context) ? new LightContext(context, []) : context;
  }

  getValue(key: symbol): unknown {
    const place = placeOf(this.#entries, key);
    return place < 0 ? this.#below.getValue(key) : this.#entries[place + 1];
  }

  setValue(key: symbol, value: unknown): LightContext {
    const place = placeOf(this.#entries, key);
    const entries = place < 0 ? [...this.#entries, key, value] : this.#entries.with(place + 1, value);
    return new LightContext(this.#below, entries);
  }

  deleteValue(key: symbol): LightContext {
    return this.setValue(key, undefined);
  }
}

function placeOf(entries: readonly unknown[], key: symbol): number {
  for (let place = 0; place < entries.length; place += 2) if (entries[place] === key) return place;
  return -1;
}

function isOfOthers(context: ApiContext): boolean {
  try {
    return typeof context.setValue === "function" && !Context.isOurs(context);
  } catch {
    return false;
  }
}
