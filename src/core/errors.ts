import { asGiven, nounFor } from "./noun.ts";
import { printable } from "./printable.ts";

/** Every error that Throughline throws, by code; each has a section of the same name in docs/errors.md. */
const SENTENCES = {
  THR_CONTEXT_LOOKUP:
    "found no value and no default: set one above in the same scope, give a defaultValue, or use tryGet()",
  THR_EVENT_NOT_CLONED: "was given an event that cannot be copied to the worker, as structuredClone would",
  THR_GROUP_NEEDS_ITSELF: "was used while it is being made: it needs itself, perhaps by way of another",
  THR_LIFECYCLE_STARTED: "came after start(): add all resources before",
  THR_LIFECYCLE_STOPPED:
    "came to nothing, for the lifecycle is being stopped: wait for stop() to start it anew",
  THR_LOADER_NEEDS_ITSELF: "asked for the value that it is loading: it would wait for itself",
  THR_METRIC_FAILED:
    "was given an event that a metric threw at, and that none handled: see the error's cause",
  THR_METRIC_IN_WORKER:
    "is for recorders of this thread: register the metric on the recorder that the worker's module constructs",
  THR_METRIC_REGISTERED: "was given a metric whose name is registered already: each has a name of its own",
  THR_NOT_AN_EVENT: "needs an event: an object whose `type` is a text",
  THR_NOT_A_CONCURRENCY: "needs how many are to be at work at once: a whole number from 1, or Infinity",
  THR_NOT_A_DURATION: "is a number of ms from 0, or Infinity",
  THR_NOT_A_FUNCTION: "needs a function where it says fn",
  THR_NOT_A_METRIC: "needs a metric: a name that is not empty, and the methods handle(event) and snapshot()",
  THR_NOT_A_NAME: "needs a name: a text that is not empty",
  THR_NOT_A_POOL: "needs a pool with the interface of pg's, or a function that tells how it is used",
  THR_NOT_A_SAVEPOINT: "needs a savepoint's name: letters, digits and _, not a digit first, 40 at most",
  THR_NOT_A_SESSION: "needs a session that has commit() and rollback(), or exec(sql), or query(sql)",
  THR_NOT_A_TOKEN: "needs the token that set() returned",
  THR_NOT_A_WORKER:
    "needs a pool with the method run(task), or a Worker or MessagePort, which can be changed",
  THR_NOT_BINDABLE: "needs a function, an EventEmitter or an EventTarget",
  THR_NOT_CALLED: "was given to the framework itself: call it, as in app.use(middleware())",
  THR_NOT_COMMITTED:
    "was not committed, though all went well: a statement has failed, and nobody was told of it, so the database rolled it back",
  THR_NOT_ITERABLE: "needs an iterable, or an async one",
  THR_NO_REQUEST:
    "is for what runs below a request, by middleware or the hook of start(), or below operation(name, fn); tryCurrentRequest() gives undefined elsewhere",
  THR_NO_RESPONSE: "found none: a job has no response, and a request that is over has let go of its own",
  THR_NO_SAVEPOINT: "makes a savepoint by SQL, and its session has neither exec(sql) nor query(sql)",
  THR_NO_SCOPE: "was called outside any scope: wrap the operation in scope(fn) or withSpan(name, fn)",
  THR_RECORDER_EXISTS:
    "was given the name of a recorder that is there already: keep the first, or choose another name",
  THR_RECORDER_FULL: "refused an event, for as many wait as `maxPending` allows",
  THR_RECORDER_LOOP_UNAVAILABLE:
    "needs a RecorderLoop that is open: construct recorders in loop.run(fn), or at module level in the worker's module",
  THR_RECORDER_STOPPED: "came after stop(), which is for good: make another recorder",
  THR_RESOURCE_NOT_RUNNING:
    "is not there: it is from its start to its stop, by its lifecycle, or within run(standIn, fn)",
  THR_RUNTIME_STOPPED: "came after stop(), which is for good: make another runtime",
  THR_TEST_NOT_CALLED:
    "gives a function for the test runner, which was awaited here and not called: await testTelemetry(fn)()",
  THR_TOKEN_OTHER_SCOPE: "was given a token that was made in another scope: reset where you set",
  THR_TOKEN_OTHER_VARIABLE: "was given a token of another variable",
  THR_TOKEN_USED: "was given a token that has been used: each restores once",
  THR_VALUE_NOT_KEPT:
    "was given a value that cannot be copied or frozen, as the variable's option `keeps` asks",
} as const;

/** A code that stays the same from release to release; docs/errors.md has a section for each. */
export type ErrorCode = keyof typeof SENTENCES;

/** Misuse by the programmer. `code` is stable; the message says what to do. */
export class ThroughlineError extends TypeError {
  readonly code: ErrorCode;

  /** @param given what the caller gave in the place of what is needed, where that helps */
  constructor(code: ErrorCode, subject: string, given?: string) {
    const ending = given === undefined ? "" : `, and was given ${given}`;
    super(printable(`${subject} ${SENTENCES[code]}${ending} [${code}, see throughline/docs/errors.md]`));
    this.name = "ThroughlineError";
    this.code = code;
  }

  /** By its code, so that the errors of another copy of this package are known too. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    try {
      if (!(value instanceof TypeError)) return false;
      const { code } = value as { code?: unknown };
      return typeof code === "string" && Object.hasOwn(SENTENCES, code);
    } catch {
      return false;
    }
  }
}

export function notAFunction(subject: string, given: string): ThroughlineError {
  return new ThroughlineError("THR_NOT_A_FUNCTION", subject, given);
}

/** @throws ThroughlineError THR_NOT_A_FUNCTION */
export function requireFunction(fn: unknown, subject: string): asserts fn is (...args: never[]) => unknown {
  if (typeof fn !== "function") throw notAFunction(subject, nounFor(fn));
}

/** @throws ThroughlineError THR_NOT_A_NAME */
export function requireName(name: unknown, subject: string): asserts name is string {
  if (typeof name !== "string") throw new ThroughlineError("THR_NOT_A_NAME", subject, nounFor(name));
  if (name === "") throw new ThroughlineError("THR_NOT_A_NAME", subject, "an empty text");
}

/** @throws ThroughlineError THR_NOT_A_DURATION */
export function requireDuration(ms: unknown, subject: string): asserts ms is number {
  if (typeof ms !== "number" || !(ms >= 0))
    throw new ThroughlineError("THR_NOT_A_DURATION", subject, asGiven(ms));
}
