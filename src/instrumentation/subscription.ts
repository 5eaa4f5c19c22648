import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { describe, report } from "../core/diagnostics.ts";

type Listener<Message> = (message: Message) => void;

/** Listeners on the runtime's own channels; `end()` takes them away again. */
export class Subscription {
  readonly #ends: (() => void)[] = [];

  /** A listener that fails is reported: what it was told of goes on as if nobody had listened. */
  on<Message>(channel: string, listener: Listener<Message>): this {
    const guarded = (message: unknown): void => {
      try {
        listener(message as Message);
      } catch (thrown) {
        report("internal_error", `the hook on ${channel} failed (${describe(thrown)})`);
      }
    };
    subscribe(channel, guarded);
    this.#ends.push(() => unsubscribe(channel, guarded));
    return this;
  }

  end(): void {
    for (const end of this.#ends.splice(0)) end();
  }
}
