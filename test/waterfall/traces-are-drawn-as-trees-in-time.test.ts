import { expect } from "chai";
import { drawTrace } from "../../src/waterfall/draw-trace.ts";
import { span } from "./spans.ts";

describe("drawTrace", () => {
  it("draws nothing for no spans", () => {
    expect(drawTrace([])).to.equal("");
  });

  it("draws one span over the whole axis", () => {
    expect(drawTrace([span("GET /", "", 0, 4.2)], { width: 60 })).to.equal(`\
trace 4bf92f35 · 1 span · 1 service · 4.20 ms

shop  GET /  ██████████████████████████████████████  4.20 ms
`);
  });

  it("draws children under their parent, siblings by start, each bar at its time", () => {
    const spans = [
      span("send", "POST /checkout", 75, 100, { service: "mail", kind: "producer" }),
      span("authorize", "charge", 26, 49, { service: "payments" }),
      span("charge", "POST /checkout", 25, 50, { kind: "client" }),
      span("POST /checkout", "", 0, 100, { kind: "server" }),
      span("lookup", "charge", 25.1, 25.3, { service: "payments" }),
    ];
    expect(drawTrace(spans, { width: 80 })).to.equal(`\
trace 4bf92f35 · 5 spans · 3 services · 100 ms

shop      POST /checkout (server)  ████████████████████████████████████   100 ms
shop      ├─ charge (client)                █████████                    25.0 ms
payments  │  ├─ lookup                      ▏                             200 µs
payments  │  └─ authorize                   ████████▋                    23.0 ms
mail      └─ send (producer)                                  █████████  25.0 ms
`);
  });

  it("marks a failure and says why", () => {
    const spans = [
      span("POST /checkout", "", 0, 100, { failed: true }),
      span("charge", "POST /checkout", 50, 100, { failed: true, note: "card declined" }),
    ];
    expect(drawTrace(spans, { width: 80 })).to.equal(`\
trace 4bf92f35 · 2 spans · 1 service · 100 ms · 2 failed

shop  POST /checkout  ████████████████████████████████   100 ms  ✗
shop  └─ charge                       ████████████████  50.0 ms  ✗ card declined
`);
  });

  it("draws spans whose parent is not there as roots, and says so", () => {
    const spans = [
      span("first", "", 0, 10),
      span("orphan", "elsewhere", 5, 8),
      span("below", "orphan", 6, 7),
    ];
    expect(drawTrace(spans, { width: 70 })).to.equal(`\
trace 4bf92f35 · 3 spans · 1 service · 10.0 ms

shop  first     █████████████████████████████  10.0 ms
shop  ┄ orphan                █████████▎       3.00 ms  parent missing
shop  └─ below                   ███▎          1.00 ms
`);
  });

  it("draws several roots by start", () => {
    expect(drawTrace([span("late", "", 2, 4), span("early", "", 0, 2)], { width: 50 })).to.equal(`\
trace 4bf92f35 · 2 spans · 1 service · 4.00 ms

shop  early  ██████████████                2.00 ms
shop  late                 ██████████████  2.00 ms
`);
  });

  it("draws a cycle from its earliest span, and says so", () => {
    const spans = [
      span("b", "a", 1, 4),
      span("a", "b", 0, 2),
      span("under b", "b", 0, 4),
      span("self", "self", 3, 4),
    ];
    expect(drawTrace(spans, { width: 70 })).to.equal(`\
trace 4bf92f35 · 4 spans · 1 service · 4.00 ms

shop  ┄ a            █████████████               2.00 ms  parent cycle
shop  └─ b                 ████████████████████  3.00 ms
shop     └─ under b  ██████████████████████████  4.00 ms
shop  ┄ self                            ███████  1.00 ms  parent cycle
`);
  });

  it("numbers levels that are too deep to indent", () => {
    const chain = Array.from({ length: 15 }, (_, depth) =>
      span(`s${depth}`, depth === 0 ? "" : `s${depth - 1}`, 0, 1),
    );
    const lines = drawTrace([...chain, span("last", "s0", 1, 1)]).split("\n");
    expect(lines.slice(13, 18).map((line) => line.replace(/ +[█▏].*$/, ""))).to.deep.equal([
      "shop  │                             └─ s11",
      "shop  │                                └─ s12",
      "shop  │                                  ⋯13 s13",
      "shop  │                                  ⋯14 s14",
      "shop  └─ last",
    ]);
  });

  it("draws a span that ends before it starts as one that took no time", () => {
    const [, , , line] = drawTrace([span("all", "", 0, 10), span("odd", "all", 5, 2)], { width: 60 }).split(
      "\n",
    );
    expect(line).to.match(/odd +▏ +0 µs$/);
  });

  it("cuts long names with an ellipsis and leaves out a kind that has no room", () => {
    const long = span("GET /a/very/long/path/that/never/ends", "", 0, 1, {
      kind: "server",
      service: "a-long-service",
    });
    expect(drawTrace([long], { width: 50 })).to.equal(`\
trace 4bf92f35 · 1 span · 1 service · 1.00 ms

a-long-…  GET /a/very/long…  ████████████  1.00 ms
`);
  });

  it("colors services, and failures red, where asked to", () => {
    const spans = [span("a", "", 0, 1), span("b", "a", 0, 1, { service: "mail", failed: true, note: "no" })];
    const drawn = drawTrace(spans, { color: true, width: 60 });
    expect(drawn).to.contain("\u001b[36mshop\u001b[39m");
    expect(drawn).to.contain("\u001b[32mmail\u001b[39m");
    expect(drawn).to.contain("\u001b[31m✗ no\u001b[39m");
    // oxlint-disable-next-line no-control-regex -- the colors are control characters
    expect(drawn.replace(/\u001b\[\d+m/g, "")).to.equal(drawTrace(spans, { width: 60 }));
  });
});
