import type { Carrier } from "../context/carrier.ts";

/** Under this name: symbols do not reach another thread. */
const CARRIER = "throughline.1.carrier";

/** What is sent to a worker, with the context that it was sent in. */
export interface Envelope {
  readonly [CARRIER]: Carrier;
  readonly value: unknown;
}

export function envelope(carrier: Carrier, value: unknown): Envelope {
  return { [CARRIER]: carrier, value };
}

/** Undefined for what was sent by somebody who knows nothing of it. Never throws. */
export function opened(message: unknown): { readonly carrier: Carrier; readonly value: unknown } | undefined {
  try {
    if (typeof message !== "object" || message === null || !Object.hasOwn(message, CARRIER)) return undefined;
    const { [CARRIER]: carrier, value } = message as Envelope;
    return { carrier, value };
  } catch {
    return undefined;
  }
}
