import { expect } from "chai";
import * as fc from "fast-check";
import { columnsOf } from "../../src/waterfall/columns.ts";
import { drawMetrics } from "../../src/waterfall/draw-metrics.ts";
import type { MetricRow } from "../../src/waterfall/metric-row.ts";

function row(name: string, more: Partial<MetricRow>): MetricRow {
  return { service: "shop", name, attributes: [], unit: "", isDelta: false, ...more };
}

describe("drawMetrics", () => {
  it("draws nothing for no rows", () => {
    expect(drawMetrics([])).to.equal("");
  });

  it("aligns values, and histograms in a table of their own", () => {
    const rows = [
      row("orders", { value: 1284, unit: "{order}", attributes: [["currency", "EUR"]] }),
      row("request.duration", {
        count: 98_123n,
        mean: 13.2134,
        min: 0.8,
        median: 11.5,
        max: 210.22,
        unit: "ms",
      }),
      row("sent", { service: "mail", value: 52_428_800, isDelta: true }),
    ];
    expect(drawMetrics(rows)).to.equal(`\
service  metric  attributes          value  unit
shop     orders  currency=EUR        1,284  {order}
mail     sent                  +52,428,800

service  metric             count   mean  min  ~p50    max  unit
shop     request.duration  98,123  13.21  0.8  11.5  210.2  ms
`);
  });

  it("shows seconds as durations", () => {
    const rows = [
      row("duration", { count: 2, mean: 0.25, min: 0.0004, max: 75, unit: "s" }),
      row("offset", { value: -3, unit: "s" }),
    ];
    expect(drawMetrics(rows)).to.equal(`\
service  metric  value
shop     offset   -3 s

service  metric    count    mean     min     max
shop     duration      2  250 ms  400 µs  1m 15s
`);
  });

  it("where it is too wide shows the ends of keys, what tells rows of a metric apart, and no minimum", () => {
    const [method, host] = [
      ["http.request.method", "GET"],
      ["server.address", "payments.internal.example"],
    ] as const;
    const rows = [200, 404].map((status) =>
      row("http.client.request.duration", {
        count: status,
        mean: 0.25,
        min: 0.1,
        median: 0.2,
        max: 1,
        unit: "s",
        attributes: [method, host, ["http.response.status_code", String(status)]],
      }),
    );
    expect(drawMetrics(rows)).to.equal(`\
service  metric                        attributes       count    mean    ~p50     max
shop     http.client.request.duration  status_code=200    200  250 ms  200 ms  1.00 s
shop     http.client.request.duration  status_code=404    404  250 ms  200 ms  1.00 s
`);
  });

  it("does the same where attributes are longer than a cell may be, however wide it is", () => {
    const shared = ["a", "b", "c"].map((key) => [`some.rather.long.key.${key}`, "with a value"] as const);
    const rows = [200, 404].map((status) =>
      row("requests", { value: status, attributes: [...shared, ["status", String(status)]] }),
    );
    expect(drawMetrics(rows, { width: 300 })).to.equal(`\
service  metric    attributes  value
shop     requests  status=200    200
shop     requests  status=404    404
`);
  });

  it("keeps what an attribute is of, and the last part of a metric's name", () => {
    const rows = ["acme", "globex"].map((tenant) =>
      row("http.client.request.duration", {
        value: 1,
        attributes: [
          ["tenant.id", tenant],
          ["http.request.method", `A METHOD OF ${tenant}`],
        ],
      }),
    );
    expect(drawMetrics(rows, { width: 65 })).to.equal(`\
service  metric                attributes                   value
shop     http.client…duration  tenant.id=acme method=A ME…      1
shop     http.client…duration  tenant.id=globex method=A …      1
`);
  });

  it("shortens attributes first", () => {
    const rows = [row("orders", { value: 7, attributes: [["customer", "somebody with a very long name"]] })];
    expect(drawMetrics(rows, { width: 50 })).to.equal(`\
service  metric  attributes                  value
shop     orders  customer=somebody with a …      7
`);
  });

  it("keeps to the width, without control characters, for any rows", () => {
    const text = fc.string({ unit: "binary", maxLength: 80 });
    const number = fc.option(fc.double(), { nil: undefined });
    const anyRow: fc.Arbitrary<MetricRow> = fc.record({
      service: text,
      name: text,
      attributes: fc.array(fc.tuple(text, text), { maxLength: 4 }),
      unit: text,
      isDelta: fc.boolean(),
      value: number,
      count: number,
      mean: number,
      min: number,
      median: number,
      max: number,
    });
    fc.assert(
      fc.property(fc.array(anyRow, { maxLength: 20 }), fc.integer({ min: 48, max: 200 }), (rows, width) => {
        const drawn = drawMetrics(rows, { width });
        expect(drawn).not.to.match(/(?!\n)\p{Cc}/u);
        for (const line of drawn.split("\n")) expect(columnsOf(line)).to.be.at.most(width);
      }),
    );
  });
});
