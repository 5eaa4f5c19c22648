// Work that is sent to a pool of workers stays in the trace of whoever has sent it, with the variables that travel. The
// workers' spans and measurements come back to the one exporter of this process.
import { Piscina } from "piscina";
import { carryContext, ContextVariable, gather, start, withSpan } from "throughline";
import { startReceiver } from "throughline/devtools";
import { treeOf } from "./trace-trees.ts";

await using receiver = await startReceiver({ port: 0 });
const telemetry = start({ service: "gallery", endpoint: receiver.endpoint });

const album = new ContextVariable<string>("album", { travels: "process" });
const pool = carryContext(
  new Piscina({ filename: new URL("work-in-a-pool-worker.ts", import.meta.url).href, maxThreads: 2 }),
);

/** Two requests at once, each with three pictures of an album of its own. */
const names = await gather(
  ["holidays", "wedding"].map(
    (name) => () =>
      album.run(name, () =>
        withSpan(`upload ${name}`, () => Promise.all([800, 600, 400].map((width) => pool.run({ width })))),
      ),
  ),
);
await pool.destroy();
const { spans } = await telemetry.shutdown();

console.log(names.flat().join("\n"));
console.log(`\n${spans.delivered} spans of all threads:`);
const trees = receiver.store.traces().map((trace) => treeOf(trace));
console.log(trees.toSorted().join("\n"));
const resized = receiver.store.series().find(({ name }) => name === "gallery.resized");
console.log(`\ngallery.resized: ${resized?.point.value}`);
