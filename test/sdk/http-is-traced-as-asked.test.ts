import { expect } from "chai";
import { program } from "../processes/spawned.ts";

/** The spans of a request to /health and one to /orders, whose handlers make a span each and set a user. */
async function traced(http: string): Promise<{ spans: string[]; users: unknown[]; errors: string }> {
  const { output, errors } = await program(
    `
    import { createServer } from "node:http";
    import { once } from "node:events";
    import { ContextVariable, start, withSpan } from "throughline";
    const spans = [];
    const exporter = {
      export: (batch, done) => { spans.push(...batch.map(({ kind, name }) => ["", "server", "client"][kind] + name)); done({ code: 0 }); },
      shutdown: async () => {},
    };
    const telemetry = start({ exporter, http: ${http} });
    const user = new ContextVariable("user");
    const server = createServer((request, response) => {
      withSpan(" handle " + request.url, () => { user.set(request.url); response.end(user.get()); });
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    const url = "http://127.0.0.1:" + server.address().port;
    const users = [];
    for (const path of ["/health", "/orders"]) users.push(await (await fetch(url + path)).text());
    server.close();
    await telemetry.flush();
    console.log(JSON.stringify({ spans: spans.map((each) => each.trim()).toSorted(), users }));
    `,
    { OTEL_METRICS_EXPORTER: "none" },
  );
  return { ...(JSON.parse(output) as { spans: string[]; users: unknown[] }), errors };
}

const HEALTH = ["clientGET", "handle /health", "serverGET"];
const ORDERS = ["clientGET", "handle /orders", "serverGET"];
const HANDLED = ["handle /health", "handle /orders"];

describe("start({ http })", function () {
  this.timeout(20_000);

  for (const [http, spans] of Object.entries({
    undefined: [...HEALTH, ...ORDERS],
    "{}": [...HEALTH, ...ORDERS],
    false: HANDLED,
    "{ server: false, client: false }": HANDLED,
    "{ server: false }": [...HANDLED, "clientGET", "clientGET"],
    "{ client: false }": [...HANDLED, "serverGET", "serverGET"],
    "{ knownMethods: ['PUT'] }": [...HEALTH, ...ORDERS].map((name) => name.replace("GET", "HTTP")),
    "{ ignore: ({ url }) => url === '/health' }": [...ORDERS, "clientGET"],
    "{ ignore: ({ method, headers }) => method === 'GET' && 'host' in headers }": ["clientGET", "clientGET"],
  })) {
    it(`with ${http} traces ${spans.length} spans`, async () => {
      const { spans: made, users, errors } = await traced(http);
      expect(made).to.deep.equal(spans.toSorted());
      expect([users, errors]).to.deep.equal([["/health", "/orders"], ""]);
    });
  }

  it("traces a request whose ignore fails, and what is no option, and says so", async () => {
    for (const http of [
      "{ ignore: () => { throw new Error('on purpose'); } }",
      "{ server: 5 }",
      "{ knownMethods: 'GET' }",
      "5",
    ]) {
      const { spans, errors } = await traced(http);
      expect(spans).to.deep.equal([...HEALTH, ...ORDERS].toSorted());
      expect(errors).to.match(/^throughline: http[^\n]*\n$/);
    }
  });
});
