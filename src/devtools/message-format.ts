/** The two encodings of OTLP/HTTP. An answer has the one of its request.  (OTLP specification, OTLP/HTTP) */
export type MessageFormat = "protobuf" | "json";

const MEDIA_TYPES = { protobuf: "application/x-protobuf", json: "application/json" } as const;

/** Field 2, wire type "length-delimited".  (google.rpc.Status: string message = 2) */
const MESSAGE_TAG = 0x12;

export function mediaTypeOf(format: MessageFormat): string {
  return MEDIA_TYPES[format];
}

/** The format that a Content-Type header names; undefined for any other. */
export function formatOf(contentType: string | undefined): MessageFormat | undefined {
  const mediaType = (contentType ?? "").split(";", 1)[0]?.trim().toLowerCase();
  if (mediaType === MEDIA_TYPES.protobuf) return "protobuf";
  return mediaType === MEDIA_TYPES.json ? "json" : undefined;
}

/** An empty Export…ServiceResponse: everything was accepted. */
export function successMessage(format: MessageFormat): Uint8Array {
  return Buffer.from(format === "json" ? "{}" : "");
}

/** A google.rpc.Status with a message alone; HTTP's own status says the rest. */
export function statusMessage(format: MessageFormat, reason: string): Uint8Array {
  if (format === "json") return Buffer.from(JSON.stringify({ message: reason }));
  const text = Buffer.from(reason);
  return Buffer.concat([Buffer.from([MESSAGE_TAG, ...varint(text.length)]), text]);
}

function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 0x7f; rest >>>= 7) bytes.push((rest & 0x7f) | 0x80);
  return [...bytes, rest];
}
