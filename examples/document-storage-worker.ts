// The worker of examples/metrics-runtime.ts: its recorder answers to the one of the same name there.
import { MetricsRecorder } from "throughline";

export interface SaveEvent {
  readonly type: "document_storage.save";
  readonly bytes: number;
}

let [total, bytes] = [0, 0];

new MetricsRecorder<SaveEvent>("document_storage").registerMetric({
  name: "document_storage.saved",
  handle(event) {
    if (event.type !== "document_storage.save") return false;
    total++;
    bytes += event.bytes;
    return true;
  },
  snapshot: () => ({ dimensions: { total, bytes } }),
});
