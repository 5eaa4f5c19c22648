import { metricGroup } from "../../src/groups/metric-group.ts";
import { ShopMetrics } from "./shop-metrics.ts";

/** The other half. */
export const MailMetrics = metricGroup("mail", (meter) => {
  const shop = ShopMetrics.get();
  const sent = meter.createCounter("mail.sent");
  return { sent, ordered: () => shop.orders };
});

export function noteMail(): void {
  MailMetrics.get().sent.add(1);
  ShopMetrics.get().orders.add(1);
}
