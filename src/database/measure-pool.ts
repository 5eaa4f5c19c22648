import { requireName, ThroughlineError } from "../core/errors.ts";
import { nounFor } from "../core/noun.ts";
import { VERSION } from "../core/version.ts";
import { accessors } from "../metrics/accessors.ts";
import type { Observed, Observe } from "../metrics/instruments.ts";
import { timeConnections } from "./connection-times.ts";
import { isPgPool, nameOf, type PgPool, type PoolUsage, usageOf } from "./pg-pool.ts";

const POOL = "db.client.connection.pool.name";
const STATE = "db.client.connection.state";

const meter = accessors("throughline/database", VERSION);
const waitTime = meter.histogram("db.client.connection.wait_time", {
  unit: "s",
  description: "How long a connection was waited for.",
});
const useTime = meter.histogram("db.client.connection.use_time", {
  unit: "s",
  description: "How long a connection was held.",
});
const timeouts = meter.counter("db.client.connection.timeouts", {
  unit: "{timeout}",
  description: "How many have waited for a connection in vain.",
});

/**
 * Measures a pool of connections, so that its size can be chosen from facts: how many of them are used and idle, how many
 * there may be, how many wait for one; of a pool of pg also how long each has waited for a connection and held it, and how
 * many have waited in vain.  (Semantic conventions: Metrics db.client.connection.*)
 *
 * @param pool pg's Pool, or what has its interface; of any other a function that tells its usage at each collection
 * @param options `name`: one for each pool. Default, of a pool of pg: "host:port/database"
 * @throws ThroughlineError THR_NOT_A_POOL, THR_NOT_A_NAME
 * @example
 * const orders = { used: 1, idle: 2 };
 * measurePool(() => ({ used: orders.used, idle: orders.idle, max: 10 }), { name: "orders" });
 */
export function measurePool(
  pool: PgPool | (() => PoolUsage),
  options?: { readonly name?: string | undefined },
): Observed {
  const subject = "measurePool(pool, { name })";
  if (typeof pool === "function") {
    const name = options?.name;
    requireName(name, subject);
    return all(observeUsage(pool, name));
  }
  if (!isPgPool(pool)) throw new ThroughlineError("THR_NOT_A_POOL", subject, nounFor(pool));
  const name = options?.name ?? nameOf(pool);
  requireName(name, subject);
  const attributes = { [POOL]: name };
  const endTimes = timeConnections(pool, {
    waited: (seconds, context) => waitTime.record(seconds, attributes, context),
    used: (seconds, context) => useTime.record(seconds, attributes, context),
    timedOut: (context) => timeouts.add(1, attributes, context),
  });
  return all(
    observeUsage(() => usageOf(pool), name),
    endTimes,
  );
}

function all(usage: readonly Observed[], endTimes = (): void => {}): Observed {
  const end = (): void => {
    for (const one of usage) one.end();
    endTimes();
  };
  return { end, [Symbol.dispose]: end };
}

function observeUsage(usage: () => PoolUsage, name: string): Observed[] {
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
