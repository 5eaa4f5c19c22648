import type { Metric, MetricEvent } from "../../src/recorders/metric.ts";
import type { MetricsRecorder } from "../../src/recorders/metrics-recorder.ts";

export interface OrderEvent extends MetricEvent {
  readonly type: "order" | "boom" | "async" | "nothing";
  readonly number?: number;
}

/** Counts orders, and those that came before an earlier one. */
function orders(name: string): Metric<OrderEvent> {
  let [total, last, misplaced] = [0, -1, 0];
  return {
    name,
    handle({ type, number = last + 1 }) {
      if (type !== "order") return false;
      if (number <= last) misplaced++;
      last = number;
      total++;
      return true;
    },
    snapshot: () => ({ name, dimensions: { total, misplaced } }),
  };
}

const fragile: Metric<OrderEvent> = {
  name: "fragile",
  handle({ type }) {
    if (type === "async") return Promise.reject(new Error("late")) as never;
    if (type === "boom") throw new Error("on purpose");
    return false;
  },
  snapshot: () => ({ name: "fragile", dimensions: { odd: "text" as never, one: 1 } }),
};

const unreadable: Metric<OrderEvent> = {
  name: "unreadable",
  handle: () => false,
  snapshot() {
    throw new Error("unreadable");
  },
};

/** What each recorder of the contract counts with, by the recorder's name. */
export const METRICS: Readonly<Record<string, () => readonly Metric<OrderEvent>[]>> = {
  orders: () => [fragile, orders("orders"), orders("__proto__")],
  unreadable: () => [unreadable, orders("orders")],
};

export function registerMetrics(recorder: MetricsRecorder<OrderEvent>): void {
  for (const metric of METRICS[recorder.name]?.() ?? []) recorder.registerMetric(metric);
}
