import type { Context as ApiContext } from "@opentelemetry/api";
import { Context } from "./context.ts";

/**
 * Any API context with values laid over it: for one who adds a few, as a propagator does, a tenth of what a copy of
 * all takes. It is entered as whatever lies below it would be.
 */
export class LightContext implements ApiContext {
  readonly #below: ApiContext;
  readonly #key: symbol | undefined;
  readonly #value: unknown;

  private constructor(below: ApiContext, key?: symbol, value?: unknown) {
    this.#below = below;
    this.#key = key;
    this.#value = value;
  }

  /** Ours are light already, and so is what is no context. */
  static over(context: ApiContext): ApiContext {
    return isOfOthers(context) ? new LightContext(context) : context;
  }

  getValue(key: symbol): unknown {
    return key === this.#key ? this.#value : this.#below.getValue(key);
  }

  setValue(key: symbol, value: unknown): LightContext {
    return new LightContext(this.#key === undefined ? this.#below : this, key, value);
  }

  deleteValue(key: symbol): LightContext {
    return this.setValue(key, undefined);
  }
}

function isOfOthers(context: ApiContext): boolean {
  try {
    return typeof context.setValue === "function" && !Context.isOurs(context);
  } catch {
    return false;
  }
}
