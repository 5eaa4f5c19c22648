import { AsyncLocalStorage } from "node:async_hooks";
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
 * logger itself prints, at once or later, is printed as before.
 *
 * @param logger default: `jsonLogger({ level: "debug" })`
 * @example
 * using lines = logConsole();
 * withSpan("checkout", () => console.log("paid %d", 42));
 */
export function logConsole(logger: Logger = jsonLogger({ level: "debug" })): Disposable {
  let isDisposed = false;
  // Not a boolean: a writer may print after it has waited, which would be written for ever.
  const writing = new AsyncLocalStorage<true>();
  const write = (level: LogLevel, printed: readonly unknown[]): void =>
    logger[level](format(...printed), printed.find(isNativeError));
  const undo = METHODS.map(([method, level]) =>
    replace(method, (former) => (...printed) => {
      if (isDisposed || writing.getStore() === true) former(...printed);
      else writing.run(true, write, level, printed);
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
