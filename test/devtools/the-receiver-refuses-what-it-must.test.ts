import { expect } from "chai";
import { gzipSync } from "node:zlib";
import { BODY_LIMIT } from "../../src/devtools/body.ts";
import { type Receiver, startReceiver } from "../../src/devtools/receiver.ts";
import { ask, type Asked, JSON_TYPE, PROTOBUF } from "./http-exchange.ts";
import { traceProtobuf } from "./otlp-requests.ts";

const GZIP = { "content-encoding": "gzip" };

const MEBIBYTE = 1024 * 1024;

/** An empty JSON request of 16 MiB once inflated, and so many bytes more; in parts, to be made in no time. */
function bomb(more: number): Buffer {
  const parts = Array.from({ length: BODY_LIMIT / MEBIBYTE - 1 }, () => SPACES);
  return Buffer.concat([gzipSync(emptyJson(MEBIBYTE)), ...parts, gzipSync(Buffer.alloc(more, " "))]);
}

const SPACES = gzipSync(Buffer.alloc(MEBIBYTE, " "));

/** A JSON request without spans that is exactly so long. */
function emptyJson(length: number): Buffer {
  return Buffer.alloc(length, " ").fill("{}", 0, 2);
}

describe("the receiver", () => {
  let receiver: Receiver;
  before(async () => {
    receiver = await startReceiver({ port: 0 });
  });
  after(() => receiver.close());

  const refusals: readonly (readonly [what: string, status: number, asked: Asked])[] = [
    ["an unknown path", 404, { path: "/v1/other", headers: JSON_TYPE }],
    ["the root", 404, { path: "/", method: "GET" }],
    ["a path that is a property of every object", 404, { path: "constructor", headers: JSON_TYPE }],
    ["GET", 405, { method: "GET", headers: JSON_TYPE }],
    ["a page's preflight", 405, { method: "OPTIONS" }],
    ["a body without a content type", 415, { body: "{}" }],
    ["plain text", 415, { headers: { "content-type": "text/plain" }, body: "{}" }],
    ["an unknown content encoding", 415, { headers: { ...JSON_TYPE, "content-encoding": "br" }, body: "{}" }],
    ["malformed JSON", 400, { headers: JSON_TYPE, body: "{" }],
    ["JSON that is not UTF-8", 400, { headers: JSON_TYPE, body: Buffer.from('{"\xff":1}', "latin1") }],
    ["JSON of another shape", 400, { headers: JSON_TYPE, body: '{"resourceSpans":7}' }],
    ["malformed protobuf", 400, { headers: PROTOBUF, body: Buffer.from([0x0a, 0x7f, 1]) }],
    ["a body that is not gzip", 400, { headers: { ...PROTOBUF, ...GZIP }, body: traceProtobuf(1) }],
    [
      "truncated gzip",
      400,
      { headers: { ...PROTOBUF, ...GZIP }, body: gzipSync(traceProtobuf(1)).subarray(0, 40) },
    ],
  ];
  for (const [what, status, asked] of refusals) {
    it(`refuses ${what} with ${status}`, async () => {
      const path = asked.path === "constructor" ? "/constructor" : (asked.path ?? "/v1/traces");
      const answer = await ask(receiver.endpoint, { ...asked, path });
      expect(answer.status).to.equal(status);
      expect(answer.headers).to.include({ "x-content-type-options": "nosniff" });
      if (status === 405) expect(answer.headers).to.include({ allow: "POST" });
    });
  }

  it("says why in the format of the request", async () => {
    const json = await ask(receiver.endpoint, { headers: JSON_TYPE, body: "{" });
    expect(json.headers).to.include({ "content-type": "application/json" });
    expect(JSON.parse(json.body.toString()))
      .to.have.property("message")
      .that.is.a("string")
      .and.not.equal("");

    const binary = await ask(receiver.endpoint, { headers: PROTOBUF, body: Buffer.from([0x0a, 0x7f, 1]) });
    expect(binary.headers).to.include({ "content-type": "application/x-protobuf" });
    const [tag, length] = binary.body;
    expect(tag).to.equal(0x12);
    expect(length)
      .to.equal(binary.body.length - 2)
      .and.to.be.greaterThan(0);
  });

  it("takes a body of 16 MiB and refuses one byte more, announced or not", async () => {
    const exact = await ask(receiver.endpoint, { headers: JSON_TYPE, body: emptyJson(BODY_LIMIT) });
    const announced = await ask(receiver.endpoint, {
      headers: JSON_TYPE,
      body: emptyJson(BODY_LIMIT + 1),
    });
    const chunked = { ...JSON_TYPE, "transfer-encoding": "chunked" };
    const exactChunked = await ask(receiver.endpoint, { headers: chunked, body: emptyJson(BODY_LIMIT) });
    const unannounced = await ask(receiver.endpoint, {
      headers: chunked,
      body: emptyJson(BODY_LIMIT + 1),
    });
    expect([exact, announced, exactChunked, unannounced].map(({ status }) => status)).to.deep.equal([
      200, 413, 200, 413,
    ]);
  });

  it("inflates to 16 MiB, and refuses one byte more: a bomb costs no more than that", async () => {
    const headers = { ...JSON_TYPE, ...GZIP };
    const exact = await ask(receiver.endpoint, {
      headers,
      body: bomb(0),
    });
    const over = await ask(receiver.endpoint, {
      headers,
      body: bomb(1),
    });
    expect([exact.status, over.status]).to.deep.equal([200, 413]);
  });

  for (const [host, status] of [
    ["localhost", 200],
    ["LOCALHOST:1", 200],
    ["127.0.0.1:4318", 200],
    ["[::1]:4318", 200],
    ["evil.example", 403],
    ["localhost.evil.example", 403],
    ["127.0.0.1.evil.example:4318", 403],
    ["evil.example@localhost", 403],
    ["192.168.1.5", 403],
  ] as const) {
    it(`answers ${status} to the Host "${host}"`, async () => {
      const answer = await ask(receiver.endpoint, { headers: { ...JSON_TYPE, host }, body: "{}" });
      expect(answer.status).to.equal(status);
    });
  }

  for (const [origin, status] of [
    ["http://localhost:3000", 200],
    ["https://127.0.0.1", 200],
    ["http://[::1]:3000", 200],
    ["https://evil.example", 403],
    ["https://localhost.evil.example", 403],
    ["http://evil.example/localhost", 403],
    ["null", 403],
    ["", 403],
  ] as const) {
    it(`answers ${status} to the Origin "${origin}"`, async () => {
      const answer = await ask(receiver.endpoint, { headers: { ...JSON_TYPE, origin }, body: "{}" });
      expect(answer.status).to.equal(status);
    });
  }

  it("answers to the host that it was told to listen on, and to addresses where it listens on all", async () => {
    const everywhere = await startReceiver({ port: 0, host: "0.0.0.0" });
    const { port } = new URL(everywhere.endpoint);
    const statuses: number[] = [];
    for (const host of ["0.0.0.0", "192.168.1.5:4318", "[fe80::1]", "localhost", "evil.example"]) {
      const asked = { headers: { ...JSON_TYPE, host }, body: "{}" };
      statuses.push((await ask(`http://127.0.0.1:${port}`, asked)).status);
    }
    await everywhere.close();
    expect(statuses).to.deep.equal([200, 200, 200, 200, 403]);
  });
});
