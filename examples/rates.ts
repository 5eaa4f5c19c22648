// A shop that needs rates from another service: asked for once however many need them, given up after a while, and used
// for many orders, some at once. node examples/rates.ts
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { batch, singleFlight, TimeoutError, withTimeout } from "throughline";

let asked = 0;
let isHanging = false;
const bank = createServer(async (_request, response) => {
  asked++;
  await sleep(isHanging ? 60_000 : 20, undefined, { ref: false });
  response.end(JSON.stringify({ EUR: 1, USD: 1.25 }));
});
await once(bank.listen(0, "127.0.0.1"), "listening");
const url = `http://127.0.0.1:${(bank.address() as AddressInfo).port}`;

/** The body is asked for in time, too. */
async function askBank(signal: AbortSignal): Promise<Record<string, number>> {
  const answer = await fetch(url, { signal });
  return (await answer.json()) as Record<string, number>;
}

const rates = singleFlight(
  async function loadRates({ signal }) {
    return await withTimeout(500, askBank, { signal });
  },
  { maxAge: 60_000 },
);

async function price({
  amount,
  currency,
}: {
  readonly amount: number;
  readonly currency: string;
}): Promise<number> {
  const { [currency]: rate } = await rates();
  if (rate === undefined) throw new RangeError(`no rate for ${currency}`);
  return amount * rate;
}

const orders = [
  { amount: 10, currency: "EUR" },
  { amount: 10, currency: "USD" },
  { amount: 10, currency: "CHF" },
  { amount: 20, currency: "USD" },
];
const { results, errors } = await batch(orders, { concurrency: 2 }, price);
console.log(`${results.join(", ")}; ${errors.join(", ")}; the bank was asked ${asked} time`);

// The bank hangs: who waits is told in time, and whoever asks next, once it is well again, has rates.
isHanging = true;
rates.forget();
const failure: unknown = await rates().catch((error: unknown) => error);
console.log(failure instanceof TimeoutError ? failure.message : failure);
isHanging = false;
console.log(await price({ amount: 100, currency: "USD" }));
bank.close();
bank.closeAllConnections();
