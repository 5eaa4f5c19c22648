import { expect } from "chai";
import * as fc from "fast-check";
import { connect } from "node:net";
import { gzipSync } from "node:zlib";
import { type Receiver, startReceiver } from "../../src/devtools/receiver.ts";
import { ask, JSON_TYPE, PROTOBUF, sendRaw } from "./http-exchange.ts";
import { metricsProtobuf, traceProtobuf } from "./otlp-requests.ts";

function head(...lines: readonly string[]): string {
  return [
    "POST /v1/traces HTTP/1.1",
    "host: localhost",
    "content-type: application/json",
    ...lines,
    "",
    "",
  ].join("\r\n");
}

describe("the receiver survives", () => {
  let receiver: Receiver;
  const unhandled: unknown[] = [];
  const note = (thrown: unknown): void => void unhandled.push(thrown);
  before(async () => {
    process.on("unhandledRejection", note);
    receiver = await startReceiver({ port: 0 });
  });
  after(async () => {
    await receiver.close();
    process.off("unhandledRejection", note);
  });
  afterEach(async () => {
    const answer = await ask(receiver.endpoint, { headers: PROTOBUF, body: traceProtobuf(1) });
    expect(answer.status).to.equal(200);
    expect(unhandled).to.deep.equal([]);
  });

  const conversations: readonly (readonly [
    what: string,
    bytes: string,
    then: "end" | "cut",
    answer: RegExp,
  ])[] = [
    ["noise", "\u0000\u0001noise\r\n\r\n", "end", /^HTTP\/1\.1 400 /],
    ["a request without a host", "POST /v1/traces HTTP/1.1\r\n\r\n", "end", /^HTTP\/1\.1 400 /],
    ["a request of HTTP/1.0 without a host", "POST /v1/traces HTTP/1.0\r\n\r\n", "end", /^HTTP\/1\.1 403 /],
    ["a content-length that is no number", head("content-length: many"), "end", /^HTTP\/1\.1 400 /],
    ["a body longer than announced", `${head("content-length: 2")}{}{}{}`, "end", /^HTTP\/1\.1 (200|400) /],
    ["a body shorter than announced", `${head("content-length: 100")}{}`, "end", /^$|^HTTP\/1\.1 400 /],
    [
      "both lengths",
      `${head("content-length: 2", "transfer-encoding: chunked")}{}`,
      "end",
      /^HTTP\/1\.1 400 /,
    ],
    ["a chunk of no length", `${head("transfer-encoding: chunked")}zz\r\n`, "end", /^HTTP\/1\.1 400 /],
    ["a head without an end", "POST /v1/traces HTTP/1.1\r\nhost:", "cut", /^$/],
    ["a client that goes away in the middle", `${head("content-length: 1000")}{`, "cut", /^$/],
    ["a client that goes away before the answer", `${head("content-length: 2")}{}`, "cut", /^/],
    ["an upgrade", head("content-length: 2", "connection: upgrade", "upgrade: websocket"), "end", /^/],
    ["CONNECT", "CONNECT evil.example:443 HTTP/1.1\r\nhost: localhost\r\n\r\n", "end", /^$/],
    [
      "an absolute target",
      "GET http://evil.example/v1/traces HTTP/1.1\r\nhost: localhost\r\n\r\n",
      "end",
      /^HTTP\/1\.1 404 /,
    ],
    ["headers without an end", head(`x: ${"x".repeat(100_000)}`), "end", /^HTTP\/1\.1 431 |^$/],
  ];
  for (const [what, bytes, then, answer] of conversations) {
    it(what, async () => {
      expect(await sendRaw(receiver.endpoint, bytes, then)).to.match(answer);
    });
  }

  it("any bytes as a body, in any format", async () => {
    const path = fc.constantFrom("/v1/traces", "/v1/metrics", "/v1/logs");
    const headers = fc.constantFrom<Readonly<Record<string, string>>>(PROTOBUF, JSON_TYPE, {
      ...PROTOBUF,
      "content-encoding": "gzip",
    });
    await fc.assert(
      fc.asyncProperty(path, headers, fc.uint8Array({ maxLength: 200 }), async (to, as, body) => {
        const { status } = await ask(receiver.endpoint, { path: to, headers: as, body });
        expect(status).to.be.oneOf([200, 400]);
      }),
      { numRuns: 150 },
    );
  });

  it("any damage to a good body", async () => {
    const bodies = [traceProtobuf(1), metricsProtobuf("m", 1)] as const;
    await fc.assert(
      fc.asyncProperty(
        fc.nat({ max: 1 }),
        fc.nat(),
        fc.nat({ max: 255 }),
        fc.boolean(),
        async (which, at, byte, zipped) => {
          const body = Buffer.from(bodies[which] ?? []);
          body[at % body.length] = byte;
          const headers = zipped ? { ...PROTOBUF, "content-encoding": "gzip" } : PROTOBUF;
          const path = which === 0 ? "/v1/traces" : "/v1/metrics";
          const { status } = await ask(receiver.endpoint, {
            path,
            headers,
            body: zipped ? gzipSync(body) : body,
          });
          expect(status).to.be.oneOf([200, 400]);
        },
      ),
      { numRuns: 150 },
    );
  });

  it("a listener of its store that throws: the sender is told of success", async () => {
    const subscription = receiver.store.onChange(() => {
      throw new Error("not the sender's fault");
    });
    const answer = await ask(receiver.endpoint, { headers: PROTOBUF, body: traceProtobuf(2) });
    subscription[Symbol.dispose]();
    expect(answer.status).to.equal(200);
  });

  it("being closed while a request is under way", async () => {
    const other = await startReceiver({ port: 0 });
    const socket = connect(Number(new URL(other.endpoint).port), "127.0.0.1");
    socket.on("error", () => {});
    await new Promise<void>((resolve) => socket.write(`${head("content-length: 100")}{`, () => resolve()));
    await other.close();
    socket.destroy();
  });
});
