// A metric group as a provider of NestJS, injected into another: node examples/groups-with-nest.ts
import { NestFactory } from "@nestjs/core";
import { metricGroup, MetricGroups, start } from "throughline";

const telemetry = start({ service: "shop", exporter: "console" });

const OrderMetrics = metricGroup("orders", (meter) => ({ placed: meter.createCounter("orders.placed") }));
type OrderMetrics = ReturnType<typeof OrderMetrics.get>;

class Checkout {
  readonly #metrics: OrderMetrics;

  constructor(metrics: OrderMetrics) {
    this.#metrics = metrics;
  }

  buy(): void {
    this.#metrics.placed.add(1);
  }
}

class ShopModule {
  onModuleInit(): void {
    MetricGroups.initializeAll();
  }
}

const app = await NestFactory.createApplicationContext(
  {
    module: ShopModule,
    providers: [
      { provide: OrderMetrics.name, useFactory: () => OrderMetrics.get() },
      {
        provide: Checkout,
        useFactory: (metrics: OrderMetrics) => new Checkout(metrics),
        inject: [OrderMetrics.name],
      },
    ],
  },
  { logger: false },
);
const checkout = app.get(Checkout);

checkout.buy();
OrderMetrics.run({ placed: { add: (value) => console.log(`placed ${value}`) } }, () => checkout.buy());

await app.close();
await telemetry.shutdown();
