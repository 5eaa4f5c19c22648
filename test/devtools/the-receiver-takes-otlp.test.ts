import { expect } from "chai";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";
import { type Receiver, startReceiver } from "../../src/devtools/receiver.ts";
import { traceIdOf } from "./decoded-telemetry.ts";
import { ask, JSON_TYPE, PROTOBUF } from "./http-exchange.ts";
import type { StoreChange } from "../../src/devtools/store.ts";
import {
  logsJson,
  logsProtobuf,
  metricsJson,
  metricsProtobuf,
  traceJson,
  traceProtobuf,
} from "./otlp-requests.ts";

function identity(body: Uint8Array | string): Buffer {
  return Buffer.from(body);
}

function gzip(body: Uint8Array | string): Buffer {
  return gzipSync(body);
}

describe("the receiver", () => {
  let receiver: Receiver;
  beforeEach(async () => {
    receiver = await startReceiver({ port: 0 });
  });
  afterEach(() => receiver.close());

  for (const [encoding, encode] of [
    ["identity", identity],
    ["gzip", gzip],
  ] as const) {
    const headers = encoding === "gzip" ? { "content-encoding": "gzip" } : {};

    it(`keeps traces sent as protobuf, ${encoding}`, async () => {
      const answer = await ask(receiver.endpoint, {
        headers: { ...PROTOBUF, ...headers },
        body: encode(traceProtobuf(7)),
      });
      expect(answer.status).to.equal(200);
      expect(answer.headers).to.include({
        "content-type": "application/x-protobuf",
        "x-content-type-options": "nosniff",
      });
      expect(answer.body).to.have.lengthOf(0);
      const [span] = receiver.store.trace(traceIdOf(7))?.spans ?? [];
      expect(span).to.include({ name: "GET /", kind: 2, endTimeUnixNano: 1_700_000_000_005_000_000n });
      expect(span?.resource["service.name"]).to.equal("shop");
    });

    it(`keeps traces sent as JSON, ${encoding}`, async () => {
      const body = encode(JSON.stringify(traceJson(7)));
      const answer = await ask(receiver.endpoint, { headers: { ...JSON_TYPE, ...headers }, body });
      expect(answer.status).to.equal(200);
      expect(answer.headers).to.include({
        "content-type": "application/json",
        "x-content-type-options": "nosniff",
      });
      expect(answer.body.toString()).to.equal("{}");
      expect(receiver.store.trace(traceIdOf(7))?.spans[0]?.name).to.equal("GET /");
    });

    it(`keeps metrics sent as protobuf and as JSON, ${encoding}`, async () => {
      const path = "/v1/metrics";
      const binary = encode(metricsProtobuf("a", 1.5));
      const text = encode(JSON.stringify(metricsJson("b", 2.5)));
      const first = await ask(receiver.endpoint, {
        path,
        headers: { ...PROTOBUF, ...headers },
        body: binary,
      });
      const second = await ask(receiver.endpoint, {
        path,
        headers: { ...JSON_TYPE, ...headers },
        body: text,
      });
      expect([first.status, second.status]).to.deep.equal([200, 200]);
      const kept = receiver.store.series().map(({ service, name, point }) => [service, name, point.value]);
      expect(kept).to.deep.equal([
        ["shop", "a", 1.5],
        ["shop", "b", 2.5],
      ]);
    });
  }

  it("tells of log records sent as protobuf and as JSON, and keeps nothing of them", async () => {
    const told: StoreChange[] = [];
    receiver.store.onChange((change) => told.push(change));
    const path = "/v1/logs";
    const bodies = [
      { headers: PROTOBUF, body: Buffer.from(logsProtobuf()) },
      { headers: JSON_TYPE, body: Buffer.from(JSON.stringify(logsJson())) },
    ];
    for (const each of bodies)
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      expect((await ask(receiver.endpoint, { path, ...each })).status).to.equal(200);
    expect(told.map(({ logs }) => logs)).to.deep.equal([told[1]?.logs, told[0]?.logs]);
    expect(
      told[0]?.logs.map(({ severityNumber, body, eventName, traceId, resource, scope }) => [
        severityNumber,
        body,
        eventName,
        traceId,
        resource["service.name"],
        scope.name,
      ]),
    ).to.deep.equal([
      [9, "paid", "", traceIdOf(7), "shop", "test"],
      [18, null, "payment.failed", "", "shop", "test"],
    ]);
    expect([receiver.store.bytes, receiver.store.logs]).to.deep.equal([0, 4]);
  });

  it("takes an empty protobuf body, which is a request without spans", async () => {
    expect((await ask(receiver.endpoint, { headers: PROTOBUF })).status).to.equal(200);
  });

  it("takes a content type with parameters and in capitals, and a path with a query", async () => {
    const headers = { "content-type": "Application/JSON; charset=utf-8" };
    expect((await ask(receiver.endpoint, { path: "/v1/traces?a=b", headers, body: "{}" })).status).to.equal(
      200,
    );
  });

  it("takes many requests over one connection, also after a refusal", async () => {
    for (const [body, status] of [
      ["{}", 200],
      ["{", 400],
      ["{}", 200],
    ] as const) {
      const answer = await fetch(`${receiver.endpoint}/v1/traces`, {
        method: "POST",
        headers: JSON_TYPE,
        body,
      });
      await answer.arrayBuffer();
      expect(answer.status).to.equal(status);
    }
  });

  it("keeps no more than it was given memory for", async () => {
    const small = await startReceiver({ port: 0, maxBytes: 20_000 });
    try {
      for (let trace = 1; trace <= 30; trace += 1) {
        await ask(small.endpoint, { headers: PROTOBUF, body: traceProtobuf(trace) });
      }
      expect(small.store.bytes).to.be.at.most(20_000);
      expect(small.store.spans + small.store.evicted.spans).to.equal(30);
    } finally {
      await small.close();
    }
  });

  it("listens on the loopback address alone unless told otherwise", () => {
    expect(receiver.endpoint).to.match(/^http:\/\/127\.0\.0\.1:\d+$/);
  });

  it("rejects with Node's own error where the port is taken", async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
    const { port } = other.address() as AddressInfo;
    const error: unknown = await startReceiver({ port }).catch((thrown: unknown) => thrown);
    other.close();
    expect(error).to.include({ code: "EADDRINUSE" });
  });

  it("frees its port when it is closed, which may be asked twice", async () => {
    await Promise.all([receiver.close(), receiver.close()]);
    await receiver[Symbol.asyncDispose]();
    const again = await startReceiver({ port: Number(new URL(receiver.endpoint).port) });
    expect(again.endpoint).to.equal(receiver.endpoint);
    await again.close();
  });
});
