import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { describe, report } from "../core/diagnostics.ts";

type Listener<Message> = (message: Message) => void;

/** A listener that, if it fails, is reported: what it was told of goes on as if nobody had listened. */
export function guarded<Arguments extends unknown[]>(
  what: string,
  listener: (...args: Arguments) => void,
): (...args: Arguments) => void {
  return (...args) => {
    try {
      listener(...args);
    } catch (thrown) {
      report("internal_error", `the hook on ${what} failed (${describe(thrown)})`);
    }
  };
}

/** Listeners on the runtime's own channels; `end()` takes them away again. */
export class Subscription {
  readonly #ends: (() => void)[];

  /** `afterwards` is called once the listeners are gone. */
  constructor(afterwards: () => void = () => {}) {
    this.#ends = [afterwards];
  }

  on<Message>(channel: string, listener: Listener<Message>): this {
    const own = guarded(channel, (message: unknown) => listener(message as Message));
    subscribe(channel, own);
    this.#ends.push(() => unsubscribe(channel, own));
    return this;
  }

  end(): void {
    for (const end of this.#ends.splice(0).toReversed()) end();
  }
}
