// Measures with every instrument, is collected twice, and tells the account. How the metrics travel, and as what, is
// set by the environment.
import { metrics, ValueType } from "@opentelemetry/api";
import { counter, start } from "throughline";

const telemetry = start({
  version: "1.2.0",
  resource: { "service.namespace": "market", "service.instance.id": "shop-1", "shop.floors": 3 },
});
const meter = metrics.getMeter("acme-shop", "2.3.4", { schemaUrl: "https://example.test/schema" });

const orders = counter("shop.orders", { unit: "{order}", description: "Orders that were placed" });
const weight = meter.createCounter("shop.weight", { unit: "kg", valueType: ValueType.DOUBLE });
const queue = meter.createUpDownCounter("shop.queue", { unit: "{customer}", valueType: ValueType.INT });
const duration = meter.createHistogram("shop.checkout.duration", {
  unit: "s",
  advice: { explicitBucketBoundaries: [0.1, 0.5, 1] },
});
const temperature = meter.createGauge("shop.temperature", { unit: "Cel" });
const light = { "lamp.żółta": true, floors: ["1", "2"] };
meter.createObservableGauge("shop.light", { unit: "1" }).addCallback((result) => result.observe(0.25, light));
let bytes = 1000;
meter.createObservableCounter("shop.sent", { unit: "By" }).addCallback((result) => result.observe(bytes));
meter
  .createObservableUpDownCounter("shop.shelves", { unit: "{shelf}" })
  .addCallback((result) => result.observe(-4));

orders.add(2, { currency: "EUR" });
orders.add(1, { currency: "USD", vip: true });
weight.add(0.25);
queue.add(5);
queue.add(-7);
for (const seconds of [0.05, 0.5, 0.75, 4]) duration.record(seconds, { till: 7 });
temperature.record(-3.5, { room: "cellar" });
await telemetry.flush();

orders.add(3, { currency: "EUR" });
weight.add(1.5);
queue.add(1);
for (const seconds of [0, 1]) duration.record(seconds, { till: 7 });
temperature.record(-2.5, { room: "cellar" });
bytes += 500;
console.log(JSON.stringify(await telemetry.shutdown()));
