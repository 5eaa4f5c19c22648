// What the pool of work-in-a-pool.ts runs: no set-up, for telemetry goes to the thread that has started it.
import { ContextVariable, counter, task, withSpan } from "throughline";

const album = new ContextVariable<string>("album", { travels: "process" });
const resized = counter("gallery.resized", { unit: "{picture}" });

export default task(({ width }: { readonly width: number }) =>
  withSpan("resize", () => {
    resized.add(1);
    return `${album.get()}-${width / 2}.jpg`;
  }),
);
