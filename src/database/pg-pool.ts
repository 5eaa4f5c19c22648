/** How a pool of connections is used at the moment. */
export interface PoolUsage {
  readonly used: number;
  readonly idle: number;
  /** How many wait for a connection. */
  readonly pending?: number | undefined;
  /** How many connections there may be. */
  readonly max?: number | undefined;
}

/** What of pg's Pool is used. */
export interface PgPool {
  readonly totalCount: number;
  readonly idleCount: number;
  readonly waitingCount: number;
  connect(...args: never[]): unknown;
}

/** False also for what throws as it is asked. */
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
  const { max } = optionsOf(pool);
  return {
    used: totalCount - idleCount,
    idle: idleCount,
    pending: waitingCount,
    max: typeof max === "number" ? max : undefined,
  };
}

/** "host:port/database".  (Semantic conventions: db.client.connection.pool.name) */
export function nameOf(pool: PgPool): string {
  const { connectionString, host = "localhost", port = 5432, database = "" } = optionsOf(pool);
  if (typeof connectionString === "string" && URL.canParse(connectionString)) {
    const url = new URL(connectionString);
    return `${url.hostname}:${url.port === "" ? 5432 : url.port}${url.pathname}`;
  }
  return `${String(host)}:${String(port)}/${String(database)}`;
}

interface PgOptions {
  readonly max?: unknown;
  readonly connectionString?: unknown;
  readonly host?: unknown;
  readonly port?: unknown;
  readonly database?: unknown;
}

function optionsOf(pool: PgPool): PgOptions {
  return Object((pool as { readonly options?: unknown }).options) as PgOptions;
}
