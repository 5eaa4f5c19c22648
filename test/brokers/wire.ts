/** What clients of brokers have in common, so that the same laws are held against each. */
export interface Wire {
  /** Sends a message with these beside its body; rejects where the client or the broker does not take it. */
  send(fields: Readonly<Record<string, string>>, body: string): Promise<void>;
  /** Gives each message to `take`, many at once. One for which that fails is delivered again. */
  deliver(take: (delivered: Delivered) => Promise<void>): Promise<void>;
  /** Gives up all connections, also those to a broker that is gone. */
  close(): Promise<void>;
}

export interface Delivered {
  /** As the client gives it: a job of BullMQ, a message of NATS. */
  readonly message: object;
  readonly body: string;
}

/** Opens a queue of that name on a broker that listens there. */
export type OpenWire = (port: number, queue: string) => Promise<Wire>;
