import type { Context as ApiContext } from "@opentelemetry/api";
import { Context } from "./context.ts";

/** So many values lie one over the other at most: then all are put into what lies below, each key once. */
const DEPTH_LIMIT = 8;

/**
 * Any API context with a value laid over it, for one who adds a few, as a propagator does: the values below are not
 * copied. It is entered as whatever lies below it would be.
 */
export class LayeredContext implements ApiContext {
  readonly #below: ApiContext;
  readonly #key: symbol | undefined;
  readonly #value: unknown;
  readonly #depth: number;

  private constructor(below: ApiContext, key?: symbol, value?: unknown, depth = 0) {
    this.#below = below;
    this.#key = key;
    this.#value = value;
    this.#depth = depth;
  }

  /** Ours need none, and what is no context stays as it is. */
  static over(context: ApiContext): ApiContext {
    return isOfOthers(context) ? new LayeredContext(context) : context;
  }

  getValue(key: symbol): unknown {
    return key === this.#key ? this.#value : this.#below.getValue(key);
  }

  setValue(key: symbol, value: unknown): LayeredContext {
    if (this.#depth < DEPTH_LIMIT) return new LayeredContext(this, key, value, this.#depth + 1);
    return new LayeredContext(this.#flat(), key, value);
  }

  deleteValue(key: symbol): LayeredContext {
    return this.setValue(key, undefined);
  }

  #flat(): ApiContext {
    const below = this.#below instanceof LayeredContext ? this.#below.#flat() : this.#below;
    return this.#key === undefined ? below : below.setValue(this.#key, this.#value);
  }
}

function isOfOthers(context: ApiContext): boolean {
  try {
    return (
      !(context instanceof LayeredContext) &&
      typeof context.setValue === "function" &&
      !Context.isOurs(context)
    );
  } catch {
    return false;
  }
}
