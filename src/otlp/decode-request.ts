import type { InstrumentationScope } from "../core/instrumentation-scope.ts";
import { addAttribute } from "./decode-attributes.ts";
import type { AttributeMap, Origin } from "./decoded.ts";
import { INSTRUMENTATION_SCOPE, OF_RESOURCE, OF_SCOPE, REQUEST, RESOURCE } from "./fields.ts";
import { ProtobufReader } from "./protobuf-reader.ts";
import { NO_ATTRIBUTES } from "./received-values.ts";

/** Decodes one span, metric or log record; undefined leaves it out. */
export type DecodeRecord<Record> = (reader: ProtobufReader, origin: Origin) => Record | undefined;

/** The records of an export request of whatever signal: the outer levels of all are alike. */
export function decodeRequest<Record>(body: Uint8Array, decodeRecord: DecodeRecord<Record>): Record[] {
  const records: Record[] = [];
  const request = ProtobufReader.of(body);
  while (request.next()) {
    if (request.field === REQUEST.ofResource) decodeOfResource(request.message(), decodeRecord, records);
    else request.skip();
  }
  return records;
}

/** Fields come in any order, so what the resource describes waits until all of the message was seen. */
function decodeOfResource<Record>(
  reader: ProtobufReader,
  decodeRecord: DecodeRecord<Record>,
  records: Record[],
): void {
  let resource = NO_ATTRIBUTES;
  const ofScopes: ProtobufReader[] = [];
  while (reader.next()) {
    if (reader.field === OF_RESOURCE.resource) resource = decodeResource(reader.message());
    else if (reader.field === OF_RESOURCE.ofScope) ofScopes.push(reader.message());
    else reader.skip();
  }
  for (const ofScope of ofScopes) decodeOfScope(ofScope, resource, decodeRecord, records);
}

function decodeOfScope<Record>(
  reader: ProtobufReader,
  resource: AttributeMap,
  decodeRecord: DecodeRecord<Record>,
  records: Record[],
): void {
  let named: InstrumentationScope = { name: "" };
  let schemaUrl = "";
  const encoded: ProtobufReader[] = [];
  while (reader.next()) {
    if (reader.field === OF_SCOPE.scope) named = decodeInstrumentationScope(reader.message());
    else if (reader.field === OF_SCOPE.records) encoded.push(reader.message());
    else if (reader.field === OF_SCOPE.schemaUrl) schemaUrl = reader.string();
    else reader.skip();
  }
  const origin = { resource, scope: schemaUrl === "" ? named : { ...named, schemaUrl } };
  for (const message of encoded) {
    const record = decodeRecord(message, origin);
    if (record !== undefined) records.push(record);
  }
}

function decodeResource(reader: ProtobufReader): AttributeMap {
  let attributes = NO_ATTRIBUTES;
  while (reader.next()) {
    if (reader.field === RESOURCE.attributes) attributes = addAttribute(attributes, reader.message());
    else reader.skip();
  }
  return attributes;
}

function decodeInstrumentationScope(reader: ProtobufReader): InstrumentationScope {
  let name = "";
  let version = "";
  while (reader.next()) {
    if (reader.field === INSTRUMENTATION_SCOPE.name) name = reader.string();
    else if (reader.field === INSTRUMENTATION_SCOPE.version) version = reader.string();
    else reader.skip();
  }
  return version === "" ? { name } : { name, version };
}
