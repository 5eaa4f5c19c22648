import { expect } from "chai";
import { existsSync } from "node:fs";
import { spawned } from "./spawned.ts";

describe("examples/official-sdk.ts", () => {
  it("nests the official SDK's spans and ours, in its contexts", async () => {
    const { code, output, errors } = await spawned(["examples/official-sdk.ts"], {
      OTEL_METRICS_EXPORTER: "none",
    });
    expect(errors).to.match(/^throughline: requests that node:http receives are not traced.*\n$/);
    expect(output.split("\n")).to.deep.equal([
      "charging ann",
      "charge is within query",
      "query is within checkout",
      "checkout is a root",
      "",
    ]);
    expect(code).to.equal(0);
  });
});

describe("examples/rates.ts", () => {
  it("asks the bank once for all, and gives it up in time", async () => {
    const { code, output, errors } = await spawned(["examples/rates.ts"]);
    expect([code, errors, output]).to.deep.equal([
      0,
      "",
      "10, 12.5, 25; RangeError: no rate for CHF; the bank was asked 1 time\naskBank took longer than the 500 ms that it may take\n125\n",
    ]);
  });
});

describe("examples/work-in-a-pool.ts", () => {
  it("keeps the work of each worker in the trace of its sender, and counts in one series", async () => {
    const { code, output, errors } = await spawned(["examples/work-in-a-pool.ts"]);
    expect([code, errors]).to.deep.equal([0, ""]);
    expect(output).to.include("8 spans of all threads").and.include("gallery.resized: 6");
    for (const name of ["holidays", "wedding"]) {
      expect(output).to.include(`${name}-400.jpg\n${name}-300.jpg\n${name}-200.jpg\n`);
      expect(output).to.include(`gallery upload ${name}\n${"  gallery resize\n".repeat(3)}`);
    }
  });
});

describe("examples of databases", function () {
  this.timeout(60_000);

  it("hold exactly what was committed of a thousand orders at once", async () => {
    const { code, output, errors } = await spawned(["examples/a-thousand-orders.ts"]);
    expect(errors).to.match(/^throughline: a session could not be released .*\n$/);
    const [told = "", ...tables] = output.split(/^service.*\n/m);
    expect(told.split("\n")).to.deep.equal([
      'an order without a buyer: 0 of 100 committed: null value in column "buyer" of relation "orders" violates not-null constraint',
      'an order of no book: 0 of 100 committed: new row for relation "lines" violates check constraint "lines_amount_check"',
      "an order with no gift left: 100 of 100 committed",
      "an order that is not paid: 0 of 100 committed: not paid",
      'a buyer whom the commit does not find: 0 of 100 committed: insert or update on table "orders" violates foreign key constraint "orders_buyer_fkey"',
      "connecting: 0 of 100 committed: no connection",
      "BEGIN: 0 of 100 committed: Client was closed and is not queryable",
      "ROLLBACK: 0 of 100 committed: not paid",
      "releasing: 100 of 100 committed",
      "nothing: 100 of 100 committed",
      "shop: the tables hold exactly the 300 orders that were committed",
      "",
    ]);
    expect(tables.join("")).to.match(
      /count +state=used +0 [^]*max +pool.name=orders +10 [^]*wait_time +pool.name=orders +901 /,
    );
    expect(code).to.equal(0);
  });

  it("undo what their tests do", async () => {
    const { code, output } = await spawned([
      "--test",
      "--test-reporter",
      "tap",
      "examples/order-repository.node-test.ts",
    ]);
    expect([code, /# pass \d+/.exec(output)?.[0]]).to.deep.equal([0, "# pass 3"]);
  });

  it("transfer all or nothing on the one connection of node:sqlite", async () => {
    expect(await spawned(["examples/accounts-on-sqlite.ts"])).to.deep.include({
      code: 0,
      errors: "",
      output: "100 of 150 transfers\nann has 0\nbob has 50\ncleo has 50\n",
    });
  });
});

describe("examples of metric groups", () => {
  it("take a group from an awilix container, and the group's own after a reset", async () => {
    const { code, output, errors } = await spawned(["examples/groups-with-awilix.ts"]);
    expect([code, errors]).to.deep.equal([0, ""]);
    expect(lines(output)).to.deep.equal(["placed 1", "service metric value", "shop orders.placed 1"]);
  });

  it("are provided and injected by NestJS, and replaced for a call", async () => {
    const { code, output, errors } = await spawned(["examples/groups-with-nest.ts"]);
    expect([code, errors]).to.deep.equal([0, ""]);
    expect(lines(output)).to.deep.equal(["placed 1", "service metric value", "shop orders.placed 1"]);
  });
});

describe("examples/tenants.ts", function () {
  this.timeout(30_000);

  it("sends what each tenant does to its own receiver, and nothing of another", async () => {
    const { code, output, errors } = await spawned(["examples/tenants.ts"]);
    expect([code, errors, output]).to.deep.equal([
      0,
      "",
      "acme: 1000 spans, 500 orders, 0 of zeta\nzeta: 1000 spans, 500 orders, 0 of acme\n",
    ]);
  });
});

describe("examples of requests", function () {
  this.timeout(20_000);

  for (const [framework, route] of [
    ["http", "/orders/{id}"],
    ["express", "/orders/:id"],
    ["fastify", "/orders/:id"],
    ["koa", "/orders/:id"],
    ["hono", "/orders/:id"],
  ])
    it(`say of each what it was, in lines that agree: ${framework}`, async () => {
      const { code, output, errors } = await spawned([`examples/requests-on-${framework}.ts`]);
      expect([code, errors]).to.deep.equal([0, ""]);
      const said = output.trim().split("\n");
      const told = said
        .filter((line) => line.startsWith("{"))
        .map((line) => JSON.parse(line) as Record<string, unknown>);
      expect(
        told.map(({ message, request_id: request, user_id: user }) => [
          String(message).replace(/ in .*/, ""),
          request,
          user,
        ]),
      ).to.deep.equal([
        ["order loaded", "request-7", undefined],
        [`GET ${route} 200`, "request-7", "ann"],
        [`GET ${route} 500`, "request-0", undefined],
      ]);
      const [loaded, found, missed] = told;
      expect(loaded?.["trace_id"]).to.equal(found?.["trace_id"]);
      expect(missed?.["trace_id"]).not.to.equal(found?.["trace_id"]);
      expect(missed?.["exception.message"]).to.equal("there is no order 0");
      expect(said.filter((line) => !line.startsWith("{"))).to.deep.equal([
        '200 request-7 {"order":{"id":"7","buyer":"ann"},"copies":1,"request":"request-7"}',
        "500 request-0",
      ]);
    });
});

describe("examples/logs-with-pino.ts", () => {
  it("writes of each request what it was, by its own ids, and of one in debug", async () => {
    const { code, output, errors } = await spawned(["examples/logs-with-pino.ts"]);
    expect([code, errors]).to.deep.equal([0, ""]);
    const told = output
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    for (const [item, said] of Object.entries({
      tea: ["reserved", "GET /items/{item} 200"],
      milk: ["asked", "reserved", "GET /items/{item} 200"],
      honey: ["reserved", "GET /items/{item} 200"],
    })) {
      const own = told.filter(({ request_id: request }) => request === item);
      expect(own.map(({ msg }) => String(msg).replace(/ in .*/, ""))).to.deep.equal(said);
      expect(new Set(own.map(({ trace_id: trace }) => trace))).to.have.property("size", 1);
      expect(own[0]?.["trace_id"]).to.match(/^[0-9a-f]{32}$/);
    }
  });
});

describe("examples of messages", function () {
  this.timeout(20_000);

  it("draw one trace from a request to its job, and one of a batch that is linked to all: in process", async () => {
    const { code, output, errors } = await spawned(["examples/messages-in-process.ts"]);
    expect([code, errors, output]).to.deep.equal([
      0,
      "",
      `the books have 6 of 6 orders
6 × shop POST (server)
  shop publish mails (producer)
    shop process mails (consumer)
      shop write mail
1 × shop process books (consumer), linked to 6
  shop insert entries
`,
    ]);
  });

  for (const [broker, trees] of [
    [
      "redis",
      `5 × shop POST (server)
  shop publish mails (producer)
    shop process mails (consumer)
      shop write mail
  shop publish partners (producer)
  shop publish books (producer)
1 × shop POST (server)
  shop publish mails (producer)
    shop process mails (consumer) ✗
    shop process mails (consumer)
      shop write mail
  shop publish partners (producer)
  shop publish books (producer)
1 × shop process books (consumer), linked to 6
6 × shop process partners (consumer), linked to 1
`,
    ],
    [
      "nats",
      `5 × shop POST (server)
  shop publish orders.placed (producer)
    shop process orders.placed (consumer)
      shop write mail
1 × shop POST (server)
  shop publish orders.placed (producer)
    shop process orders.placed (consumer) ✗
    shop process orders.placed (consumer)
      shop write mail
6 × shop process orders.placed (consumer), linked to 1
1 × shop process orders.placed (consumer), linked to 6
`,
    ],
  ])
    it(`draw the same through a broker, where it is installed: ${broker}`, async function () {
      const { code, output, errors } = await spawned([`examples/messages-on-${broker}.ts`]);
      expect([code, errors]).to.deep.equal([0, ""]);
      if (!output.startsWith(`${broker}-server is not here`)) return expect(output).to.equal(trees);
      console.log(output.trim());
      return this.skip();
    });

  it("say which broker is not installed", async function () {
    // Where Debian has put it, it is found without a PATH, too.
    if (existsSync("/usr/sbin/redis-server")) this.skip();
    expect(await spawned(["examples/messages-on-redis.ts"], { PATH: "" })).to.deep.include({
      code: 0,
      errors: "",
      output: "redis-server is not here, which Debian installs by: apt-get install redis-server\n",
    });
  });
});

describe("examples of tests", function () {
  this.timeout(20_000);

  it("pass with mocha", async () => {
    const { code, output } = await spawned([
      "node_modules/mocha/bin/mocha.js",
      "--no-config",
      "--reporter",
      "dot",
      "examples/checkout.mocha.ts",
    ]);
    expect([code, /\d+ passing/.exec(output)?.[0]]).to.deep.equal([0, "2 passing"]);
  });

  it("pass with node:test, all at once", async () => {
    const { code, output } = await spawned([
      "--test",
      "--test-reporter",
      "tap",
      "examples/checkout.node-test.ts",
    ]);
    expect([code, /# pass \d+/.exec(output)?.[0]]).to.deep.equal([0, "# pass 3"]);
  });
});

describe("examples/manual-recorder-lifecycle.ts", () => {
  it("fails to construct a recorder without a loop, and counts three events in one", async () => {
    expect(await spawned(["examples/manual-recorder-lifecycle.ts"])).to.deep.include({
      code: 0,
      errors: "",
      output: `without a loop: RecorderLoopUnavailableError THR_RECORDER_LOOP_UNAVAILABLE
{
  "document_storage.save.attempts": {
    "name": "document_storage.save.attempts",
    "dimensions": {
      "total": 3,
      "success_total": 2,
      "failure_total": 1
    }
  }
}
`,
    });
  });
});

describe("examples/metrics-runtime.ts", () => {
  it("counts three events in a worker", async () => {
    expect(await spawned(["examples/metrics-runtime.ts"])).to.deep.include({
      code: 0,
      errors: "",
      output: `stopped {"accepted":3,"handled":3,"unhandled":0,"failed":0,"refused":0,"pending":0,"metricFailures":0}
{
  "document_storage": {
    "document_storage.saved": {
      "name": "document_storage.saved",
      "dimensions": {
        "total": 3,
        "bytes": 2624
      }
    }
  }
}
`,
    });
  });
});

/** Without the width of columns. */
function lines(output: string): string[] {
  return output
    .split("\n")
    .map((line) => line.replaceAll(/ +/g, " ").trim())
    .filter((line) => line !== "");
}
