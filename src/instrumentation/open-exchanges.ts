import type { HttpExchange } from "./http-exchange.ts";

/** The exchanges that are under way, by the request that Node tells of; each is taken once, by whoever ends it. */
export class OpenExchanges<Request extends object> {
  readonly #open = new WeakMap<Request, HttpExchange>();

  set(request: Request, exchange: HttpExchange): void {
    this.#open.set(request, exchange);
  }

  get(request: Request): HttpExchange | undefined {
    return this.#open.get(request);
  }

  /** Undefined from the second time on. */
  take(request: Request): HttpExchange | undefined {
    const exchange = this.#open.get(request);
    this.#open.delete(request);
    return exchange;
  }
}
