import { expect } from "chai";
import { spawned } from "../processes/spawned.ts";

const src = (file: string): string => JSON.stringify(new URL(`../../src/${file}`, import.meta.url).href);

describe("what the OpenTelemetry API knows as global", () => {
  // In a process of its own: what is registered with the API stays there.
  it("goes where the context says, for code that knows the API alone and two tenants that interleave", async () => {
    const { output, errors } = await spawned([
      "--input-type=module",
      "-e",
      `import { metrics, trace } from "@opentelemetry/api";
       import { setTimeout as sleep } from "node:timers/promises";
       import { Context } from ${src("context/context.ts")};
       import { runIn } from ${src("context/current.ts")};
       import { registerGlobals } from ${src("sdk/globals.ts")};
       import { recording } from ${JSON.stringify(new URL("../recording.ts", import.meta.url).href)};

       const tracer = trace.getTracer("a library");
       registerGlobals();
       const tenant = () => {
         const counts = [];
         const getMeter = () => ({ createCounter: (name) => ({ add: (n) => counts.push(name + n) }) });
         return { ...recording({ getMeter }), counts };
       };
       const tenants = { ann: tenant(), bob: tenant() };
       await Promise.all(Object.entries(tenants).map(([name, { providers }]) =>
         runIn(new Context(undefined, providers), async () => {
           await sleep(Math.random() * 3);
           tracer.startActiveSpan("span of " + name, (span) => {
             metrics.getMeter("a library").createCounter("count of " + name).add(1);
             span.end();
           });
         })));
       tracer.startSpan("of nobody").end();
       console.log(JSON.stringify(Object.values(tenants).map(({ spans, counts }) => [spans.map(({ name }) => name), counts])));`,
    ]);
    expect([JSON.parse(output || "null"), errors]).to.deep.equal([
      [
        [["span of ann"], ["count of ann1"]],
        [["span of bob"], ["count of bob1"]],
      ],
      "",
    ]);
  });
});
