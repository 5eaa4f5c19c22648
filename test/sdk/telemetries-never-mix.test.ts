import { propagation, trace } from "@opentelemetry/api";
import { expect } from "chai";
import { setTimeout as sleep } from "node:timers/promises";
import { ContextVariable } from "../../src/context/context-variable.ts";
import { currentContext, runIn } from "../../src/context/current.ts";
import { gather } from "../../src/context/gather.ts";
import { emptyScope, scope } from "../../src/context/open-scope.ts";
import { Snapshot } from "../../src/context/snapshot.ts";
import { troubles } from "../../src/core/diagnostics.ts";
import { type Receiver, startReceiver } from "../../src/devtools.ts";
import { counter } from "../../src/metrics/accessors.ts";
import { createTelemetry, withTelemetry } from "../../src/sdk/create-telemetry.ts";
import type { StartOptions } from "../../src/sdk/options.ts";
import type { Telemetry } from "../../src/sdk/telemetry.ts";
import { activeSpan } from "../../src/trace/active-span.ts";
import { withSpan } from "../../src/trace/span-helpers.ts";
import { program } from "../processes/spawned.ts";
import { forgetWhatWasTold, silently } from "../stderr.ts";

const user = new ContextVariable<string>("user");
const orders = counter("orders");

interface Tenant {
  readonly name: string;
  readonly telemetry: Telemetry;
  readonly receiver: Receiver;
}

async function tenantCalled(name: string): Promise<Tenant> {
  const receiver = await startReceiver({ port: 0 });
  return { name, receiver, telemetry: createTelemetry({ service: name, endpoint: receiver.endpoint }) };
}

const work = ({ name, telemetry }: Tenant) =>
  withTelemetry(telemetry, () =>
    withSpan(`outer ${name}`, async () => {
      await sleep(Math.random() * 3);
      orders.add(1);
      await gather([1, 2].map(() => () => withSpan(`inner ${name}`, () => sleep(Math.random() * 3))));
      const here = new Snapshot();
      await sleep(1);
      emptyScope(() => withSpan(`alone ${name}`, () => orders.add(1)));
      here.run(() => withSpan(`late ${name}`, () => {}));
    }),
  );

/** What each tenant's collector has: services, spans with their parents' names, and counters. */
async function received({ telemetry, receiver }: Tenant) {
  await telemetry.shutdown();
  const spans = receiver.store.traces().flatMap((each) => each.spans);
  const names = new Map(spans.map(({ spanId, name }) => [spanId, name]));
  const metrics = receiver.store.series().map(({ service, name, point }) => [service, name, point.value]);
  await receiver.close();
  return {
    services: [...new Set(spans.map(({ resource }) => resource["service.name"]))],
    spans: spans.map(({ name, parentSpanId }) => [name, names.get(parentSpanId) ?? parentSpanId]).toSorted(),
    metrics,
  };
}

describe("two telemetries in one process", function () {
  this.timeout(20_000);

  it("get each what was made within them, however operations interleave", async () => {
    const tenants = [await tenantCalled("a"), await tenantCalled("b")] as const;
    await Promise.all(Array.from({ length: 10 }, () => tenants.map(work)).flat());
    for (const tenant of tenants) {
      const { name } = tenant;
      const each = [
        [`alone ${name}`, ""],
        [`inner ${name}`, `outer ${name}`],
        [`inner ${name}`, `outer ${name}`],
        [`late ${name}`, `outer ${name}`],
        [`outer ${name}`, ""],
      ];
      expect(await received(tenant)).to.deep.equal({
        services: [name],
        spans: each.flatMap((row) => Array.from({ length: 10 }, () => row)),
        metrics: [[name, "orders", 20]],
      });
    }
  });

  it("give no parent to each other, and share variables and baggage", async () => {
    const [outer, inner] = [await tenantCalled("outer"), await tenantCalled("inner")];
    scope(() => {
      user.set("ann");
      const baggage = propagation.createBaggage({ tier: { value: "gold" } });
      withTelemetry(outer.telemetry, () =>
        withSpan("around", () =>
          runIn(propagation.setBaggage(currentContext(), baggage), () =>
            withTelemetry(inner.telemetry, () => {
              expect(activeSpan().isRecording()).to.equal(false);
              expect(trace.getSpan(currentContext())).to.equal(undefined);
              expect(user.get()).to.equal("ann");
              expect(propagation.getBaggage(currentContext())?.getEntry("tier")?.value).to.equal("gold");
              withSpan("within", () => user.set("bob"));
            }),
          ),
        ),
      );
      expect(user.get()).to.equal("bob");
    });
    expect((await received(outer)).spans).to.deep.equal([["around", ""]]);
    expect((await received(inner)).spans).to.deep.equal([["within", ""]]);
  });

  it("stand beside that of start(), whose hooks and signals they leave alone", async () => {
    const { output, errors } = await program(
      `
      import { trace } from "@opentelemetry/api";
      import { createTelemetry, start, withSpan, withTelemetry } from "throughline";
      const to = (spans) => ({ export: (batch, done) => { spans.push(...batch.map(({ name }) => name)); done({ code: 0 }); }, shutdown: async () => {} });
      const counts = () => ["SIGTERM", "beforeExit"].map((event) => process.listenerCount(event));
      const [ours, tenants] = [[], []];
      const before = counts();
      const tenant = createTelemetry({ exporter: to(tenants) });
      const alone = counts();
      withTelemetry(tenant, () => withSpan("before start", () => {}));
      const telemetry = start({ exporter: to(ours) });
      const tracer = trace.getTracer("library");
      withSpan("ours", () => {});
      tracer.startSpan("ours, by the API").end();
      withTelemetry(tenant, () => tracer.startSpan("the tenant's, by the API").end());
      withTelemetry(start(), () => withSpan("ours, by name", () => {}));
      await tenant.shutdown();
      withSpan("ours still", () => {});
      await telemetry.shutdown();
      console.log(JSON.stringify([ours, tenants, before, alone]));
      `,
      { OTEL_METRICS_EXPORTER: "none" },
    );
    expect(errors).to.equal("");
    expect(JSON.parse(output)).to.deep.equal([
      ["ours", "ours, by the API", "ours, by name", "ours still"],
      ["before start", "the tenant's, by the API"],
      [0, 0],
      [0, 0],
    ]);
  });

  it("take no options that serve the whole process, which is reported", async () => {
    forgetWhatWasTold();
    let telemetry: Telemetry | undefined;
    const options = { exporter: "none", exit: { signals: true }, http: false } as StartOptions;
    const told = silently(() => (telemetry = createTelemetry(options)));
    expect(told).to.equal("throughline: createTelemetry() has no option http, exit: start() has\n");
    await telemetry?.shutdown();
  });

  it("are known: with anything else the function runs where it is, which is reported", () => {
    const before = troubles().invalid_argument ?? 0;
    silently(() => {
      for (const none of [undefined, null, 5, {}])
        expect(withTelemetry(none as Telemetry, () => "ran")).to.equal("ran");
    });
    expect((troubles().invalid_argument ?? 0) - before).to.equal(4);
    expect(() => withTelemetry({} as Telemetry, 5 as never)).to.throw(/THR_NOT_A_FUNCTION/);
  });
});
