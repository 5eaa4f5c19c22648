import { type FieldType, type Message, REQUESTS } from "./json-messages.ts";
import { ProtobufReader } from "./protobuf-reader.ts";

type Json = string | number | boolean | Json[] | { [name: string]: Json };

/** The body of an export request, as our encoders make it, in OTLP/JSON.  (OTLP specification: JSON Protobuf Encoding) */
export function toJson(body: Uint8Array, signal: keyof typeof REQUESTS): Uint8Array {
  return Buffer.from(JSON.stringify(objectOf(ProtobufReader.of(body), REQUESTS[signal])));
}

function objectOf(reader: ProtobufReader, fields: Message): Json {
  const object: Record<string, Json> = {};
  while (reader.next()) {
    const known = fields.get(reader.field);
    if (known === undefined) reader.skip();
    else addTo(object, known[0], known[1], reader);
  }
  return object;
}

function addTo(object: Record<string, Json>, name: string, type: FieldType, reader: ProtobufReader): void {
  if (type.isList !== true) {
    object[name] = valueOf(reader, type);
    return;
  }
  const list = (object[name] ?? []) as Json[];
  if (type.wire === undefined) list.push(valueOf(reader, type));
  else reader.numbers(list, type.wire, (numbers) => valueOf(numbers, type));
  if (list.length > 0) object[name] = list;
}

function valueOf(reader: ProtobufReader, type: FieldType): Json {
  return "read" in type ? type.read(reader) : objectOf(reader.message(), type.message());
}
