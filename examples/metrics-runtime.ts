// node examples/metrics-runtime.ts: events of this thread are counted in a worker.
import { MetricsRuntime } from "throughline";
import type { SaveEvent } from "./document-storage-worker.ts";

await using runtime = new MetricsRuntime({ worker: new URL("document-storage-worker.ts", import.meta.url) });
const recorder = runtime.createRecorder<SaveEvent>("document_storage");

for (const bytes of [512, 2_048, 64]) void recorder.registerEvent({ type: "document_storage.save", bytes });
const { success, error } = await runtime.stop();

console.log(success ? "stopped" : error.code, JSON.stringify(recorder.report()));
console.log(JSON.stringify(runtime.getMetricSnapshots(), undefined, 2));
