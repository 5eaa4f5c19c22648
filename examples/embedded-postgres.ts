// A real PostgreSQL, from an npm package alone, that any client can connect to.
import { PGlite } from "@electric-sql/pglite";
import { PGLiteSocketServer } from "@electric-sql/pglite-socket";

export interface EmbeddedPostgres extends AsyncDisposable {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly database: string;
}

export async function startPostgres(maxConnections: number): Promise<EmbeddedPostgres> {
  const database = await PGlite.create();
  const server = new PGLiteSocketServer({ db: database, host: "127.0.0.1", port: 0, maxConnections });
  await server.start();
  const [host = "", port = ""] = server.getServerConn().split(":");
  const stop = async (): Promise<void> => {
    await server.stop();
    await database.close();
  };
  return { host, port: Number(port), user: "postgres", database: "postgres", [Symbol.asyncDispose]: stop };
}
