import { contextAttributes } from "../context/attribute-variables.ts";
import type { Context } from "../context/context.ts";
import { currentContext } from "../context/current.ts";
import { withoutUndefined } from "../core/without-undefined.ts";
import { levelOf, type LogBridgeOptions, optionsOf } from "./bridge-options.ts";
import { emitRecord, readLine } from "./emit-record.ts";
import { type LevelByContext, severityWanted } from "./level.ts";
import { fieldsIn, PLACE_FIELDS, placeText } from "./log-fields.ts";
import { pinoRecord, severityAt } from "./pino-record.ts";

/** Of pino's options those that say what a line has. */
interface PinoOptions {
  readonly timestamp?: boolean | (() => string);
  readonly messageKey?: string;
  readonly errorKey?: string;
  readonly serializers?: object;
  readonly mixin?: (mergeObject: object, level: number, logger: object) => object;
  readonly mixinMergeStrategy?: (mergeObject: object, mixin: object) => object;
  readonly hooks?: PinoHooks;
}

interface PinoHooks {
  readonly logMethod?: (this: object, args: unknown[], method: LogMethod, level: number) => void;
  readonly streamWrite?: (line: string) => string;
}

type LogMethod = (this: object, ...args: never[]) => void;

/** What is added to the object of a call: what the user's own mixin gives, and what variables are stamped as. */
interface Mixed {
  readonly own: object | undefined;
  readonly stamped: object | undefined;
}

/** By a serializer that gives undefined a field is left out, in whatever place it was given. */
const SAID_BY_NOBODY = Object.fromEntries(PLACE_FIELDS.map((name) => [name, () => undefined]));

/**
 * Options for pino that have each line say where it belongs: `pino(pinoOptions({ name: "shop" }))`. The fields of
 * `logFields()` stand behind the time, at the top of the line, also with a `nestedKey`, and are those of the call, for
 * children too; whoever else gives one of them, in a call, a child or a mixin, is not heard.
 *
 * @param options pino's own; they do what they do without this
 * @example
 * const options = pinoOptions({ level: "debug" }, { level: () => "info" });
 * console.log(options.level);
 */
export function pinoOptions<Options extends object>(options?: Options, bridge?: LogBridgeOptions): Options {
  const own: PinoOptions = optionsOf(options, "pino");
  const given = optionsOf(bridge, "pinoOptions()");
  const ours = {
    timestamp: () => timeOf(own) + placeText(currentContext()),
    serializers: { ...own.serializers, ...SAID_BY_NOBODY },
    mixin: (...call: [object, number, object]): Mixed => ({
      own: own.mixin?.(...call),
      stamped: contextAttributes(currentContext()),
    }),
    mixinMergeStrategy: (call: object, mixed: Mixed) => merged(own, call, mixed),
    hooks: hooksOf(own, levelOf(given), given.records === true),
  };
  return { ...own, ...ours } as Options;
}

/** A text that begins with a comma, as pino has it. */
function timeOf({ timestamp = true }: PinoOptions): string {
  if (typeof timestamp === "function") return timestamp();
  return timestamp ? `,"time":${Date.now()}` : "";
}

function merged(options: PinoOptions, call: object, { own, stamped }: Mixed): object {
  const result = own === undefined ? call : withOwn(options, call, own);
  return stamped === undefined ? result : { ...result, ...withoutUndefined(stamped) };
}

/** As pino does it. */
function withOwn({ mixinMergeStrategy }: PinoOptions, call: object, own: object): object {
  return mixinMergeStrategy?.(call, own) ?? Object.assign(own, call);
}

function hooksOf(options: PinoOptions, level: LevelByContext | undefined, hasRecords: boolean): PinoHooks {
  const { hooks } = options;
  const wanted = level === undefined ? {} : { logMethod: onlyWanted(level, hooks?.logMethod) };
  return { ...hooks, ...wanted, ...(hasRecords ? recording(options, { ...hooks, ...wanted }) : {}) };
}

function onlyWanted(level: LevelByContext, own: PinoHooks["logMethod"]): NonNullable<PinoHooks["logMethod"]> {
  return function logMethod(args, method, number): void {
    if (severityAt(number) < (severityWanted(level) ?? 0)) return;
    if (own === undefined) method.apply(this, args as never[]);
    else own.call(this, args, method, number);
  };
}

/** A line is written within its call, which knows its level: a field of that name would change what the line says. */
function recording(options: PinoOptions, own: PinoHooks): PinoHooks {
  let called: number | undefined;
  return {
    logMethod(args, method, number): void {
      const before = called;
      called = number;
      try {
        if (own.logMethod === undefined) method.apply(this, args as never[]);
        else own.logMethod.call(this, args, method, number);
      } finally {
        called = before;
      }
    },
    streamWrite: (line) => {
      const written = own.streamWrite === undefined ? line : own.streamWrite(line);
      const context = currentContext();
      emitRecord("pino", context, Date.now(), () => pinoRecord(options, fieldsOf(written, context), called));
      return written;
    },
  };
}

/** What says where it belongs is as the context has it, unless the user's own hook has changed that in the line. */
function fieldsOf(line: string, context: Context): Readonly<Record<string, unknown>> {
  const fields = readLine(line);
  if (!line.includes(placeText(context))) return fields;
  const place = fieldsIn(context);
  return { ...fields, ...Object.fromEntries(PLACE_FIELDS.map((name) => [name, place[name]])) };
}
