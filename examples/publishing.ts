// The span of whoever sends a message.  (Semantic conventions: Messaging spans, Send span)
import { SpanKind } from "@opentelemetry/api";
import { withSpan } from "throughline";

export function publishing<Result>(
  system: string,
  destination: string,
  send: () => Promise<Result>,
): Promise<Result> {
  const attributes = {
    "messaging.operation.name": "publish",
    "messaging.operation.type": "send",
    "messaging.system": system,
    "messaging.destination.name": destination,
  };
  return withSpan(`publish ${destination}`, { kind: SpanKind.PRODUCER, attributes }, send);
}
