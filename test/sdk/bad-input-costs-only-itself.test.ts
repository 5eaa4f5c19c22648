import { expect } from "chai";
import { startReceiver } from "../../src/devtools.ts";
import { program } from "../processes/spawned.ts";

/** What is done wrong with a `span`, with `nonsense` of every kind at hand; `times` is how often one round does. */
const BAD: Record<string, { readonly code: string; readonly kind: string; readonly times: number }> = {
  "names of every wrong type": {
    code: "for (const name of nonsense) withSpan(name, () => {});",
    kind: "invalid_argument",
    times: 12,
  },
  "attributes of every wrong type": {
    code: "for (const value of [() => {}, Symbol('s'), 1n, new Date(0), new Map(), new Error('e')]) span.setAttribute('key', value);",
    kind: "invalid_attribute",
    times: 6,
  },
  "keys of every wrong type": {
    code: "for (const key of nonsense) span.setAttribute(key, 1);",
    kind: "invalid_attribute",
    times: 12,
  },
  "a getter that throws": {
    code: "span.setAttributes({ a: 1, get broken() { throw new Error('on purpose'); }, b: 2 });",
    kind: "invalid_attribute",
    times: 1,
  },
  "revoked proxies": {
    code: "span.setAttributes(revoked).setAttribute('key', revoked); span.addEvent('event', revoked); annotate(revoked);",
    kind: "invalid_attribute",
    times: 4,
  },
  "attributes that are no object": {
    code: "for (const each of ['text', 5, true, [], () => {}]) span.setAttributes(each);",
    kind: "invalid_attribute",
    times: 5,
  },
  "an end before the start": {
    code: "withSpan('late', { startTime: Date.now() + 3_600_000 }, () => {});",
    kind: "invalid_argument",
    times: 1,
  },
  "links that are none": {
    code: "for (const link of [null, 5, {}, revoked]) span.addLink(link); span.addLinks(7); span.addLinks(revoked);",
    kind: "invalid_argument",
    times: 6,
  },
  "statuses that are none": {
    code: "for (const status of [null, undefined, revoked, 'error', { code: 'ERROR' }, { code: 7 }]) span.setStatus(status);",
    kind: "invalid_argument",
    times: 6,
  },
  "times that are none": {
    code: "span.addEvent('event', {}, 'yesterday'); span.recordException('error', revoked); withSpan('times', { startTime: [1] }, () => {}); startSpan('times').end(NaN);",
    kind: "invalid_argument",
    times: 4,
  },
  "what comes after the end": {
    code: "const ended = startSpan('ended'); ended.end(); ended.setAttribute('late', 1).setAttributes({ late: 1 }).addEvent('late').addLink({}).addLinks([]).updateName('late').setStatus({ code: 2 }); ended.recordException(new Error('late'));",
    kind: "changed_after_end",
    times: 8,
  },
  "options that are no object": {
    code: "withSpan('options', 'oops', () => {}); startSpan('options', 5).end();",
    kind: "invalid_argument",
    times: 2,
  },
  "options that throw": {
    code: "withSpan('options', { get attributes() { throw new Error('on purpose'); } }, () => {}); withSpan('options', revoked, () => {});",
    kind: "invalid_argument",
    times: 2,
  },
  "kinds that are none": {
    code: "for (const kind of ['server', 9, {}]) withSpan('kind', { kind }, () => {});",
    kind: "invalid_argument",
    times: 3,
  },
  "contexts that are none": {
    code: "for (const context of [null, 5, {}, revoked]) tracer.startSpan('context', {}, context).end();",
    kind: "invalid_argument",
    times: 4,
  },
  "more attributes than a span takes": {
    code: "withSpan('many', (many) => { for (let each = 0; each < 130; each++) many.setAttribute('key ' + each, each); });",
    kind: "limit_reached",
    times: 1,
  },
};

/** What is no trouble at all: it means nothing, or has a meaning. */
const HARMLESS: Record<string, string> = {
  "null and undefined":
    "span.setAttribute('key', null).setAttributes(undefined).setAttributes(null); withSpan('null', null, () => {}); startSpan('null', null).end(); annotate(null); tracer.startSpan('null', null, undefined).end();",
  cycles:
    "const cycle = { name: 'x' }; cycle.self = cycle; const list = [cycle]; list.push(list); span.setAttribute('cycle', cycle).setAttribute('list', list); span.addEvent('cycle', { cycle });",
  "lone surrogates":
    "span.setAttribute('\\ud800', '\\udfff').updateName('\\ud83d'); span.addEvent('\\udc00', { a: ['\\ud800'] });",
  "end twice": "const ended = startSpan('ended'); ended.end(); ended.end(); ended.end(5);",
  "errors of every kind":
    "for (const thrown of [...nonsense, revoked, null, undefined]) { try { withSpan('throws', () => { throw thrown; }); } catch (caught) { if (!Object.is(caught, thrown)) console.log('not the same'); } }",
  "huge values":
    "span.setAttribute('huge', 'x'.repeat(50_000_000)); span.addEvent('huge', { huge: 'x'.repeat(10_000_000) });",
  "a million attributes":
    "const many = {}; for (let each = 0; each < 1_000_000; each++) many['key ' + each] = each; let made; withSpan('million', { attributes: many }, (own) => made = own); ",
};

const SET_UP = `
  import * as api from "@opentelemetry/api";
  import { annotate, start, startSpan, withSpan } from "throughline";
  const { proxy: revoked, revoke } = Proxy.revocable({}, {});
  revoke();
  const nonsense = [5, 0, NaN, true, null, undefined, {}, [], () => {}, Symbol("s"), 1n, new Date(0)];
  const telemetry = start({ service: "shop" });
  const tracer = api.trace.getTracer("library");
  const round = (span) => {`;

const after = (rounds: number): string => `
  };
  withSpan("before", () => {});
  for (let each = 0; each < ${rounds}; each++) { withSpan("good", (span) => { round(span); }); }
  withSpan("after", () => {});
  await telemetry.shutdown();
  console.log(JSON.stringify(telemetry.report()));
`;

async function run(code: string, rounds: number) {
  const receiver = await startReceiver({ port: 0 });
  const {
    output,
    errors,
    code: exit,
  } = await program(SET_UP + code + after(rounds), {
    OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint,
    OTEL_METRICS_EXPORTER: "none",
  });
  const names = receiver.store.traces().flatMap((trace) => trace.spans.map(({ name }) => name));
  await receiver.close();
  expect(exit).to.equal(0);
  const { spans, troubles } = JSON.parse(output) as {
    spans: { made: number; delivered: number };
    troubles: Record<string, number>;
  };
  expect(spans.delivered).to.equal(spans.made);
  expect(names).to.include("before").and.include("after");
  return { errors, troubles, spans };
}

describe("bad input", function () {
  this.timeout(30_000);

  for (const [what, { code, kind, times }] of Object.entries(BAD)) {
    it(`is counted each time, told once, and costs nothing else: ${what}`, async () => {
      const { errors, troubles, spans } = await run(code, 20);
      expect(troubles).to.deep.equal({ [kind]: 20 * times });
      expect(errors.trim().split("\n")).to.have.lengthOf(1);
      expect(spans.made).to.be.greaterThanOrEqual(22);
    });
  }

  for (const [what, code] of Object.entries(HARMLESS)) {
    it(`is none, and throws nothing into the host: ${what}`, async () => {
      const { troubles, spans } = await run(code, 2);
      expect(spans.made).to.be.greaterThanOrEqual(4);
      expect(Object.keys(troubles).filter((kind) => kind !== "limit_reached")).to.deep.equal([]);
    });
  }

  it("of one kind gives one line for 1,000 of it, and 1,000 in the report", async () => {
    const { errors, troubles } = await run("span.setAttribute('key', () => {});", 1_000);
    expect(errors.trim().split("\n")).to.have.lengthOf(1);
    expect(troubles).to.deep.equal({ invalid_attribute: 1_000 });
  });
});
