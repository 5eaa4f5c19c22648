import { SpanStatusCode } from "@opentelemetry/api";
import { expect } from "chai";
import { currentContext } from "../../src/context/current.ts";
import { troubles } from "../../src/core/diagnostics.ts";
import type { SpanRecord } from "../../src/trace/record.ts";
import { TracerProvider } from "../../src/trace/tracer-provider.ts";
import { silently } from "../stderr.ts";
import { recordedSpan } from "./recorded-span.ts";

/** What is told on stderr as a span is given things after its end, in 8 calls. */
const changeLate = (): string =>
  silently(() =>
    recordedSpan((span) => {
      span.end();
      span
        .setAttribute("", 1n as never)
        .setAttributes(5 as never)
        .addEvent(5 as never, {}, "now" as never);
      span
        .addLink({} as never)
        .addLinks(5 as never)
        .setStatus(null as never)
        .updateName(5 as never);
      span.recordException(new Error("late"), "now" as never);
      span.end("now" as never);
    }),
  );

describe("an ended span", () => {
  it("has handed its sink all that it had, once, and keeps none of it", () => {
    const seen: [SpanRecord, number, number, number][] = [];
    const provider = new TracerProvider({
      sink: {
        accept: (record) => {
          seen.push([record, record.attributeList.length, record.events.length, record.links.length]);
        },
      },
    });
    const span = provider.getTracer("test").startSpan("span", { attributes: { a: 1 } }, currentContext());
    span.addEvent("event").addLink({ context: span.spanContext() });
    expect(seen).to.deep.equal([]);
    span.end();
    span.end();
    expect(seen).to.have.lengthOf(1);
    const [record, ...lengths] = seen[0] ?? [];
    expect(lengths).to.deep.equal([2, 1, 1]);
    expect([record?.attributeList, record?.events, record?.links]).to.deep.equal([[], [], []]);
  });

  it("takes nothing up again", () => {
    let record: SpanRecord | undefined;
    const provider = new TracerProvider({ sink: { accept: (ended) => (record = ended) } });
    const span = provider.getTracer("test").startSpan("span", {}, currentContext());
    span.end();
    span.setAttribute("late", 1).setAttributes({ later: 2 }).addEvent("late").updateName("late");
    span.addLink({ context: span.spanContext() }).addLinks([{ context: span.spanContext() }]);
    span.setStatus({ code: SpanStatusCode.ERROR, message: "late" });
    span.recordException(new Error("late"));
    expect(record).to.deep.include({ name: "span", attributeList: [], events: [], links: [] });
    expect(record).to.include({ statusCode: SpanStatusCode.UNSET, statusMessage: "" });
  });

  it("counts each change that comes too late, valid or not, and tells of them once", () => {
    const { changed_after_end: before = 0, invalid_argument: invalid } = troubles();
    expect(changeLate()).to.match(/^(throughline: span span was changed after its end.*\n)?$/);
    expect(changeLate()).to.equal("");
    expect((troubles().changed_after_end ?? 0) - before).to.equal(16);
    expect(troubles().invalid_argument).to.equal(invalid);
  });

  it("has lists that nobody can fill, for other spans share them", () => {
    const records: SpanRecord[] = [];
    const sink = { accept: (record: SpanRecord) => void records.push(record) };
    const tracer = new TracerProvider({ sink }).getTracer("test");
    for (const name of ["first", "second"]) tracer.startSpan(name, {}, currentContext()).end();
    const [first, second] = records.map(({ events, links }) => [events, links] as unknown[][]);
    expect(first).to.deep.equal([[], []]);
    for (const [each, list] of (first ?? []).entries()) {
      expect(list).to.equal(second?.[each]);
      expect(() => list.push({})).to.throw(TypeError);
    }
  });

  it("does not share what it begins with", () => {
    const records: unknown[] = [];
    const provider = new TracerProvider({
      sink: {
        accept: ({ attributeList, events, links }) => void records.push([attributeList, events, links]),
      },
    });
    const tracer = provider.getTracer("test");
    const full = tracer.startSpan("full", {}, currentContext());
    full.setAttribute("a", 1).addEvent("event").addLink({ context: full.spanContext() }).end();
    tracer.startSpan("empty", {}, currentContext()).end();
    expect(records[1]).to.deep.equal([[], [], []]);
  });
});
