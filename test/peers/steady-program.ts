// Makes a span and counts it every few milliseconds. Asked for it, it tells the account; told to stop, the last one.
import { counter, start, withSpan } from "throughline";

const telemetry = start({ service: "shop" });
const made = counter("shop.made");

let number = 0;
const timer = setInterval(() => {
  withSpan(`span ${number++}`, () => made.add(1));
}, 5);

process.on("message", async (message) => {
  if (message === "report") return process.send?.(telemetry.report());
  clearInterval(timer);
  process.send?.(await telemetry.shutdown({ timeout: 20_000 }));
  process.disconnect();
});
