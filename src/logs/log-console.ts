import { format } from "node:util";
import { isNativeError } from "node:util/types";
import { jsonLogger, type Logger } from "./json-logger.ts";
import type { LogLevel } from "./level.ts";

type Method = "log" | LogLevel;

const METHODS: readonly (readonly [Method, LogLevel])[] = [
  ["log", "info"],
  ["debug", "debug"],
  ["info", "info"],
  ["warn", "warn"],
  ["error", "error"],
];

/**
 * Has `console.log`, `info`, `warn`, `error` and `debug` write lines of a logger until it is disposed of, for code that
 * knows no other: each says where it belongs. An error among what is printed is told by its attributes. What the
 * logger itself prints meanwhile is printed as before.
 *
 * @param logger default: `jsonLogger({ level: "debug" })`
 * @example
 * using lines = logConsole();
 * withSpan("checkout", () => console.log("paid %d", 42));
 */
export function logConsole(logger: Logger = jsonLogger({ level: "debug" })): Disposable {
  let [isDisposed, isWriting] = [false, false];
  const write = (level: LogLevel, printed: readonly unknown[]): void => {
    isWriting = true;
    try {
      logger[level](format(...printed), printed.find(isNativeError));
    } finally {
      isWriting = false;
    }
  };
  const undo = METHODS.map(([method, level]) =>
    replace(method, (former) => (...printed) => {
      if (isDisposed || isWriting) former(...printed);
      else write(level, printed);
    }),
  );
  return {
    [Symbol.dispose]: () => {
      isDisposed = true;
      for (const restore of undo) restore();
    },
  };
}

type Print = (...printed: unknown[]) => void;

/** What somebody has put above it since stays, and finds what was there before. */
function replace(method: Method, print: (former: Print) => Print): () => void {
  const former = Object.getOwnPropertyDescriptor(console, method) ?? {};
  const value = print(console[method].bind(console));
  Reflect.defineProperty(console, method, { value, writable: true, enumerable: true, configurable: true });
  return () => {
    if (console[method] === value) Reflect.defineProperty(console, method, former);
  };
}
