import { requireName, ThroughlineError } from "../core/errors.ts";
import { nounFor } from "../core/noun.ts";
import type { Observed } from "../metrics/instruments.ts";
import { timeConnections } from "./connection-times.ts";
import { isPgPool, nameOf, type PgPool, usageOf } from "./pg-pool.ts";
import { meter, POOL } from "./pool-meter.ts";
import { observeUsage, type PoolUsage } from "./pool-usage.ts";

/** Those of database operations: most of it is shorter than what the usual ones tell apart. */
const BOUNDARIES = { explicitBucketBoundaries: [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10] };
const waitTime = meter.histogram("db.client.connection.wait_time", {
  unit: "s",
  description: "How long a connection was waited for.",
  advice: BOUNDARIES,
});
const useTime = meter.histogram("db.client.connection.use_time", {
  unit: "s",
  description: "How long a connection was held.",
  advice: BOUNDARIES,
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
export function measurePool(pool: PgPool, options?: { readonly name?: string | undefined }): Observed;
export function measurePool(pool: () => PoolUsage, options: { readonly name: string }): Observed;
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
