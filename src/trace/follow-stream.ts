import { currentContext, runIn } from "../context/current.ts";
import { define, type Followed } from "./followed.ts";

/** By this each stream of Node fetches what it gives, and by that it gives it. */
const READ = "_read";
const PUSH = "push";
const DESTROY = "_destroy";
const STATE = "_readableState";

/** What of a readable stream of Node is used. */
export interface Readable {
  [READ](size: number): void;
  [PUSH](...chunk: unknown[]): boolean;
  [DESTROY]?(error: unknown, callback: (fault?: unknown) => void): void;
  readonly [STATE]?: { readonly emitClose?: unknown };
  readonly destroyed?: unknown;
  readonly readableEnded?: unknown;
  readonly errored?: unknown;
  once(event: string, listener: () => void): unknown;
}

/** One that is read only: what is written to, a socket say, has no end that would be that of a call. Never throws. */
export function isReadable(value: object): value is Readable {
  try {
    const { [READ]: read, [PUSH]: push, once, pipe, write } = value as Record<string, unknown>;
    return [read, push, once, pipe].every((method) => typeof method === "function") && write === undefined;
  } catch {
    return false;
  }
}

/**
 * Has a stream fetch what it gives in what is current now, and give it in the context of whoever reads; and tells how it came
 * to its end. An error is told as it closes, for to listen to errors would have one handled that nobody handles.
 */
export function followStream(stream: Readable, followed: Followed): void {
  const context = currentContext();
  const end = (): void =>
    followed.end(({ done, failed }) => {
      const fault = faultOf(stream);
      if (fault === undefined) done();
      else failed(fault);
    });
  if (stream.destroyed === true || stream.readableEnded === true) return end();
  const [read, push] = [stream[READ].bind(stream), stream[PUSH].bind(stream)];
  let reader = context;
  define(stream, READ, (size: number): void => {
    reader = currentContext();
    runIn(context, read, size);
  });
  define(stream, PUSH, (...chunk: unknown[]): boolean => runIn(reader, push, ...chunk));
  stream.once("end", end);
  stream.once("close", end);
  if (stream[STATE]?.emitClose === false) endAsDestroyed(stream, end);
}

/** Of one that does not say that it is closed. */
function endAsDestroyed(stream: Readable, end: () => void): void {
  const destroy = stream[DESTROY]?.bind(stream);
  if (destroy === undefined) return;
  define(stream, DESTROY, (error: unknown, callback: (fault?: unknown) => void) =>
    destroy(error, (fault) => {
      callback(fault);
      end();
    }),
  );
}

/** By whoever has read as much as they wanted it is closed with an error, too. */
const LEFT: ReadonlySet<unknown> = new Set(["ABORT_ERR", "ERR_STREAM_PREMATURE_CLOSE"]);

/** Never throws: it is asked within an event of the host's. */
function faultOf(stream: Readable): unknown {
  let fault: unknown;
  try {
    fault = stream.errored ?? undefined;
    return LEFT.has((fault as { readonly code?: unknown } | undefined)?.code) ? undefined : fault;
  } catch {
    return fault;
  }
}
