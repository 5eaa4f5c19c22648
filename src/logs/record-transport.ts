import { Writable } from "node:stream";
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
      const { context, time } = Moment.of(line);
      emitRecord("winston", context, time, () => recordOf(line));
    }
    done();
  }

  /** As winston's own transports decide. */
  #isWritten(line: WinstonLine): boolean {
    const { level, levels = {} } = this.#logger;
    return (levels[String(level)] ?? Infinity) >= (levels[String(line[LEVEL])] ?? Infinity);
  }
}

function recordOf(line: WinstonLine): WrittenLine {
  const level = String(line[LEVEL]);
  const fields = readLine(jsonLine(line));
  const { stack, ...others } = attributesOf(fields, "message");
  const attributes = typeof stack === "string" ? { ...others, "exception.stacktrace": stack } : others;
  return { level, severity: severityOf(level), body: fields["message"], attributes };
}
