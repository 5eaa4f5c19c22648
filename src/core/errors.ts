/** Every error that Throughline throws, by code; each has a section of the same name in docs/errors.md. */
const SENTENCES = {
  THR_NOT_A_FUNCTION: "needs a function as its last argument",
} as const;

export type ErrorCode = keyof typeof SENTENCES;

/** Misuse by the programmer. `code` is stable; the message says what to do. */
export class ThroughlineError extends TypeError {
  readonly code: ErrorCode;

  constructor(code: ErrorCode, subject: string) {
    super(`${subject} ${SENTENCES[code]} [${code}, see docs/errors.md]`);
    this.name = "ThroughlineError";
    this.code = code;
  }
}

/** All codes, in the order of docs/errors.md. */
export const ERROR_CODES: readonly ErrorCode[] = Object.keys(SENTENCES) as ErrorCode[];
