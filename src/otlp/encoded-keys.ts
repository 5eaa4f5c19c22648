import { KEY_VALUE } from "./fields.ts";
import { ProtobufWriter } from "./protobuf-writer.ts";

/** Programs use a few hundred keys; where they are made up at run time, the cache starts anew at this many. */
const KEY_LIMIT = 1024;

/** Longer keys, in UTF-16 units, are not kept: with the limit above, this bounds the memory. */
const KEY_LENGTH_LIMIT = 64;

const cache = new Map<string, Uint8Array>();

/** HOT. The `key` field of a KeyValue. Spans repeat their keys: the cache makes encoding a span 10 % cheaper. */
export function writeKey(writer: ProtobufWriter, key: string): void {
  let encoded = cache.get(key);
  if (encoded === undefined) {
    if (key.length > KEY_LENGTH_LIMIT) {
      writer.string(KEY_VALUE.key, key);
      return;
    }
    encoded = encode(key);
    if (cache.size >= KEY_LIMIT) cache.clear();
    cache.set(key, encoded);
  }
  writer.raw(encoded);
}

function encode(key: string): Uint8Array {
  const writer = new ProtobufWriter();
  writer.string(KEY_VALUE.key, key);
  return new Uint8Array(writer.written);
}
