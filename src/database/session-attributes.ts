import type { Attributes } from "@opentelemetry/api";

/**
 * What a session says of its database: of pg's, mysql2's, PGlite's and node:sqlite's also which system it is.  (Semantic
 * conventions: Database client spans, Attributes)
 */
export function sessionAttributes(session: object): Attributes {
  try {
    return known(session) ?? UNKNOWN;
  } catch {
    return UNKNOWN;
  }
}

const UNKNOWN: Attributes = { "db.system.name": "other_sql" };

/** As a client of pg or of mysql2 keeps it. */
interface Connected {
  readonly host?: unknown;
  readonly port?: unknown;
  readonly database?: unknown;
}

function known(session: object): Attributes | undefined {
  const { connectionParameters, config, threadId, execProtocol } = session as {
    readonly connectionParameters?: Connected;
    readonly config?: Connected;
    readonly threadId?: unknown;
    readonly execProtocol?: unknown;
  };
  if (typeof connectionParameters === "object") return of("postgresql", connectionParameters, 5432);
  if (typeof execProtocol === "function") return { "db.system.name": "postgresql" };
  // Others have a config, too.
  if (typeof config === "object" && typeof threadId === "number") return of("mysql", config, 3306);
  return session.constructor.name === "DatabaseSync" ? { "db.system.name": "sqlite" } : undefined;
}

function of(system: string, { host, port, database }: Connected, defaultPort: number): Attributes {
  return {
    "db.system.name": system,
    ...(typeof database === "string" && { "db.namespace": database }),
    ...(typeof host === "string" && { "server.address": host }),
    ...(typeof port === "number" && port !== defaultPort && { "server.port": port }),
  };
}
