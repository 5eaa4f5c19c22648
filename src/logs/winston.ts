import { describe, report } from "../core/diagnostics.ts";
import { levelOf, type LogBridgeOptions, optionsOf } from "./bridge-options.ts";
import { jsonLine } from "./json-line.ts";
import { type LevelByContext, severityOf } from "./level.ts";
import { Moment } from "./moment.ts";
import { RecordTransport } from "./record-transport.ts";
import { copied, errorIn, LEVEL, MESSAGE, withFields, type WinstonLine } from "./winston-line.ts";

/** Of winston's options those that this changes. */
interface WinstonOptions {
  readonly format?: WinstonFormat | undefined;
  readonly defaultMeta?: unknown;
  readonly transports?: unknown;
}

interface WinstonFormat {
  readonly options?: unknown;
  transform(line: WinstonLine, options?: unknown): unknown;
}

/**
 * Options for winston that have each line say where it belongs: `createLogger(winstonOptions({ transports }))`. The
 * fields of `logFields()` are those of the call, for children too, also where a transport is slow and the line is made
 * later; whoever gives one of them in a call or a child is not heard. The user's own format follows; without one, lines are JSON.
 *
 * @param options winston's own; they do what they do without this
 * @example
 * const options = winstonOptions({ level: "debug" }, { level: () => "info" });
 * console.log(options.level);
 */
export function winstonOptions<Options extends object>(
  options?: Options,
  bridge?: LogBridgeOptions,
): Options {
  const own: WinstonOptions = optionsOf(options, "winston");
  const given = optionsOf(bridge, "winstonOptions()");
  const level = levelOf(given);
  const ours = {
    defaultMeta: withMoment(own.defaultMeta, level),
    format: { transform: (line: WinstonLine) => formatted(line, own.format ?? JSON_FORMAT, level) },
  };
  const all = { ...own, ...ours } as Options;
  if (given.records !== true) return all;
  // One of its own for each logger that is made of these options, for it knows that logger's level.
  const transports = (): unknown[] => [own.transports ?? [], new RecordTransport()].flat();
  return Object.defineProperty(all, "transports", { get: transports, enumerable: true, configurable: true });
}

const JSON_FORMAT: WinstonFormat = {
  transform: (line) => Object.assign(line, { [MESSAGE]: jsonLine(line) }),
};

/** By this symbol a line has what its call has noted. */
const MOMENT = Symbol("throughline.moment");

/** Read at each call, and put into its line: the format may run later, for winston's loggers are streams. */
function withMoment(meta: unknown, level: LevelByContext | undefined): object {
  const own = Object.getOwnPropertyDescriptors(Object(meta));
  const moment = { get: () => new Moment(level), enumerable: true };
  return Object.defineProperties({}, { ...own, [MOMENT]: moment });
}

function formatted(line: WinstonLine, next: WinstonFormat, level: LevelByContext | undefined): unknown {
  const moment = momentOf(line) ?? new Moment(level);
  if (!moment.wants(severityOf(line[LEVEL]))) return false;
  const result = next.transform(placed(line, moment), next.options);
  Moment.note(result, moment);
  return result;
}

/** winston may have put it into an object of the caller's, an error say, that is logged again: it counts once. */
function momentOf(line: WinstonLine): Moment | undefined {
  const noted = line[MOMENT];
  return noted instanceof Moment && noted.take() ? noted : undefined;
}

/** Of a line that cannot be read it is the caller's, as it was. */
function placed(line: WinstonLine, moment: Moment): WinstonLine {
  try {
    const copy = copied(line);
    moment.thrown = errorIn(line);
    Reflect.deleteProperty(line, MOMENT);
    return withFields(copy, moment.fields);
  } catch (thrown) {
    report("invalid_argument", `a line of winston's could not be read (${describe(thrown)})`);
    return line;
  }
}
