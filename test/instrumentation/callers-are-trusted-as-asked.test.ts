import { propagation, SpanKind } from "@opentelemetry/api";
import { expect } from "chai";
import { ContextVariable } from "../../src/context/context-variable.ts";
import { currentContext } from "../../src/context/current.ts";
import type { HttpPolicy } from "../../src/instrumentation/http-policy.ts";
import { httpSettings } from "../../src/sdk/http-settings.ts";
import { readEnvironment } from "../../src/sdk/environment.ts";
import { troubles } from "../../src/core/diagnostics.ts";
import type { RecordedSpan } from "../recording.ts";
import { ask } from "../middleware/requests.ts";
import { silently } from "../stderr.ts";
import { ofKind, serving, tracedHttp } from "./traced-http.ts";

const TRACE = "0af7651916cd43dd8448eb211c80319c";
const CALLER = "b7ad6b7169203331";
const HEADERS = {
  traceparent: `00-${TRACE}-${CALLER}-01`,
  tracestate: "vendor=1",
  baggage: "tier=gold,secret=1",
};

const policyOf = (http: unknown): HttpPolicy => httpSettings(http, readEnvironment({})).policy;

/** What a request with those headers is given, and its span. */
async function received(http: unknown): Promise<{ span: RecordedSpan | undefined; baggage: unknown }> {
  let baggage: unknown;
  const spans = await tracedHttp(
    () =>
      serving(
        (_request, response) => {
          baggage = propagation
            .getBaggage(currentContext())
            ?.getAllEntries()
            .map(([key, { value }]) => [key, value]);
          response.end();
        },
        (url) => ask(url, { headers: HEADERS }).then(() => {}),
      ),
    undefined,
    policyOf(http),
  );
  return { span: ofKind(spans, SpanKind.SERVER)[0], baggage };
}

describe("a caller's trace", () => {
  it("is continued, with its baggage, unless it is said otherwise", async () => {
    for (const http of [undefined, {}, { trust: "continue" }]) {
      const { span, baggage } = await received(http);
      expect([span?.traceId, span?.parentSpanId, span?.traceState]).to.deep.equal([
        TRACE,
        CALLER,
        "vendor=1",
      ]);
      expect(baggage).to.deep.equal([
        ["tier", "gold"],
        ["secret", "1"],
      ]);
    }
  });

  it("is linked to, by a trace of its own without its baggage, where it is to be", async () => {
    const { span, baggage } = await received({ trust: "link" });
    expect(span?.traceId).not.to.equal(TRACE);
    expect([span?.parentSpanId, span?.traceState]).to.deep.equal([undefined, ""]);
    expect(span?.links.map(({ traceId, spanId }) => [traceId, spanId])).to.deep.equal([[TRACE, CALLER]]);
    expect(baggage).to.equal(undefined);
  });

  it("is ignored where it is to be", async () => {
    const { span, baggage } = await received({ trust: "ignore" });
    expect(span?.traceId).not.to.equal(TRACE);
    expect([span?.parentSpanId, span?.links, baggage]).to.deep.equal([undefined, [], undefined]);
  });

  it("is what a function says of the request; where that fails, or says something else, it is ignored", async () => {
    const trusted = await received({
      trust: ({ headers }: { headers: object }) => ("traceparent" in headers ? "continue" : "ignore"),
    });
    expect(trusted.span?.traceId).to.equal(TRACE);
    const before = troubles().plugin_failed ?? 0;
    for (const trust of [
      () => {
        throw new Error("on purpose");
      },
      () => "always",
    ]) {
      const { span } = await received({ trust });
      expect(span?.traceId).not.to.equal(TRACE);
    }
    expect(troubles().plugin_failed).to.equal(before + 2);
  });

  it("brings the baggage whose keys are named, and no other", async () => {
    for (const trust of ["continue", "link", "ignore"]) {
      const { baggage } = await received({ trust, baggage: ["tier", "absent"] });
      expect(baggage).to.deep.equal([["tier", "gold"]]);
      expect((await received({ trust, baggage: [] })).baggage).to.equal(undefined);
    }
  });
});

const tier = new ContextVariable<string>("caller-tier", { travels: "baggage" });

/** What a service that is called by one with this option is sent in a header. */
async function sent(
  http: unknown,
  headers: Record<string, string> = {},
  name = "x-correlation-id",
): Promise<unknown[]> {
  const seen: unknown[] = [];
  await tracedHttp(
    () =>
      serving(
        (request, response) => {
          seen.push(request.headers[name]);
          response.end();
        },
        (inner, port) =>
          serving(
            async (_request, response) => {
              tier.set("gold");
              await (await fetch(inner, { headers })).text();
              await (await fetch(`http://localhost:${port}`, { headers })).text();
              response.end();
            },
            (url) => ask(url, { headers: { "x-correlation-id": "theirs" } }).then(() => {}),
          ),
      ),
    undefined,
    policyOf(http),
  );
  return seen;
}

describe("the correlation id", () => {
  it("goes on to hosts of this network, to those that are named, or to none", async () => {
    expect(await sent(undefined)).to.deep.equal(["theirs", "theirs"]);
    expect(await sent({ correlate: ["localhost"] })).to.deep.equal([undefined, "theirs"]);
    expect(await sent({ correlate: ["127.0.0.1"] })).to.deep.equal(["theirs", undefined]);
    expect(await sent({ correlate: false })).to.deep.equal([undefined, undefined]);
  });

  it("has the variables that travel as baggage go with it", async () => {
    const [both, neither] = [
      await sent(undefined, {}, "baggage"),
      await sent({ correlate: false }, {}, "baggage"),
    ];
    expect(both).to.deep.equal(["caller-tier=gold", "caller-tier=gold"]);
    expect(neither).to.deep.equal([undefined, undefined]);
  });

  it("that the caller has set itself stays", async () => {
    expect(await sent(undefined, { "X-Correlation-ID": "own" })).to.deep.equal(["own", "own"]);
  });

  for (const [host, isInternal] of [
    ["payments", true],
    ["payments.default.svc", true],
    ["PAYMENTS.INTERNAL", true],
    ["printer.local", true],
    ["a.localhost", true],
    ["127.0.0.1", true],
    ["10.1.2.3", true],
    ["172.16.0.1", true],
    ["172.32.0.1", false],
    ["192.168.0.1", true],
    ["100.64.0.1", true],
    ["100.128.0.1", false],
    ["169.254.169.254", true],
    ["8.8.8.8", false],
    ["[::1]", true],
    ["fd00::1", true],
    ["fe80::1", true],
    ["2001:db8::1", false],
    ["example.com", false],
    ["internal.example.com", false],
    ["", false],
  ] as const)
    it(`${isInternal ? "goes" : "does not go"} to ${host} by itself`, () => {
      expect(policyOf(undefined).correlates(host)).to.equal(isInternal);
    });

  it("goes to each host below one that is named with a star", () => {
    const { correlates } = policyOf({ correlate: ["*.EXAMPLE.com", "Api.test"] });
    expect(
      ["a.example.com", "A.Example.com", "example.com", "a.b.example.com", "api.test", "payments"].map(
        correlates,
      ),
    ).to.deep.equal([true, true, false, true, true, false]);
  });
});

describe("the star alone", () => {
  it("is all hosts", () => {
    expect(["example.com", "8.8.8.8", "a"].map(policyOf({ correlate: ["*"] }).correlates)).to.deep.equal([
      true,
      true,
      true,
    ]);
  });
});

describe("the option http", () => {
  for (const [name, wrong] of Object.entries({
    trust: "always",
    baggage: "tier",
    correlate: true,
    ignore: 5,
    knownMethods: "GET",
    server: "yes",
  }))
    it(`whose ${name} is not understood goes on without it, and says so`, () => {
      const before = troubles().invalid_configuration ?? 0;
      silently(() => httpSettings({ [name]: wrong }, readEnvironment({})));
      expect(troubles().invalid_configuration).to.equal(before + 1);
    });
});
