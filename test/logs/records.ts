import type { LogRecord as Emitted } from "@opentelemetry/api-logs";
import { objectOf } from "../recording.ts";
import { LoggerProvider } from "../../src/logs/logger-provider.ts";
import type { LogRecord } from "../../src/logs/record.ts";

/** What comes of a record that is emitted; undefined where nothing does. */
export function emitted(record: Emitted): LogRecord | undefined {
  const records: LogRecord[] = [];
  const provider = new LoggerProvider({ sink: { accept: (own) => records.push(own) } });
  provider.getLogger("test").emit(record);
  return records[0];
}

export function attributesOf(record: LogRecord | undefined): Record<string, unknown> {
  return { ...objectOf(record?.attributeList ?? []) };
}
