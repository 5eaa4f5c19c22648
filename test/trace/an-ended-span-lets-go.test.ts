import { SpanStatusCode } from "@opentelemetry/api";
import { expect } from "chai";
import { currentContext } from "../../src/context/current.ts";
import type { SpanRecord } from "../../src/trace/record.ts";
import { TracerProvider } from "../../src/trace/tracer-provider.ts";

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
