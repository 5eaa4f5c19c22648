import type { Attributes } from "@opentelemetry/api";
import type { AttributeList } from "../core/attributes.ts";
import { writeKey } from "./encoded-keys.ts";
import { ANY_VALUE, KEY_VALUE, LIST } from "./fields.ts";
import { type ProtobufWriter, varintLength } from "./protobuf-writer.ts";

/** How often something was left out. */
export function writeCount(writer: ProtobufWriter, field: number, count: number): void {
  if (count > 0) writer.uint32(field, count);
}

/** HOT. Writes each attribute of a flat list as one KeyValue. */
export function writeAttributeList(
  writer: ProtobufWriter,
  field: number,
  list: Readonly<AttributeList>,
): void {
  for (let index = 0; index < list.length; index += 2) {
    writeAttribute(writer, field, list[index] as string, list[index + 1]);
  }
}

/** The same for an object; what is undefined is no attribute. */
export function writeAttributes(
  writer: ProtobufWriter,
  field: number,
  attributes: Readonly<Attributes>,
): void {
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== undefined) writeAttribute(writer, field, key, value);
  }
}

function writeAttribute(writer: ProtobufWriter, field: number, key: string, value: unknown): void {
  // A long string is written where it can stay: moving it twice costs as much as all of a short attribute.
  const lengthBytes = typeof value === "string" ? varintLength(value.length) : 1;
  const keyValue = writer.open(field, lengthBytes);
  writeKey(writer, key);
  const anyValue = writer.open(KEY_VALUE.value, lengthBytes);
  writeValue(writer, value);
  writer.close(anyValue, lengthBytes);
  writer.close(keyValue, lengthBytes);
}

/** A field that is an AnyValue. */
export function writeAnyValue(writer: ProtobufWriter, field: number, value: unknown): void {
  const lengthBytes = typeof value === "string" ? varintLength(value.length) : 1;
  const anyValue = writer.open(field, lengthBytes);
  writeValue(writer, value);
  writer.close(anyValue, lengthBytes);
}

/** What is no value (null in an array, a date, a bigint) stays an empty AnyValue. Values are copies, and so not deep. */
function writeValue(writer: ProtobufWriter, value: unknown): void {
  if (typeof value === "string") writer.string(ANY_VALUE.string, value);
  else if (typeof value === "number") writeNumber(writer, value);
  else if (typeof value === "boolean") writer.uint32(ANY_VALUE.bool, value ? 1 : 0);
  else if (typeof value === "object" && value !== null) writeContainer(writer, value);
}

function writeContainer(writer: ProtobufWriter, value: object): void {
  if (Array.isArray(value)) writeArray(writer, value);
  else if (value instanceof Uint8Array) writer.bytes(ANY_VALUE.bytes, value);
  else if (isPlain(value)) writeMap(writer, value);
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

function writeArray(writer: ProtobufWriter, elements: readonly unknown[]): void {
  const array = writer.open(ANY_VALUE.array);
  for (const element of elements) {
    const anyValue = writer.open(LIST.values);
    writeValue(writer, element);
    writer.close(anyValue);
  }
  writer.close(array);
}

function writeMap(writer: ProtobufWriter, map: object): void {
  const list = writer.open(ANY_VALUE.keyValueList);
  for (const [key, value] of Object.entries(map)) writeAttribute(writer, LIST.values, key, value);
  writer.close(list);
}

function writeNumber(writer: ProtobufWriter, value: number): void {
  if (isInteger(value)) writer.int64(ANY_VALUE.int, value);
  else writer.double(ANY_VALUE.double, value);
}

/** Whether OTLP carries a number as an integer: exactly known ones, and not -0, whose sign an integer loses. */
export function isInteger(value: number): boolean {
  return Number.isSafeInteger(value) && !Object.is(value, -0);
}
