import { hiddenField } from "../core/hidden-field.ts";
import type { HttpExchange } from "./http-exchange.ts";

/** The exchanges that are under way, by the request that Node tells of; each is taken once, by whoever ends it. */
export class OpenExchanges<Request extends object> {
  readonly #open = hiddenField<HttpExchange | undefined>();

  set(request: Request, exchange: HttpExchange): void {
    this.#open.set(request, exchange);
  }

  get(request: Request): HttpExchange | undefined {
    return this.#open.get(request);
  }

  /** Undefined from the second time on. */
  take(request: Request): HttpExchange | undefined {
    const exchange = this.#open.get(request);
    if (exchange !== undefined) this.#open.set(request, undefined);
    return exchange;
  }
}
