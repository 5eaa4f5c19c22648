import { performance } from "node:perf_hooks";
import { clearTimeout, setTimeout } from "node:timers";
import { runSuppressed } from "../context/suppression.ts";
import type { Deadline } from "../core/deadline.ts";
import { report } from "../core/diagnostics.ts";
import type { Account } from "./account.ts";
import { backoff } from "./backoff.ts";
import type { Batch, BatchQueue } from "./batch-queue.ts";
import { type Outcome, REQUEST_BYTES, type Transport } from "./outcome.ts";

/** What goes in one request: so many of the batches that wait. */
interface Group extends Batch {
  readonly count: number;
}

/** A call of `flush` that waits for `last` to leave the queue. */
interface Flush {
  readonly last: Batch;
  readonly resolve: () => void;
}

/** What may wait for a collector, in bytes; a batch beyond it is dropped and counted. */
const QUEUE_BYTES = 32 * 1024 * 1024;

/** A collector's wait (Retry-After) is honoured up to this many ms. */
const LONGEST_ASKED_WAIT = 60_000;

/** … and no flush tries again sooner. */
const SHORTEST_ASKED_WAIT = 1_000;

/**
 * Batches on their way to one collector: sent one request at a time, in order, each until it is accepted or refused.
 * Bounded in bytes. Holds the process open during `flush` and `close` only.
 */
export class DeliveryQueue implements BatchQueue {
  readonly #transport: Transport;
  readonly #account: Account;
  readonly #endpoint: string;
  readonly #limit: number;
  readonly #wait: (attempt: number) => number;
  readonly #waiting: Batch[] = [];
  readonly #flushes = new Set<Flush>();
  #bytes = 0;
  /** Batches go together up to so many bytes, until what waits has got through. */
  #joinedBytes: number;
  #isDraining = false;
  #underWay = 0;
  #isClosed = false;
  #wasReached = false;
  /** When the collector asked for a wait, on the clock of `performance`. */
  #askedAt = -Infinity;
  #endPause: () => void = () => {};

  /** `endpoint` is for messages, `limit` in bytes, `wait` in ms by the number of attempts that failed. */
  constructor(
    transport: Transport,
    account: Account,
    endpoint: string,
    limit: number = QUEUE_BYTES,
    wait: (attempt: number) => number = backoff,
  ) {
    this.#transport = transport;
    this.#joinedBytes = transport.joinedBytes;
    this.#account = account;
    this.#endpoint = endpoint;
    this.#limit = limit;
    this.#wait = wait;
  }

  /** How many items are being sent. */
  get underWay(): number {
    return this.#underWay;
  }

  push(batch: Batch): void {
    if (this.#isClosed) {
      this.#account.drop(batch.items, "shutdown");
    } else if (batch.body.byteLength > REQUEST_BYTES) {
      this.#dropTooLarge(batch);
    } else if (this.#bytes + batch.body.byteLength > this.#limit) {
      this.#account.drop(batch.items, "queue_full");
      report(
        "queue_full",
        `${this.#endpoint} takes too little: its queue is full, and new telemetry is dropped and counted`,
      );
    } else {
      this.#waiting.push(batch);
      this.#bytes += batch.body.byteLength;
      // In a context of its own: a batch is cut wherever a span ends, and must neither trace nor keep that request.
      if (!this.#isDraining) void runSuppressed(() => this.#drain());
    }
  }

  /**
   * Resolves when everything that was here has been accepted or refused, and at the deadline at the latest. Does
   * not wait for a collector that refuses connections and was never reached: one attempt tells enough.
   */
  async flush(deadline: Deadline): Promise<void> {
    const last = this.#waiting.at(-1);
    if (last === undefined) return;
    await new Promise<void>((resolve) => {
      const flush = { last, resolve: () => this.#endFlush(flush, timer, resolve) };
      const timer = setTimeout(() => {
        this.#tellUnreachable("it has not answered in time");
        flush.resolve();
      }, deadline.left());
      this.#flushes.add(flush);
      this.#tryAgain();
    });
  }

  /** A last flush; what is left at the deadline is dropped and counted, and what is under way is broken off. */
  async close(deadline: Deadline): Promise<void> {
    this.#isClosed = true;
    await this.flush(deadline);
    for (const batch of this.#waiting.splice(0)) this.#account.drop(batch.items, "shutdown");
    this.#bytes = 0;
    this.#endPause();
    for (const flush of this.#flushes) flush.resolve();
    this.#transport.close();
  }

  async #drain(): Promise<void> {
    this.#isDraining = true;
    let attempt = 0;
    for (let head = this.#waiting[0]; head !== undefined; head = this.#waiting[0]) {
      const group = this.#nextGroup();
      this.#underWay = group.items;
      const outcome = await this.#transport.send(group.body);
      this.#underWay = 0;
      // Closed in the meantime: the batch is in the account already.
      if (this.#waiting[0] !== head) break;
      attempt = outcome.kind === "again" ? attempt + 1 : 0;
      this.#settle(group, outcome);
      this.#settleFlushes(outcome);
      if (outcome.kind === "again" && outcome.after !== undefined) this.#askedAt = performance.now();
      if (outcome.kind === "again") await this.#pause(Math.max(outcome.after ?? 0, this.#wait(attempt)));
    }
    this.#isDraining = false;
  }

  /** As many as may go together. */
  #nextGroup(): Group {
    let [count, items, bytes] = [0, 0, 0];
    for (const batch of this.#waiting) {
      const joined = bytes + batch.body.byteLength;
      if (count > 0 && joined > this.#joinedBytes) break;
      [count, items, bytes] = [count + 1, items + batch.items, joined];
    }
    const bodies = this.#waiting.slice(0, count).map(({ body }) => body);
    return { count, items, body: bodies.length === 1 && bodies[0] ? bodies[0] : Buffer.concat(bodies) };
  }

  #settle(group: Group, outcome: Outcome): void {
    if (outcome.kind === "again") {
      // Perhaps so much does not get through in time.
      if (group.count > 1 && !outcome.isUnreachable) this.#joinedBytes = group.body.byteLength / 2;
      return this.#tell(outcome);
    }
    if (outcome.kind !== "too_large") this.#wasReached = true;
    if (outcome.kind === "rejected" && group.count > 1) {
      // Perhaps one of them alone is to blame.
      this.#joinedBytes = 0;
      return;
    }
    this.#waiting.splice(0, group.count);
    if (this.#waiting.length === 0) this.#joinedBytes = this.#transport.joinedBytes;
    this.#bytes -= group.body.byteLength;
    if (outcome.kind === "too_large") return this.#dropTooLarge(group);
    const rejected = outcome.kind === "rejected" ? group.items : Math.min(outcome.rejected, group.items);
    this.#account.reject(rejected);
    this.#account.deliver(group.items - rejected);
    if (rejected > 0)
      report("collector_rejects", `${this.#endpoint} refuses telemetry for good: ${outcome.reason}`);
    else if (outcome.reason !== "")
      report("collector_warns", `${this.#endpoint} takes telemetry, and says: ${outcome.reason}`);
  }

  #dropTooLarge({ items }: Batch): void {
    this.#account.drop(items, "too_large");
    report(
      "limit_reached",
      "a span, a log record or a data point is longer than a request may be: it is dropped",
    );
  }

  #settleFlushes(outcome: Outcome): void {
    const isHopeless = outcome.kind === "again" && outcome.isUnreachable && !this.#wasReached;
    for (const flush of this.#flushes) {
      if (isHopeless || !this.#waiting.includes(flush.last)) flush.resolve();
    }
  }

  #tell({ reason, isUnreachable }: Outcome & { kind: "again" }): void {
    if (!isUnreachable) this.#wasReached = true;
    this.#tellUnreachable(reason);
  }

  #tellUnreachable(reason: string): void {
    report(
      "collector_unreachable",
      `no collector takes telemetry at ${this.#endpoint} (${reason}); up to ${this.#limit >> 20} MB wait for it as long as the process lives, the rest is counted. To see it on this machine: npx throughline view`,
    );
  }

  /** At once, but where the collector has asked for time. */
  #tryAgain(): void {
    const wait = this.#askedAt + SHORTEST_ASKED_WAIT - performance.now();
    if (this.#flushes.size === 0) return;
    if (wait > 0) setTimeout(() => this.#tryAgain(), wait).unref();
    else this.#endPause();
  }

  #pause(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, Math.min(milliseconds, LONGEST_ASKED_WAIT)).unref();
      this.#endPause = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  #endFlush(flush: Flush, timer: NodeJS.Timeout, resolve: () => void): void {
    clearTimeout(timer);
    this.#flushes.delete(flush);
    resolve();
  }
}
