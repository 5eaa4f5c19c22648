import { propagation } from "@opentelemetry/api";
import { expect } from "chai";
import { assert, jsonValue, property } from "fast-check";
import { ContextVariable } from "../../src/context/context-variable.ts";
import { currentContext } from "../../src/context/current.ts";
import { clearScope, emptyScope, scope } from "../../src/context/open-scope.ts";
import { Snapshot } from "../../src/context/snapshot.ts";
import { carriers } from "../../src/propagation/carriers.ts";
import { consume } from "../../src/request/consume.ts";
import { testTelemetry } from "../../src/testing/test-telemetry.ts";
import { activeSpan } from "../../src/trace/active-span.ts";
import { withSpan } from "../../src/trace/span-helpers.ts";
import { silently, telling } from "../stderr.ts";

interface Tenant {
  readonly id: string;
  readonly plan?: string;
}

const tenant = new ContextVariable<Tenant>("travel-tenant", { travels: "process" });
const region = new ContextVariable("travel-region", { travels: "baggage", defaultValue: "nowhere" });
const since = new ContextVariable<Date>("travel-since", {
  travels: "process",
  codec: { encode: (date) => date.toISOString(), decode: (text) => new Date(text) },
});
const home = new ContextVariable<string>("travel-home");

/** As a worker would: from the texts alone, and in none of what is active here. */
const elsewhere = <Result>(carrier: unknown, fn: () => Result): Result =>
  emptyScope(() => Snapshot.from(structuredClone(carrier)).run(fn));

const messageOf = (): Record<string, string> => carriers.message.inject({});

describe("a snapshot as a carrier", () => {
  it(
    "carries the trace, baggage and the variables that travel, and nothing else",
    testTelemetry(async (t) => {
      const carrier = withSpan("here", () => {
        tenant.set({ id: "acme" });
        region.set("eu");
        since.set(new Date(0));
        home.set("stays");
        return new Snapshot().toCarrier();
      });
      expect(Object.keys(carrier).toSorted()).to.deep.equal([
        "baggage",
        "throughline-variables",
        "traceparent",
      ]);
      elsewhere(carrier, () =>
        withSpan("there", () => {
          expect([tenant.get(), region.get(), since.get(), home.tryGet()]).to.deep.equal([
            { id: "acme" },
            "eu",
            new Date(0),
            undefined,
          ]);
        }),
      );
      const [here, there] = t.spans;
      expect(there?.parentSpanContext?.spanId).to.equal(here?.spanContext().spanId);
      expect(there?.parentSpanContext?.isRemote).to.equal(true);
    }),
  );

  it("is by value, and can be run many times", () => {
    const carrier = tenant.run({ id: "acme" }, () => new Snapshot().toCarrier());
    const arrived = Snapshot.from(carrier);
    arrived.run(() => tenant.set({ id: "other" }));
    expect(arrived.run(() => tenant.get())).to.deep.equal({ id: "acme" });
    expect(tenant.tryGet()).to.equal(undefined);
  });

  it("gives one operation one object, and another its own", () => {
    const carrier = tenant.run({ id: "acme" }, () => new Snapshot().toCarrier());
    const [first, second] = [Snapshot.from(carrier), Snapshot.from(carrier)];
    expect(first.run(() => tenant.get())).to.equal(first.run(() => tenant.get()));
    expect(first.run(() => tenant.get())).not.to.equal(second.run(() => tenant.get()));
  });

  it("goes on from thread to thread, also where nobody has declared the variable", () => {
    const foreign = { "throughline-variables": JSON.stringify({ "of-another-module": "1" }) };
    const next = elsewhere(foreign, () => new Snapshot().toCarrier());
    expect(JSON.parse(next["throughline-variables"] ?? "")).to.deep.equal({ "of-another-module": "1" });
  });

  it("lets a token, a set and clearScope do what they do", () => {
    const carrier = region.run("eu", () => tenant.run({ id: "acme" }, () => new Snapshot().toCarrier()));
    elsewhere(carrier, () => {
      const token = tenant.set({ id: "mine" });
      expect(tenant.get().id).to.equal("mine");
      tenant.reset(token);
      expect(tenant.get().id).to.equal("acme");
      scope(() => {
        clearScope();
        expect([tenant.tryGet(), region.get()]).to.deep.equal([undefined, "nowhere"]);
        expect(new Snapshot().toCarrier()).not.to.have.property("throughline-variables");
      });
      expect(emptyScope(() => tenant.tryGet())).to.equal(undefined);
    });
  });

  it("tells what JSON can, whatever it is", () => {
    assert(
      property(jsonValue(), (value) => {
        const carrier = tenant.run(value as unknown as Tenant, () => new Snapshot().toCarrier());
        expect(elsewhere(carrier, () => tenant.get())).to.deep.equal(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  it("is empty of what is hostile, and never throws", () => {
    silently(() => {
      const hostile: unknown[] = [
        undefined,
        null,
        5,
        "text",
        Object.freeze({ traceparent: "00-zz" }),
        new Proxy(
          {},
          {
            get: () => {
              throw new Error("no");
            },
            ownKeys: () => {
              throw new Error("no");
            },
          },
        ),
        { "throughline-variables": "{" },
        { "throughline-variables": "[1]", traceparent: "x".repeat(1 << 20), baggage: "=,".repeat(1 << 19) },
        { "throughline-variables": `{"travel-tenant":"${"x".repeat(1 << 20)}"}` },
        { "throughline-variables": '{"__proto__":"1","toString":"2","travel-tenant":"not json"}' },
      ];
      for (const carrier of hostile)
        Snapshot.from(carrier).run(() => {
          expect(tenant.tryGet()).to.equal(undefined);
          expect(activeSpan().spanContext().traceId).to.match(/^0+$/);
        });
    });
  });

  it("asks no codec again that asks for a carrier itself", () => {
    const codec = {
      encode: () => JSON.stringify(new Snapshot().toCarrier()),
      decode: (text: string) => text,
    };
    const variables = ["a", "b", "c"].map((name) => new ContextVariable(name, { travels: "process", codec }));
    silently(() =>
      scope(() => {
        for (const variable of variables) variable.set("x");
        expect(new Snapshot().toCarrier()["throughline-variables"]).to.equal('{"a":"{}","b":"{}","c":"{}"}');
      }),
    );
  });

  it("leaves behind what cannot be told, and says so", async () => {
    const loop: { self?: unknown } = {};
    loop.self = loop;
    const { told } = await telling(() => {
      const carrier = tenant.run(loop as unknown as Tenant, () => new Snapshot().toCarrier());
      expect(carrier).not.to.have.property("throughline-variables");
      const large = tenant.run({ id: "x".repeat(40_000) }, () => new Snapshot().toCarrier());
      expect(large).not.to.have.property("throughline-variables");
    });
    expect(told).to.include("stayed behind");
  });
});

describe("a variable that travels as baggage", () => {
  it(
    "is read by whoever gets the message, and wins over the baggage that came",
    testTelemetry(async () => {
      const sent = region.run("eu", messageOf);
      expect(sent["baggage"]).to.equal("travel-region=eu");
      const forwarded = await consume({ headers: sent }, () => {
        expect(region.get()).to.equal("eu");
        expect(propagation.getBaggage(currentContext())?.getEntry("travel-region")?.value).to.equal("eu");
        return region.run("us", messageOf);
      });
      expect(forwarded["baggage"]).to.equal("travel-region=us");
    }),
  );

  it(
    "keeps the variables of this program out of messages",
    testTelemetry(() => {
      const sent = tenant.run({ id: "secret" }, messageOf);
      expect(JSON.stringify(sent)).not.to.include("secret");
      const env = tenant.run({ id: "for-children" }, () => carriers.env.inject({}));
      expect(env).to.have.property("THROUGHLINE_VARIABLES").that.includes("for-children");
    }),
  );

  it(
    "sends neither a default nor what was unset",
    testTelemetry(() => {
      expect(messageOf()).not.to.have.property("baggage");
      const unset = region.run("eu", () => region.run(undefined as unknown as string, messageOf));
      expect(unset).not.to.have.property("baggage");
    }),
  );

  it("needs a codec for what is no text", async () => {
    const count = new ContextVariable<number>("travel-count", { travels: "baggage" });
    const { told } = await telling(
      testTelemetry(() => {
        expect(count.run(3, messageOf)).not.to.have.property("baggage");
      }),
    );
    expect(told).to.include("stayed behind");
  });
});

describe("the option travels", () => {
  it("is refused where it is not understood, and the variable works all the same", async () => {
    const { told } = await telling(() => {
      for (const options of [
        { travels: "everywhere" },
        { travels: "process", codec: { encode: 5 } },
        { travels: "process", codec: null },
      ]) {
        const variable = new ContextVariable<number>("odd", options as object);
        expect(variable.run(1, () => variable.get())).to.equal(1);
      }
      const named = new ContextVariable<string>("no header, has this", { travels: "baggage" });
      expect(named.run("x", () => named.get())).to.equal("x");
    });
    expect(told).to.include("does not travel");
  });
});
