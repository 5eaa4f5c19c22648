import { metricGroup } from "../../src/groups/metric-group.ts";
import { MailMetrics } from "./mail-metrics.ts";

/** Half of a pair of modules that use each other's groups. */
export const ShopMetrics = metricGroup("shop", (meter) => {
  const mail = MailMetrics.get();
  const orders = meter.createCounter("shop.orders");
  return { orders, mailed: () => mail.sent };
});

export function noteOrder(): void {
  ShopMetrics.get().orders.add(1);
  MailMetrics.get().sent.add(1);
}
