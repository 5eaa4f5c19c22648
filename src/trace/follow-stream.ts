import { currentContext, runIn } from "../context/current.ts";

/** By this each stream of Node fetches what it gives. */
const READ = "_read";

/** What of a readable stream of Node is used. */
interface Readable {
  [READ](size: number): void;
  readonly errored?: unknown;
  once(event: string, listener: () => void): unknown;
}

/** One that is read only: what is written to, a socket say, has no end that would be that of a call. Never throws. */
export function isReadable(value: object): value is Readable {
  try {
    const { [READ]: read, once, pipe, write } = value as Record<string, unknown>;
    return [read, once, pipe].every((method) => typeof method === "function") && write === undefined;
  } catch {
    return false;
  }
}

/**
 * Has a stream fetch what it gives in what is current now, whoever reads it; and tells once how it came to its end. An error
 * is told as it closes, for to listen to errors would have one handled that nobody handles.
 */
export function followStream<Stream extends Readable>(
  stream: Stream,
  done: () => void,
  failed: (thrown: unknown) => void,
): Stream {
  const context = currentContext();
  let isOver = false;
  const end = (): void => {
    if (isOver) return;
    isOver = true;
    const { errored } = stream;
    if (errored === undefined || errored === null || isLeft(errored)) done();
    else failed(errored);
  };
  try {
    const read = stream[READ].bind(stream);
    stream[READ] = (size) => runIn(context, read, size);
    stream.once("end", end);
    stream.once("close", end);
  } catch {
    // It takes nothing: how it ends cannot be known.
    end();
  }
  return stream;
}

/** By whoever has read as much as they wanted. */
function isLeft(errored: unknown): boolean {
  return (errored as { readonly code?: unknown }).code === "ABORT_ERR";
}
