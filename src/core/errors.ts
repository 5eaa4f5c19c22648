/** Every error that Throughline throws, by code; each has a section of the same name in docs/errors.md. */
const SENTENCES = {
  THR_CONTEXT_LOOKUP:
    "found no value and no default: set one above in the same scope, give a defaultValue, or use tryGet()",
  THR_NOT_A_FUNCTION: "needs a function as its last argument",
  THR_NOT_A_TOKEN: "needs the token that set() returned",
  THR_NOT_BINDABLE: "needs a function, an EventEmitter or an EventTarget",
  THR_NO_SCOPE: "was called outside any scope: wrap the operation in scope(fn) or withSpan(name, fn)",
  THR_TOKEN_OTHER_SCOPE: "was given a token that was made in another scope: reset where you set",
  THR_TOKEN_OTHER_VARIABLE: "was given a token of another variable",
  THR_TOKEN_USED: "was given a token that has been used: each restores once",
  THR_VALUE_NOT_KEPT:
    "was given a value that cannot be copied or frozen, as the variable's option `keeps` asks",
} as const;

export type ErrorCode = keyof typeof SENTENCES;

/** Misuse by the programmer. `code` is stable; the message says what to do. */
export class ThroughlineError extends TypeError {
  readonly code: ErrorCode;

  constructor(code: ErrorCode, subject: string) {
    super(`${subject} ${SENTENCES[code]} [${code}, see throughline/docs/errors.md]`);
    this.name = "ThroughlineError";
    this.code = code;
  }

  /** By its code, so that the errors of another copy of this package are known too. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    return value instanceof TypeError && Object.hasOwn(SENTENCES, String((value as { code?: unknown }).code));
  }
}
