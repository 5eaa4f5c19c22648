// What the services of the request examples have below them: nothing here takes a request, and all of it knows its own.
import { setTimeout as sleep } from "node:timers/promises";
import { currentRequest, jsonLogger, requestCache, withSpan } from "throughline";

const logger = jsonLogger();

export interface Order {
  readonly id: string;
  readonly buyer: string;
}

/** Within one request each order is loaded once, however often it is asked for. */
export function loadOrder(id: string): Promise<Order> {
  return requestCache().get(`order:${id}`, () =>
    withSpan("load order", async () => {
      await sleep(2);
      if (id === "0") throw new RangeError("there is no order 0");
      logger.info("order loaded", { "order.id": id });
      return { id, buyer: "ann" };
    }),
  );
}

export async function showOrder(id: string): Promise<{ order: Order; copies: number; request: string }> {
  const [order, again] = await Promise.all([loadOrder(id), loadOrder(id)]);
  currentRequest().userId = order.buyer;
  return { order, copies: order === again ? 1 : 2, request: currentRequest().id };
}
