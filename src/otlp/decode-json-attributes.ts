import type { AnyValue, AttributeMap } from "./decoded.ts";
import type { JsonReader } from "./json-reader.ts";
import { checkDepth, NO_ATTRIBUTES, withAttribute } from "./received-values.ts";

/** The attributes in a field of KeyValues. */
export function decodeJsonAttributes(reader: JsonReader, field = "attributes", depth = 1): AttributeMap {
  let map = NO_ATTRIBUTES;
  for (const keyValue of reader.messages(field)) {
    map = withAttribute(map, keyValue.string("key"), decodeJsonAnyValue(keyValue.message("value"), depth));
  }
  return map;
}

/** The value of one AnyValue. */
export function decodeJsonAnyValue(reader: JsonReader, depth: number): AnyValue {
  checkDepth(depth);
  if (reader.has("stringValue")) return reader.string("stringValue");
  if (reader.has("boolValue")) return reader.bool("boolValue");
  if (reader.has("intValue")) return reader.int64("intValue");
  if (reader.has("doubleValue")) return reader.double("doubleValue");
  if (reader.has("bytesValue")) return reader.bytes("bytesValue");
  if (reader.has("arrayValue")) {
    const values = reader.message("arrayValue").messages("values");
    return values.map((value) => decodeJsonAnyValue(value, depth + 1));
  }
  if (reader.has("kvlistValue")) {
    return decodeJsonAttributes(reader.message("kvlistValue"), "values", depth + 1);
  }
  return null;
}
