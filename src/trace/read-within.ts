import type { Context } from "../context/context.ts";
import { runIn } from "../context/current.ts";

/** What of a web stream is used, and of its reader; Node's types leave out what is for buffers of a reader's own. */
export interface WebSource {
  getReader(options?: { readonly mode: "byob" }): Reader;
  cancel(reason: unknown): Promise<void>;
}

interface Reader {
  read(into?: ArrayBufferView): Promise<{ readonly done: boolean; readonly value?: unknown }>;
  cancel(reason: unknown): Promise<void>;
  releaseLock(): void;
}

interface Controller {
  readonly byobRequest?: BufferRequest | null | undefined;
  enqueue(chunk: unknown): void;
  error(error: unknown): void;
  close(): void;
}

/** A buffer that a reader has brought, to be filled. */
interface BufferRequest {
  readonly view: ArrayBufferView;
  respondWithNewView(view: ArrayBufferView): void;
}

/**
 * A web stream that gives what another one gives, whose source is asked in `context`: it would be asked in that of whoever
 * reads. It asks for nothing ahead, and locks the other one only while it asks.
 */
export class ReadWithin {
  readonly stream: ReadableStream;
  readonly #source: WebSource;
  readonly #context: Context;
  #controller: Controller | undefined;
  #reader: Reader | undefined;
  #isPulling = false;
  #isOver = false;

  constructor(source: WebSource, context: Context) {
    this.#source = source;
    this.#context = context;
    const own = {
      start: (controller: Controller): void => void (this.#controller = controller),
      pull: (controller: Controller): Promise<void> => this.#pull(controller),
      cancel: (reason: unknown): Promise<void> =>
        runIn(context, () => (this.#reader ?? source).cancel(reason)),
    };
    this.stream = isOfBytes(source)
      ? new ReadableStream({ ...own, type: "bytes" })
      : new ReadableStream(own, { highWaterMark: 0 });
  }

  /** The source has come to its end. */
  close(): void {
    this.#isOver = true;
    if (!this.#isPulling) this.#close();
  }

  fail(fault: unknown): void {
    this.#controller?.error(fault);
  }

  async #pull(controller: Controller): Promise<void> {
    this.#isPulling = true;
    try {
      const request = controller.byobRequest ?? undefined;
      const { done, value } = await this.#read(request?.view);
      if (request === undefined && !done) controller.enqueue(value);
      if (done || this.#isOver) this.#close();
      // At the end, too: the buffer goes back to whoever has brought it.
      if (request !== undefined && ArrayBuffer.isView(value)) request.respondWithNewView(value);
    } finally {
      this.#isPulling = false;
    }
  }

  #close(): void {
    try {
      this.#controller?.close();
    } catch {
      // It is closed already: whoever reads has left, or has read to the end.
    }
  }

  async #read(into: ArrayBufferView | undefined): ReturnType<Reader["read"]> {
    const reader = this.#source.getReader(into && { mode: "byob" });
    this.#reader = reader;
    try {
      return await runIn(this.#context, () => (into === undefined ? reader.read() : reader.read(into)));
    } finally {
      this.#reader = undefined;
      reader.releaseLock();
    }
  }
}

/** Only those that fill buffers take a reader that brings its own. */
function isOfBytes(source: WebSource): boolean {
  try {
    source.getReader({ mode: "byob" }).releaseLock();
    return true;
  } catch {
    return false;
  }
}
