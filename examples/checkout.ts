// What the examples of tests are about: an order is reserved, charged and counted.
import { annotate, counter, withSpan } from "throughline";

const orders = counter("shop.orders", { unit: "{order}", attributeKeys: ["currency"] });

export interface Cart {
  readonly total: number;
  readonly currency: string;
}

export async function checkout({ total, currency }: Cart): Promise<boolean> {
  return withSpan("checkout", async () => {
    await withSpan("reserve", async () => {});
    const isPaid = await withSpan("charge", async () => {
      annotate({ "payment.amount": total });
      return total < 1_000;
    });
    if (isPaid) orders.add(1, { currency });
    return isPaid;
  });
}
