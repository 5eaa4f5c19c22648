import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { describe, report } from "../core/diagnostics.ts";

type Listener<Message> = (message: Message) => void;

/** Does something of ours: if it fails that is reported, and what it was told of goes on as if nobody had listened. */
export function attempt(what: string, act: () => void): void {
  try {
    act();
  } catch (thrown) {
    report("internal_error", `the hook on ${what} failed (${describe(thrown)})`);
  }
}

/** A listener that is only attempted. */
export function guarded<Message>(
  what: string,
  listener: (message: Message) => void,
): (message: Message) => void {
  return (message) => attempt(what, () => listener(message));
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
