// Metric groups from an awilix container: what it makes under a group's name is the group. node examples/groups-with-awilix.ts
import { asFunction, createContainer } from "awilix";
import { metricGroup, MetricGroups, start } from "throughline";

const telemetry = start({ service: "shop", exporter: "console" });

const OrderMetrics = metricGroup("orderMetrics", (meter) => ({
  placed: meter.createCounter("orders.placed"),
}));

/** A service that keeps the group, as what a container injects is kept. */
class Checkout {
  readonly #metrics = OrderMetrics.get();

  buy(): void {
    this.#metrics.placed.add(1);
  }
}

const container = createContainer().register({
  checkout: asFunction(() => new Checkout()).singleton(),
  orderMetrics: asFunction(() => ({
    placed: { add: (value: number) => console.log(`placed ${value}`) },
  })).singleton(),
});
const checkout = container.resolve<Checkout>("checkout");

MetricGroups.initializeAll(container.cradle);
checkout.buy();

MetricGroups.resetAll();
checkout.buy();
await telemetry.shutdown();
