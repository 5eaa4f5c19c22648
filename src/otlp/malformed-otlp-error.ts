/** A received body that is not OTLP: the one error that decoding throws, whatever it is given. */
export class MalformedOtlpError extends Error {
  override readonly name = "MalformedOtlpError";
}
