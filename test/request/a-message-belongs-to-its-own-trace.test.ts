import { headers as emptyHeaders, type MsgHdrs } from "@nats-io/transport-node";
import { propagation, type Span, SpanKind } from "@opentelemetry/api";
import { expect } from "chai";
import { EventEmitter, once } from "node:events";
import { ContextVariable } from "../../src/context/context-variable.ts";
import { currentContext } from "../../src/context/current.ts";
import { scope } from "../../src/context/open-scope.ts";
import { carriers } from "../../src/propagation/carriers.ts";
import { consume, consumeBatch } from "../../src/request/consume.ts";
import { currentRequest } from "../../src/request/current-request.ts";
import { type TestTelemetry, testTelemetry } from "../../src/testing/test-telemetry.ts";
import type { ReadableSpan } from "../../src/trace/record.ts";
import { withSpan } from "../../src/trace/span-helpers.ts";
import { refuse } from "../database/told-session.ts";
import { failureOf } from "../trace/failures.ts";

const TRACEPARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

function natsHeaders(fields: Record<string, string>): MsgHdrs {
  const written = emptyHeaders();
  for (const [name, value] of Object.entries(fields)) written.set(name, value);
  return written;
}

function named({ spans }: TestTelemetry, name: string): ReadableSpan {
  const span = spans.find((each) => each.name === name);
  if (span === undefined) throw new Error(`no span is called ${name}`);
  return span;
}

describe("a message that is consumed", () => {
  it(
    "goes on with the trace that it tells of, though it is delivered within another",
    testTelemetry(async (t) => {
      const user = new ContextVariable<string>("user");
      const queue = new EventEmitter();
      queue.on("message", (message: { headers: object; body: string }) => {
        const consumed = consume(message, { destination: "orders", system: "memory" }, async ({ body }) => {
          withSpan(`saved ${body}`, () => {});
          return [user.tryGet(), currentRequest().id.length];
        });
        void consumed.then((seen) => queue.emit("seen", seen));
      });
      const headers = withSpan("publish orders", () => carriers.message.inject({ "content-type": "text" }));
      expect(headers).to.have.keys("content-type", "traceparent");
      const seen = once(queue, "seen");
      scope(() => {
        user.set("poller");
        withSpan("poll", () => queue.emit("message", { headers, body: "order 7" }));
      });
      expect(await seen).to.deep.equal([[undefined, 36]]);
      const [publish, process, saved] = ["publish orders", "process orders", "saved order 7"].map((name) =>
        named(t, name),
      );
      expect(process?.parentSpanContext?.spanId).to.equal(publish?.spanContext().spanId);
      expect(saved?.parentSpanContext?.spanId).to.equal(process?.spanContext().spanId);
      const linked = process?.links.map(({ context }) => context.spanId);
      expect([process?.kind, linked, process?.attributes]).to.deep.equal([
        SpanKind.CONSUMER,
        [publish?.spanContext().spanId],
        {
          "messaging.operation.name": "process",
          "messaging.operation.type": "process",
          "messaging.destination.name": "orders",
          "messaging.system": "memory",
        },
      ]);
    }),
  );

  it(
    "is a trace of its own where it tells of none, or is not believed",
    testTelemetry(async (t) => {
      const message = { headers: { traceparent: TRACEPARENT } };
      await withSpan("poll", async () => {
        await consume({ headers: {} }, { destination: "none" }, () => {});
        await consume(message, { destination: "linked", trust: "link" }, () => {});
        await consume(message, { destination: "ignored", trust: "ignore" }, () => {});
      });
      for (const name of ["process none", "process linked", "process ignored"]) {
        expect(named(t, name).parentSpanContext).to.equal(undefined);
        expect(named(t, name).spanContext().traceId).not.to.equal(named(t, "poll").spanContext().traceId);
      }
      const links = (name: string): unknown[] => named(t, name).links.map(({ context }) => context.spanId);
      expect(["process none", "process linked", "process ignored"].map(links)).to.deep.equal([
        [],
        ["b7ad6b7169203331"],
        [],
      ]);
    }),
  );

  for (const [client, message] of Object.entries({
    "headers of texts": { headers: { traceparent: TRACEPARENT } },
    "bytes, of Kafka": { headers: { traceparent: Buffer.from(TRACEPARENT) } },
    "bytes in a list, of Kafka": { headers: { traceparent: [Buffer.from(TRACEPARENT)] } },
    "what is asked by get": { headers: new Headers({ traceparent: TRACEPARENT }) },
    "what is asked by get, of NATS": { headers: natsHeaders({ traceparent: TRACEPARENT }) },
    "names as they are written in Go": { headers: natsHeaders({ Traceparent: TRACEPARENT }) },
    "names of plain headers as they are written in Go": { headers: { Traceparent: TRACEPARENT } },
    "properties, of amqplib": { properties: { headers: { traceparent: TRACEPARENT } } },
    "attributes, of SQS": { MessageAttributes: { traceparent: { StringValue: TRACEPARENT } } },
    "attributes, of SQS in Lambda": { messageAttributes: { traceparent: { stringValue: TRACEPARENT } } },
    "the data of a job, of BullMQ": { data: { traceparent: TRACEPARENT, order: 7 } },
    "a payload in JSON": { traceparent: TRACEPARENT, order: 7 },
  }))
    it(
      `is read where its client has it: ${client}`,
      testTelemetry(async (t) => {
        await consume(message, () => {});
        expect(named(t, "process").parentSpanContext?.spanId).to.equal("b7ad6b7169203331");
      }),
    );

  it(
    "is asked for nothing beside its headers",
    testTelemetry(async (t) => {
      const message = Object.defineProperty({ headers: { traceparent: TRACEPARENT } }, "body", {
        enumerable: true,
        get: refuse("not yet"),
      });
      await consume(message, () => {});
      expect(named(t, "process").parentSpanContext?.spanId).to.equal("b7ad6b7169203331");
    }),
  );

  it(
    "brings its baggage",
    testTelemetry(async () => {
      const headers = { traceparent: TRACEPARENT, baggage: "tenant=acme" };
      const tenant = await consume(
        { headers },
        () => propagation.getBaggage(currentContext())?.getEntry("tenant")?.value,
      );
      expect(tenant).to.equal("acme");
    }),
  );

  it(
    "costs nobody anything by a carrier that is no such thing",
    testTelemetry(async (t) => {
      const throwing = new Proxy(
        {},
        {
          get: () => {
            throw new Error("getter");
          },
          getOwnPropertyDescriptor: () => {
            throw new Error("descriptor");
          },
        },
      );
      const strange = [undefined, null, 5, "text", { headers: 5 }, { headers: throwing }, throwing];
      for (const message of [...strange, { headers: { traceparent: "x".repeat(1_000_000) } }])
        expect(await consume(message, () => 1)).to.equal(1);
      expect(t.spans.every(({ parentSpanContext }) => parentSpanContext === undefined)).to.equal(true);
    }),
  );

  it(
    "costs nobody anything by options that are none",
    testTelemetry(async (t) => {
      const throwing = Object.defineProperty({}, "a", { enumerable: true, get: refuse("getter") });
      const strange = [
        { trust: undefined },
        { trust: "bogus" as never },
        { destination: Symbol("queue") as never },
        { attributes: throwing },
        null as never,
      ];
      for (const options of strange) {
        expect(await consume({ traceparent: TRACEPARENT }, options, () => 1)).to.equal(1);
        expect(t.spans.at(-1)?.parentSpanContext?.spanId).to.equal("b7ad6b7169203331");
      }
      class Topic extends Array<object> {
        readonly topic: string;
        constructor(topic: string, messages: Iterable<object>) {
          super();
          this.topic = topic;
          for (const message of messages) this.push(message);
        }
      }
      expect(await consumeBatch(new Topic("orders", [{}, {}]), (all) => all.length)).to.equal(2);
      const asking = { get: () => Promise.reject(new Error("no such key")) };
      expect(await consume(asking, () => 1)).to.equal(1);
      expect(await consume({ headers: asking }, () => 1)).to.equal(1);
    }),
  );

  it("gives what its function gives, and is told where that is none", async () => {
    expect(await consume({ headers: {} }, (message) => Object.keys(message))).to.deep.equal(["headers"]);
    expect(String(await failureOf(consume({}, () => Promise.reject(new Error("own")))))).to.equal(
      "Error: own",
    );
    for (const act of [() => consume({}, 5 as never), () => consumeBatch([], {}, undefined as never)])
      expect(act).to.throw(TypeError).with.property("code", "THR_NOT_A_FUNCTION");
  });
});

describe("messages that are consumed at once", () => {
  it("are told to be a list where they are none", () => {
    for (const messages of [undefined, null, 5, { 0: "a" }])
      expect(() => consumeBatch(messages as never, () => 1))
        .to.throw(TypeError)
        .with.property("code", "THR_NOT_ITERABLE");
  });

  it(
    "are one span, linked to each of their traces",
    testTelemetry(async (t) => {
      const messages = ["1", "2", "3"].map((last) => ({
        headers: { traceparent: TRACEPARENT.replace("1-01", `${last}-01`) },
      }));
      const count = await withSpan("poll", () =>
        consumeBatch([...messages, { headers: {} }], { destination: "orders" }, (all) => all.length),
      );
      expect(count).to.equal(4);
      const batch = named(t, "process orders");
      expect(batch.parentSpanContext).to.equal(undefined);
      expect(batch.links.map(({ context }) => context.spanId)).to.deep.equal([
        "b7ad6b7169203331",
        "b7ad6b7169203332",
        "b7ad6b7169203333",
      ]);
      expect(batch.attributes["messaging.batch.message_count"]).to.equal(4);
    }),
  );

  it(
    "may go on with the trace of the first",
    testTelemetry(async (t) => {
      await consumeBatch([{ traceparent: TRACEPARENT }, {}], { trust: "continue" }, () => {});
      const batch = named(t, "process");
      expect(batch.parentSpanContext?.spanId).to.equal("b7ad6b7169203331");
      expect(batch.links).to.have.length(1);
    }),
  );
});

describe("the span of a message", () => {
  for (const [name, attributes] of Object.entries({
    "process orders.{id}": { "messaging.destination.template": "orders.{id}" },
    "consume orders.7": { "messaging.operation.name": "consume" },
    "process orders.8": { "messaging.destination.name": "orders.8" },
    "process orders.7": { "messaging.operation.name": 5, "messaging.destination.template": ["a"] },
  }))
    it(
      `is called by what its attributes say: ${name}`,
      testTelemetry(async (t) => {
        await consume({}, { destination: "orders.7", attributes }, () => {});
        expect(named(t, name).attributes).to.deep.include(attributes);
      }),
    );

  it(
    "says by which class of error it has failed, and nothing of one where it has not",
    testTelemetry(async (t) => {
      const failing = [
        () => Promise.reject(new RangeError("no such floor")),
        () => Promise.reject(Object.assign(new Error("no broker"), { code: "ECONNREFUSED" })),
        () => {
          throw undefined;
        },
        (_message: object, span: Span) => {
          span.end();
          throw new Error("too late to tell");
        },
      ];
      for (const fail of failing) await failureOf(consume({}, fail));
      await consume({}, () => {});
      expect(t.spans.map(({ attributes }) => attributes["error.type"])).to.deep.equal([
        "RangeError",
        "ECONNREFUSED",
        "_OTHER",
        undefined,
        undefined,
      ]);
    }),
  );
});

describe("a carrier", () => {
  it(
    "is a copy with the trace of the moment, and of no other",
    testTelemetry(() => {
      const stale = Object.freeze({ traceparent: TRACEPARENT, tracestate: "a=b", other: "kept" });
      const injected = withSpan("publish", () => carriers.message.inject(stale));
      expect(injected).to.have.keys("traceparent", "other");
      expect(injected.traceparent).not.to.equal(TRACEPARENT);
      const untouched = carriers.message.inject(stale);
      expect(untouched).to.deep.equal(stale);
      expect(untouched).not.to.equal(stale);
    }),
  );

  it(
    "of an environment has names as environments have",
    testTelemetry(() => {
      const environment = { PATH: "/bin", TRACEPARENT, TRACESTATE: "a=b" };
      const injected = withSpan("spawn", () => carriers.env.inject(environment));
      expect(injected).to.have.keys("PATH", "TRACEPARENT");
      expect(injected.TRACEPARENT).to.match(/^00-[0-9a-f]{32}-[0-9a-f]{16}-0[13]$/);
      expect(environment.TRACESTATE).to.equal("a=b");
    }),
  );

  it("takes nothing where telemetry is off, and never throws", () => {
    expect(carriers.message.inject({ a: "b" })).to.deep.equal({ a: "b" });
    const throwing = Object.defineProperty({}, "a", {
      enumerable: true,
      get: () => {
        throw new Error("getter");
      },
    });
    expect(carriers.message.inject(throwing)).to.equal(throwing);
    expect(carriers.message.inject(null as never)).to.deep.equal({});
  });
});
