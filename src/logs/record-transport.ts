import { Writable } from "node:stream";
import { stripVTControlCharacters } from "node:util";
import { exceptionAttributes } from "../trace/exception.ts";
import { attributesOf, emitRecord, readLine, type WrittenLine } from "./emit-record.ts";
import { jsonLine } from "./json-line.ts";
import { severityOf } from "./level.ts";
import { Moment } from "./moment.ts";
import { LEVEL, type WinstonLine } from "./winston-line.ts";

/** Of the logger that this is a transport of. */
interface Levels {
  readonly level?: unknown;
  readonly levels?: Readonly<Record<string, number>>;
}

/** A transport of winston's that makes each line of its logger's level a log record. */
export class RecordTransport extends Writable {
  #logger: Levels = {};

  constructor() {
    super({ objectMode: true });
    this.once("pipe", (logger: Levels) => {
      this.#logger = logger;
    });
  }

  /** winston knows its transports by it. */
  log(): void {}

  /** A format that refuses a line has given false in its place. */
  override _write(line: WinstonLine | false, _encoding: string, done: () => void): void {
    if (line !== false && this.#isWritten(line)) {
      const { context, time, thrown } = Moment.of(line);
      emitRecord("winston", context, time, () => recordOf(line, thrown));
    }
    done();
  }

  /** As winston's own transports decide. */
  #isWritten(line: WinstonLine): boolean {
    const { level, levels = {} } = this.#logger;
    return (levels[String(level)] ?? Infinity) >= (levels[String(line[LEVEL])] ?? Infinity);
  }
}

function recordOf(line: WinstonLine, thrown: Error | undefined): WrittenLine {
  const level = String(line[LEVEL]);
  const fields = readLine(jsonLine(line));
  const { stack, ...others } = attributesOf(fields, "message");
  const attributes = typeof stack === "string" ? { ...others, ...exceptionOf(stack, thrown) } : others;
  return { level, severity: severityOf(level), body: uncoloured(fields["message"]), attributes };
}

/** No more than the line says: its type and message are told where the stack is as it was. */
function exceptionOf(stack: string, thrown: Error | undefined): Record<string, unknown> {
  const told = stack === thrown?.stack ? exceptionAttributes(thrown) : {};
  return { ...told, "exception.stacktrace": stack };
}

/** `colorize({ all: true })` writes for a terminal. */
function uncoloured(message: unknown): unknown {
  return typeof message === "string" ? stripVTControlCharacters(message) : message;
}
