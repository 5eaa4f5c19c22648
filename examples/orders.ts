// The orders service: takes an order, asks payments for its fee (node:http) and to charge the card (fetch), and then
// does in other places what is left to do.
import { context, propagation } from "@opentelemetry/api";
import { createServer, get, type IncomingMessage } from "node:http";
import { json } from "node:stream/consumers";
import { counter, currentRequest, jsonLogger, start, withSpan } from "throughline";
import { middleware } from "throughline/http";
import { audit, finishAll, sendMail, writeReceipt } from "./after-the-payment.ts";
import { serveUntilTold } from "./service-process.ts";

const telemetry = start({ service: "orders" });
const serve = middleware({ log: false });
// Its lines go to the collector, and nowhere else.
const logger = jsonLogger({ records: true, write: () => {} });
const orders = counter("orders.placed", { unit: "{order}" });
const payments = process.env["PAYMENTS_URL"] ?? "";

/** From this amount on, in EUR, an order is checked by a program of its own. */
const AUDITED = 215;

interface Order {
  readonly amount: number;
  readonly tier: string;
}

class Declined extends Error {
  override readonly name = "Declined";
}

async function quoteFee(): Promise<number> {
  return withSpan("quote", async () => {
    const response = await new Promise<IncomingMessage>((resolve, reject) =>
      get(`${payments}/fee`, resolve).on("error", reject),
    );
    const { fee } = (await json(response)) as { fee: number };
    return fee;
  });
}

async function chargeCard(amount: number): Promise<void> {
  await withSpan("charge", async () => {
    const response = await fetch(`${payments}/charges`, { method: "POST", body: JSON.stringify({ amount }) });
    if (!response.ok) throw new Declined("the card was declined");
  });
}

async function checkout({ amount, tier }: Order): Promise<void> {
  const baggage = propagation.createBaggage({ "customer.tier": { value: tier } });
  await context.with(propagation.setBaggage(context.active(), baggage), () =>
    withSpan("checkout", { attributes: { "order.amount": amount } }, async () => {
      const fee = await quoteFee();
      await chargeCard(amount + fee);
      logger.info("order paid", { "order.amount": amount });
      await sendMail(await writeReceipt(amount));
      if (amount >= AUDITED) await audit(amount);
    }),
  );
}

const server = createServer((request, response) =>
  serve(request, response, async () => {
    currentRequest().route = "/orders";
    const order = (await json(request)) as Order;
    const outcome = await checkout(order).then(
      () => "paid",
      (error: unknown) => (error instanceof Declined ? "declined" : "failed"),
    );
    orders.add(1, { outcome });
    response.statusCode = { paid: 201, declined: 402, failed: 500 }[outcome] ?? 500;
    response.end();
  }),
);

await serveUntilTold(server, telemetry, finishAll);
