// A worker that tells each message as a log record and, when that is over, answers with the trace that it was told in.
import { logs } from "@opentelemetry/api-logs";
import { parentPort } from "node:worker_threads";
import { activeSpan, task } from "throughline";

const tell = task((body: string) => {
  logs.getLogger("worker").emit({ severityNumber: 9, body });
  return activeSpan().spanContext().traceId;
});

parentPort?.on("message", (body: string) => {
  const traceId = tell(body);
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- of a window, which this is not
  parentPort?.postMessage(traceId);
});
