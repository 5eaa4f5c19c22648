import type { AnyValue, AttributeMap } from "./decoded.ts";
import { ANY_VALUE, KEY_VALUE, LIST } from "./fields.ts";
import type { ProtobufReader } from "./protobuf-reader.ts";
import { checkDepth, NO_ATTRIBUTES, withAttribute } from "./received-values.ts";

/** The map with the attribute of one KeyValue message added. */
export function addAttribute(map: AttributeMap, keyValue: ProtobufReader, depth = 1): AttributeMap {
  let key = "";
  let value: AnyValue = null;
  while (keyValue.next()) {
    if (keyValue.field === KEY_VALUE.key) key = keyValue.string();
    else if (keyValue.field === KEY_VALUE.value) value = decodeAnyValue(keyValue.message(), depth);
    else keyValue.skip();
  }
  return withAttribute(map, key, value);
}

/** The value of one AnyValue message. */
export function decodeAnyValue(reader: ProtobufReader, depth: number): AnyValue {
  checkDepth(depth);
  let value: AnyValue = null;
  while (reader.next()) {
    switch (reader.field) {
      case ANY_VALUE.string:
        value = reader.string();
        break;
      case ANY_VALUE.bool:
        value = reader.bool();
        break;
      case ANY_VALUE.int:
        value = reader.int64();
        break;
      case ANY_VALUE.double:
        value = reader.double();
        break;
      case ANY_VALUE.array:
        value = decodeArray(reader.message(), depth + 1);
        break;
      case ANY_VALUE.keyValueList:
        value = decodeKeyValueList(reader.message(), depth + 1);
        break;
      case ANY_VALUE.bytes:
        value = reader.bytes();
        break;
      default:
        reader.skip();
    }
  }
  return value;
}

function decodeArray(reader: ProtobufReader, depth: number): AnyValue {
  const values: AnyValue[] = [];
  while (reader.next()) {
    if (reader.field === LIST.values) values.push(decodeAnyValue(reader.message(), depth));
    else reader.skip();
  }
  return values;
}

function decodeKeyValueList(reader: ProtobufReader, depth: number): AnyValue {
  let map = NO_ATTRIBUTES;
  while (reader.next()) {
    if (reader.field === LIST.values) map = addAttribute(map, reader.message(), depth);
    else reader.skip();
  }
  return map;
}
