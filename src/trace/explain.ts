/// <reference lib="esnext.disposable" preserve="true" />
import { explaining } from "./explaining.ts";
import { PlaceWatch } from "./place-watch.ts";

/**
 * For development: tells on stderr, from now on, what usually takes a trace to pieces, each once with its place in the code:
 * a span that is ended in another operation than it was started in, one that finds no parent where those before it had one,
 * and one that is never ended. Those that are open are told as the process ends, or as it is turned off by disposing of what is
 * returned. It looks at the stack as each span starts, which takes some tens of µs; without it nothing is looked at.
 *
 * @returns turns it off where it is disposed of; it stays on while anyone has it on
 * @example
 * const explaining = explain(); // for as long as the process lives, or until
 * explaining[Symbol.dispose]();
 */
export function explain(): Disposable {
  if (explaining.users++ === 0) {
    explaining.watch = new PlaceWatch();
    process.on("exit", close);
  }
  let isOn = true;
  return {
    [Symbol.dispose]() {
      if (!isOn) return;
      isOn = false;
      if (--explaining.users > 0) return;
      process.off("exit", close);
      close();
      explaining.watch = undefined;
    },
  };
}

function close(): void {
  explaining.watch?.close();
}
