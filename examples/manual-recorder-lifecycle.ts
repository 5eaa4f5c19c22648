// node examples/manual-recorder-lifecycle.ts: a recorder by hand, in a loop that this program owns.
import { type Metric, MetricsRecorder, RecorderLoop } from "throughline";

interface SaveEvent {
  readonly type: "document_storage.save";
  readonly outcome: "success" | "failure";
}

class SaveAttempts implements Metric<SaveEvent> {
  readonly name = "document_storage.save.attempts";
  readonly #counts = { success: 0, failure: 0 };

  handle(event: SaveEvent): boolean {
    if (event.type !== "document_storage.save") return false;
    this.#counts[event.outcome]++;
    return true;
  }

  snapshot() {
    const { success, failure } = this.#counts;
    return { dimensions: { total: success + failure, success_total: success, failure_total: failure } };
  }
}

try {
  console.log(new MetricsRecorder("document_storage").name);
} catch (error) {
  if (!(error instanceof Error)) throw error;
  console.log(`without a loop: ${error.name} ${(error as Error & { code?: string }).code}`);
}

using loop = new RecorderLoop();
const recorder = loop.run(() => new MetricsRecorder<SaveEvent>("document_storage"));
try {
  await recorder.start();
  recorder.registerMetric(new SaveAttempts());
  for (const outcome of ["success", "failure", "success"] as const)
    void recorder.registerEvent({ type: "document_storage.save", outcome });
  await recorder.stop();
} finally {
  await recorder.stop(); // again, as a failing path would: nothing happens
}
console.log(JSON.stringify(recorder.getMetricSnapshots(), undefined, 2));
