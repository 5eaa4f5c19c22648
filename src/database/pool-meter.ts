import { VERSION } from "../core/version.ts";
import { type Accessors, accessors } from "../metrics/accessors.ts";

export const meter: Accessors = accessors("throughline/database", VERSION);

/** Of each measurement of a pool. */
export const POOL = "db.client.connection.pool.name";
