import { expect } from "chai";
import { readFileSync } from "node:fs";
import { createServer as createHttpServer, type IncomingMessage, type Server } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import type { TLSSocket } from "node:tls";
import { gunzipSync } from "node:zlib";
import { httpTransport, type TlsFiles } from "../../src/export/http-transport.ts";
import type { Outcome } from "../../src/export/outcome.ts";

const TO = { signal: "traces", protocol: "http/protobuf" } as const;

/** Of an authority whose key was thrown away: they are for these tests, and worth nothing. */
const pem = (name: string) => readFileSync(`test/export/tls/${name}.pem`, "utf8");
const CLIENT: TlsFiles = { ca: pem("ca"), key: pem("client-key"), cert: pem("client") };

const BODY = Buffer.from("span ".repeat(1000));

interface Received {
  readonly outcome: Outcome;
  readonly body: Uint8Array | undefined;
  readonly headers: IncomingMessage["headers"];
  readonly isTrusted: boolean | undefined;
}

async function sentTo(
  server: Server,
  scheme: "http" | "https",
  options: { readonly compression?: "gzip" | "none"; readonly tls?: TlsFiles },
): Promise<Received> {
  let received: Omit<Received, "outcome"> = { body: undefined, headers: {}, isTrusted: undefined };
  server.on("request", async (request: IncomingMessage, response) => {
    const { headers, socket } = request;
    received = { body: await buffer(request), headers, isTrusted: (socket as TLSSocket).authorized };
    response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = new URL(`${scheme}://localhost:${(server.address() as AddressInfo).port}/v1/traces`);
  try {
    const outcome = await httpTransport({ ...TO, url, headers: {}, timeout: 2_000, ...options }).send(BODY);
    return { outcome, ...received };
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

const secure = () =>
  createHttpsServer({ key: pem("server-key"), cert: pem("server"), ca: pem("ca"), requestCert: true });

describe("a request to the collector", () => {
  it("is compressed where that is asked for, and says so", async () => {
    const { body, headers } = await sentTo(createHttpServer(), "http", { compression: "gzip" });
    expect(headers).to.include({ "content-encoding": "gzip", "content-length": String(body?.byteLength) });
    expect(body?.byteLength).to.be.below(BODY.byteLength / 10);
    expect(gunzipSync(body ?? "").equals(BODY)).to.equal(true);
  });

  it("is not compressed where nobody asks, or none is asked for", async () => {
    for (const options of [{}, { compression: "none" }] as const) {
      const { body, headers } = await sentTo(createHttpServer(), "http", options);
      expect(body && BODY.equals(body)).to.equal(true);
      expect(headers).not.to.have.property("content-encoding");
    }
  });

  it("trusts the authority that it is given, and shows who sends it", async () => {
    const { outcome, body, isTrusted } = await sentTo(secure(), "https", { tls: CLIENT });
    expect(outcome.kind).to.equal("delivered");
    expect([body && BODY.equals(body), isTrusted]).to.deep.equal([true, true]);
  });

  it("is not taken by a server that wants to know who sends it, where it is not told", async () => {
    const { outcome, body } = await sentTo(secure(), "https", { tls: { ca: pem("ca") } });
    expect([outcome.kind, body]).to.deep.equal(["again", undefined]);
  });

  it("does not go to a server whose authority nobody knows", async () => {
    const { outcome, body } = await sentTo(secure(), "https", {});
    expect([outcome.kind, body]).to.deep.equal(["again", undefined]);
  });
});
