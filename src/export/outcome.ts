/** What became of one attempt to send; faults are data here, never exceptions. */
export type Outcome =
  /** Accepted, but for `rejected` items that the collector refused.  (OTLP: partial success) */
  | { readonly kind: "delivered"; readonly rejected: number; readonly reason: string }
  /** Refused for good: sending it again would change nothing. */
  | { readonly kind: "rejected"; readonly reason: string }
  /** Longer, as it is written, than a request may be: it was not sent. */
  | { readonly kind: "too_large" }
  /** A fault that may pass. `after` is the wait in ms that the collector asked for. */
  | {
      readonly kind: "again";
      readonly reason: string;
      readonly after: number | undefined;
      readonly isUnreachable: boolean;
    };

/** A request may be this long, in bytes, before it is compressed. */
export const REQUEST_BYTES: number = 4 * 1024 * 1024;

/** A body of protobuf that is no longer than this is no longer than a request may be in JSON, six times as long at most. */
export const JSON_SAFE_BYTES: number = Math.floor(REQUEST_BYTES / 6);

/** The way to one collector. */
export interface Transport {
  /** Bodies that wait are sent together up to so many bytes: those of messages with lists alone are a message, joined. */
  readonly joinedBytes: number;
  /** Sends one request body; resolves with the outcome and never rejects. */
  send(body: Uint8Array): Promise<Outcome>;
  /** Breaks off what is under way and lets go of all connections. */
  close(): void;
}
