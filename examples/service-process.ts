// How a service process of the demo begins and ends: it tells its address, and stops when it is told to.
import { once } from "node:events";
import type { Server } from "node:http";
import type { Telemetry } from "throughline";

export async function serveUntilTold(
  server: Server,
  telemetry: Telemetry,
  finish: () => Promise<void> = async () => {},
): Promise<void> {
  await once(server.listen(0, "127.0.0.1"), "listening");
  process.send?.(server.address());
  await once(process, "message");
  server.close();
  server.closeAllConnections();
  await finish();
  process.send?.(await telemetry.shutdown());
  process.disconnect();
}
