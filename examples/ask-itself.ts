// Serves for as long as it takes to ask the server for an order that there is and for one that there is not.
import { once } from "node:events";
import type { Server } from "node:http";

export async function askItself(server: Server): Promise<void> {
  if (!server.listening) await once(server.listen(0, "127.0.0.1"), "listening");
  const { port } = server.address() as { port: number };
  for (const id of ["7", "0"]) {
    const headers = { "X-Request-ID": `request-${id}` };
    const answer = await fetch(`http://127.0.0.1:${port}/orders/${id}`, { headers });
    console.log(answer.status, answer.headers.get("x-request-id"), id === "7" ? await answer.text() : "");
  }
  server.closeAllConnections();
  server.close();
}
