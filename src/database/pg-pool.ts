import type { PoolUsage } from "./pool-usage.ts";

/** What of pg's Pool is used. */
export interface PgPool {
  readonly totalCount: number;
  readonly idleCount: number;
  readonly waitingCount: number;
  connect(...args: never[]): unknown;
}

/** Never throws. */
export function isPgPool(pool: unknown): pool is PgPool {
  try {
    const { totalCount, idleCount, waitingCount, connect } = Object(pool) as Partial<PgPool>;
    return (
      [totalCount, idleCount, waitingCount].every((count) => typeof count === "number") &&
      typeof connect === "function"
    );
  } catch {
    return false;
  }
}

export function usageOf(pool: PgPool): PoolUsage {
  const { totalCount, idleCount, waitingCount } = pool;
  const { max } = Object((pool as { readonly options?: unknown }).options) as { readonly max?: unknown };
  return {
    used: totalCount - idleCount,
    idle: idleCount,
    pending: waitingCount,
    max: typeof max === "number" ? max : undefined,
  };
}

/** A class of clients, each of which works out what it will connect to as it is constructed. */
type Client = new (options: unknown) => {
  readonly connectionParameters: { readonly host: string; readonly port: number; readonly database: string };
};

/**
 * "host:port/database", as pg finds them in options, connection string and environment; undefined where it does not tell.
 * Never throws.  (Semantic conventions: db.client.connection.pool.name)
 */
export function nameOf(pool: PgPool): string | undefined {
  try {
    const { Client, options } = pool as PgPool & { readonly Client: Client; readonly options: unknown };
    const { host, port, database } = new Client(options).connectionParameters;
    return `${host}:${port}/${database}`;
  } catch {
    return undefined;
  }
}
