import type { RecordedSpan } from "../recording.ts";

/** What `fn` throws; in a list, where it returns. */
export const caught = (fn: () => unknown): unknown => {
  try {
    return ["returned", fn()];
  } catch (thrown) {
    return thrown;
  }
};

/** The reason of a rejection, in a list: a promise would ask a bare one for its `then`. */
export const rejected = (promise: PromiseLike<unknown>): PromiseLike<unknown[]> =>
  promise.then(
    (value) => ["resolved with", value],
    (reason: unknown) => [reason],
  );

/** The messages of the exceptions that a span tells of. */
export const exceptions = ({ events }: RecordedSpan): unknown[] =>
  events.map(({ attributes }) => attributes["exception.message"]);

/** The reason of a rejection, which is none of a promise's kind. */
export const failureOf = (promise: PromiseLike<unknown>): PromiseLike<unknown> =>
  promise.then(
    () => "no failure",
    (reason: unknown) => reason,
  );
