import type { Observe, Observed } from "../metrics/instruments.ts";
import { meter, POOL } from "./pool-meter.ts";

/** How a pool of connections is used at the moment. */
export interface PoolUsage {
  readonly used: number;
  readonly idle: number;
  /** How many wait for a connection. */
  readonly pending?: number | undefined;
  /** How many connections there may be. */
  readonly max?: number | undefined;
}

const STATE = "db.client.connection.state";

/** Asked at each collection, by each of the metrics. */
export function observeUsage(usage: () => PoolUsage, name: string): Observed[] {
  const attributes = { [POOL]: name };
  const observe = (
    metric: string,
    unit: string,
    description: string,
    tell: (observe: Observe, now: PoolUsage) => void,
  ): Observed => meter.observableUpDownCounter(metric, { unit, description }, (to) => tell(to, usage()));
  return [
    observe(
      "db.client.connection.count",
      "{connection}",
      "Connections, by whether they are used or idle.",
      (to, { used, idle }) => {
        to(used, { ...attributes, [STATE]: "used" });
        to(idle, { ...attributes, [STATE]: "idle" });
      },
    ),
    observe(
      "db.client.connection.max",
      "{connection}",
      "How many connections there may be.",
      (to, { max }) => {
        if (max !== undefined) to(max, attributes);
      },
    ),
    observe(
      "db.client.connection.pending_requests",
      "{request}",
      "How many wait for a connection.",
      (to, { pending }) => {
        if (pending !== undefined) to(pending, attributes);
      },
    ),
  ];
}
