import type { InstrumentationScope } from "../core/instrumentation-scope.ts";
import { decodeJsonAttributes } from "./decode-json-attributes.ts";
import type { Origin } from "./decoded.ts";
import { JsonReader } from "./json-reader.ts";

/** What the outer levels of a request are called; otherwise they are alike for all signals. */
export interface LevelNames {
  readonly ofResource: string;
  readonly ofScope: string;
  readonly records: string;
}

/** The records of a request in OTLP/JSON; a record that is decoded to undefined is left out. */
export function decodeJsonRequest<Record>(
  text: string,
  names: LevelNames,
  decodeRecord: (reader: JsonReader, origin: Origin) => Record | undefined,
): Record[] {
  const records: Record[] = [];
  for (const ofResource of JsonReader.of(text).messages(names.ofResource)) {
    const resource = decodeJsonAttributes(ofResource.message("resource"));
    for (const ofScope of ofResource.messages(names.ofScope)) {
      const origin = { resource, scope: decodeJsonScope(ofScope) };
      for (const encoded of ofScope.messages(names.records)) {
        const record = decodeRecord(encoded, origin);
        if (record !== undefined) records.push(record);
      }
    }
  }
  return records;
}

function decodeJsonScope(ofScope: JsonReader): InstrumentationScope {
  const scope = ofScope.message("scope");
  const version = scope.string("version");
  const schemaUrl = ofScope.string("schemaUrl");
  return {
    name: scope.string("name"),
    ...(version !== "" && { version }),
    ...(schemaUrl !== "" && { schemaUrl }),
  };
}
