import { expect } from "chai";
import { readFileSync } from "node:fs";
import { type Run, runServices } from "../../examples/services.ts";
import { parseTrees } from "../../examples/trace-trees.ts";
import { collected } from "./collector.ts";
import { byKey, type Held, type HeldAttributes, type HeldSpan, type HeldValue } from "./held-telemetry.ts";
import { traces, treeOf } from "./held-traces.ts";

/** Every fifth is dearer than the payments service allows. */
const ORDERS = Array.from({ length: 200 }, (_, index) => ({
  amount: index % 5 === 2 ? 1000 + index : 20 + index,
  tier: index % 2 === 0 ? "gold" : "standard",
}));
const DECLINED = ORDERS.filter(({ amount }) => amount > 900).length;
const AUDITED = ORDERS.filter(({ amount }) => amount >= 215 && amount <= 900).length;
const PAID = ORDERS.length - DECLINED - AUDITED;

describe("the Collector, sent the demo's 200 orders", () => {
  let held: Held;
  let run: Run;

  before(async () => {
    const { result, ...rest } = await collected((endpoint) => runServices(endpoint, ORDERS));
    run = result;
    held = rest;
  });

  it("holds every span exactly once", () => {
    const delivered = run.reports.reduce((sum, { spans }) => sum + spans.delivered, 0);
    expect(delivered).to.equal(13 * PAID + 14 * AUDITED + 9 * DECLINED);
    // A child process has an account of its own, and one span.
    expect(held.spans).to.have.lengthOf(delivered + AUDITED);
    expect(new Set(held.spans.map(({ spanId }) => spanId)).size).to.equal(delivered + AUDITED);
    for (const { spans } of run.reports) expect(spans).to.include({ made: spans.delivered, pending: 0 });
  });

  it("holds a trace of each order, a tree of the expected shape, and no parent is missing", () => {
    const trees = [...traces(held.spans).values()].map(treeOf);
    const expected = parseTrees(readFileSync("examples/expected-traces.txt", "utf8"));
    const names = trees.map((tree) => expected.entries().find(([, text]) => text === tree)?.[0] ?? tree);
    expect(tally(names)).to.deep.equal({
      paid: PAID,
      "paid and audited": AUDITED,
      declined: DECLINED,
    });
  });

  it("holds in each trace the amount and the tier of one order, and of each order once", () => {
    const orders = [...traces(held.spans).values()].map((spans) => {
      const [checkout, authorize] = [attributesOf(spans, "checkout"), attributesOf(spans, "authorize")];
      expect(Number(authorize["payment.amount"]?.intValue)).to.equal(
        Number(checkout["order.amount"]?.intValue) + 2,
      );
      return `${checkout["order.amount"]?.intValue} ${authorize["customer.tier"]?.stringValue}`;
    });
    expect(orders.toSorted()).to.deep.equal(ORDERS.map(({ amount, tier }) => `${amount} ${tier}`).toSorted());
  });

  it("holds the attributes of a paid order with their types", () => {
    expect(attributesByName(traceOf(20))).to.deep.equal({
      "POST /orders": { ...serverSide("POST", "/orders", "201"), ...NODE },
      checkout: { "order.amount": { intValue: "20" } },
      quote: {},
      GET: { ...clientSide("GET", "/fee", "200"), ...PEER },
      "GET /fee": serverSide("GET", "/fee", "200"),
      charge: {},
      POST: clientSide("POST", "/charges", "200"),
      "POST /charges": { ...serverSide("POST", "/charges", "200"), ...NODE },
      authorize: { "payment.amount": { intValue: "22" }, "customer.tier": { stringValue: "gold" } },
      "write receipt": {},
      "publish mails": messaging("publish", "send"),
      "process mails": messaging("process", "process"),
      "send mail": {},
    });
  });

  it("holds why an order was declined: statuses, the error's type, and the exception once", () => {
    const spans = traceOf(1002);
    expect(Object.fromEntries(spans.map(({ name, status }) => [name, status]))).to.deep.equal({
      "POST /orders": {},
      checkout: { code: 2, message: "the card was declined" },
      quote: {},
      GET: {},
      "GET /fee": {},
      charge: { code: 2, message: "the card was declined" },
      POST: { code: 2 },
      "POST /charges": {},
      authorize: { code: 2, message: "over the limit of 900 EUR" },
    });
    expect(attributesOf(spans, "POST")).to.deep.include({
      "http.response.status_code": { intValue: "402" },
      "error.type": { stringValue: "402" },
    });
    const events = spans.flatMap(({ name, events: own = [] }) => own.map((event) => ({ ...event, name })));
    expect(events.map(({ name }) => name)).to.deep.equal(["charge"]);
    expect(byKey(events[0]?.attributes)).to.deep.include({
      "exception.type": { stringValue: "Declined" },
      "exception.message": { stringValue: "the card was declined" },
    });
  });

  it("holds who made each span", () => {
    const { version } = JSON.parse(readFileSync("package.json", "utf8")) as { version: string };
    const makers = held.spans.map(
      ({ resource, scope }) =>
        `${byKey(resource.attributes)["service.name"]?.stringValue}: ${scope.name} ${scope.version}`,
    );
    expect(tally(makers)).to.deep.equal({
      [`orders: throughline ${version}`]: 7 * PAID + 8 * AUDITED + 3 * DECLINED,
      [`orders: throughline/http ${version}`]: 3 * ORDERS.length,
      [`payments: throughline ${version}`]: ORDERS.length,
      [`audit: throughline ${version}`]: AUDITED,
      [`payments: throughline/http ${version}`]: 2 * ORDERS.length,
    });
    for (const { resource } of held.spans)
      expect(byKey(resource.attributes)).to.deep.include({
        "telemetry.sdk.name": { stringValue: "throughline" },
        "telemetry.sdk.language": { stringValue: "nodejs" },
        "telemetry.sdk.version": { stringValue: version },
      });
  });

  it("holds every data point, and counts the orders by their outcome", () => {
    const delivered = run.reports.reduce((sum, { metrics }) => sum + metrics.delivered, 0);
    const points = held.metrics.flatMap(
      ({ sum, histogram, gauge }) => (sum ?? histogram ?? gauge)?.dataPoints ?? [],
    );
    expect(points).to.have.lengthOf(delivered);
    const placed = held.metrics.find(({ name }) => name === "orders.placed")?.sum?.dataPoints ?? [];
    const outcomes = placed.map(({ attributes, ...point }) => [
      byKey(attributes)["outcome"]?.stringValue,
      Reflect.get(point, "asInt"),
    ]);
    expect(Object.fromEntries(outcomes)).to.deep.equal({
      paid: String(ORDERS.length - DECLINED),
      declined: String(DECLINED),
    });
  });

  function traceOf(amount: number): readonly HeldSpan[] {
    const found = [...traces(held.spans).values()].find(
      (spans) => attributesOf(spans, "checkout")["order.amount"]?.intValue === String(amount),
    );
    return found ?? [];
  }
});

const PORT = { intValue: "a port" };
const HERE = { stringValue: "127.0.0.1" };

/** What only node:http tells of the connection. */
const PEER = {
  "network.peer.address": HERE,
  "network.peer.port": PORT,
  "network.protocol.version": { stringValue: "1.1" },
};
/** What fetch says of itself. */
const NODE = { "user_agent.original": { stringValue: "node" } };

function messaging(name: string, type: string): Record<string, HeldValue> {
  return {
    "messaging.operation.name": { stringValue: name },
    "messaging.operation.type": { stringValue: type },
    "messaging.system": { stringValue: "fastq" },
    "messaging.destination.name": { stringValue: "mails" },
  };
}

function serverSide(method: string, path: string, status: string): Record<string, HeldValue> {
  return {
    "http.request.method": { stringValue: method },
    "http.route": { stringValue: path },
    "http.response.status_code": { intValue: status },
    "url.scheme": { stringValue: "http" },
    "url.path": { stringValue: path },
    "network.protocol.version": { stringValue: "1.1" },
    "server.address": HERE,
    "server.port": PORT,
    "client.address": HERE,
  };
}

function clientSide(method: string, path: string, status: string): Record<string, HeldValue> {
  return {
    "http.request.method": { stringValue: method },
    "http.response.status_code": { intValue: status },
    "url.full": { stringValue: `http://127.0.0.1:a port${path}` },
    "server.address": HERE,
    "server.port": PORT,
  };
}

function attributesByName(spans: readonly HeldSpan[]): Record<string, Record<string, HeldValue>> {
  return Object.fromEntries(spans.map(({ name, attributes }) => [name, portless(attributes)]));
}

/** Ports are free ones, other ones each time. */
function portless(attributes: HeldAttributes = []): Record<string, HeldValue> {
  return byKey(
    attributes.map(({ key, value }) => {
      if (key.endsWith(".port") && value.intValue !== undefined) return { key, value: PORT };
      const text = value.stringValue?.replace(/(?<=127\.0\.0\.1:)\d+/, "a port");
      return { key, value: text === undefined ? value : { stringValue: text } };
    }),
  );
}

function attributesOf(spans: readonly HeldSpan[], name: string): Record<string, HeldValue> {
  return byKey(spans.find((span) => span.name === name)?.attributes);
}

function tally(names: readonly string[]): Record<string, number> {
  return Object.fromEntries([...Map.groupBy(names, (name) => name)].map(([name, all]) => [name, all.length]));
}
