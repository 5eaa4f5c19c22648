import * as nodeStream from "node:stream";
import { currentContext } from "../context/current.ts";
import { define, type Followed } from "./followed.ts";
import { ReadWithin, type WebSource } from "./read-within.ts";

/** Of Node's own module, which its types know for streams of Node alone. */
const { finished, isDisturbed, isErrored } = nodeStream as unknown as {
  readonly finished: (stream: object, ended: (fault?: unknown) => void) => void;
  readonly isDisturbed: (stream: object) => boolean;
  readonly isErrored: (stream: object) => boolean;
};

/** By these a web stream is read. */
const READING: readonly PropertyKey[] = [
  "cancel",
  "getReader",
  "pipeThrough",
  "pipeTo",
  "tee",
  "values",
  Symbol.asyncIterator,
];

type Method = (...args: unknown[]) => unknown;

/** What of a web stream is used. */
export interface WebStream extends WebSource {
  readonly locked: boolean;
}

/** Never throws. Node loads its web streams when they are first asked for, so that is left to whoever has one. */
export function isWebStream(value: object): value is WebStream {
  try {
    return "getReader" in value && value instanceof ReadableStream;
  } catch {
    return false;
  }
}

/**
 * Has a web stream fetch what it gives in what is current now, and tells how it came to its end. It stays the same object: its
 * methods read from a stand-in, since what it was made of cannot be reached. Who goes round them, as a transfer to another
 * thread does, gets the same, asked for in the context of whoever reads. One that somebody reads already is left alone.
 */
export function followWebStream(stream: WebStream, followed: Followed): void {
  if (stream.locked || isDisturbed(stream)) return followed.end(({ done }) => done());
  const own = ReadableStream.prototype as object as WebSource;
  const within = new ReadWithin(
    { getReader: own.getReader.bind(stream), cancel: own.cancel.bind(stream) },
    currentContext(),
  );
  for (const name of READING) {
    const method = Reflect.get(own, name) as Method;
    // What a class or a maker of its own has it do otherwise calls the others.
    if (Reflect.get(stream, name) !== method) continue;
    define(stream, name, (...args: unknown[]) => Reflect.apply(method, within.stream, args));
  }
  const isLocked = (): boolean => Reflect.get(own, "locked", stream) === true || within.stream.locked;
  Object.defineProperty(stream, "locked", { get: isLocked, configurable: true });
  finished(stream, (fault) => {
    if (isErrored(stream)) {
      within.fail(fault);
      followed.end(({ failed }) => failed(fault));
    } else {
      within.close();
      followed.end(({ done }) => done());
    }
  });
}
