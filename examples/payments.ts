// The payments service: quotes a fee, charges cards, declines what is too dear. Knows nothing of who calls it.
import { propagation } from "@opentelemetry/api";
import { createServer } from "node:http";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { annotate, counter, currentRequest, histogram, jsonLogger, start, withSpan } from "throughline";
import { middleware } from "throughline/http";
import { serveUntilTold } from "./service-process.ts";

const telemetry = start({ service: "payments" });
const serve = middleware({ log: false });
// Its lines go to the collector, and nowhere else.
const logger = jsonLogger({ records: true, write: () => {} });
const charges = counter("payments.charges", { unit: "{charge}" });
const amounts = histogram("payments.amount", { unit: "EUR" });

const LIMIT = 900;

async function charge(amount: number): Promise<boolean> {
  return withSpan("authorize", { attributes: { "payment.amount": amount } }, async (span) => {
    // The caller said who is buying: baggage travels with the request, and no function passes it on.
    const tier = propagation.getActiveBaggage()?.getEntry("customer.tier")?.value ?? "unknown";
    annotate({ "customer.tier": tier });
    await sleep(1 + Math.random() * 4);
    const accepted = amount <= LIMIT;
    if (!accepted) span.setStatus({ code: 2, message: `over the limit of ${LIMIT} EUR` });
    charges.add(1, { outcome: accepted ? "accepted" : "declined", tier });
    amounts.record(amount, { tier });
    logger.info(accepted ? "charge accepted" : "charge declined", { "payment.amount": amount });
    return accepted;
  });
}

const server = createServer((request, response) =>
  serve(request, response, async () => {
    const route = request.method === "GET" ? "/fee" : "/charges";
    currentRequest().route = route;
    if (route === "/fee") {
      response.end(JSON.stringify({ fee: 2 }));
      return;
    }
    const { amount } = JSON.parse(await text(request)) as { amount: number };
    response.statusCode = (await charge(amount)) ? 200 : 402;
    response.end();
  }),
);

await serveUntilTold(server, telemetry);
