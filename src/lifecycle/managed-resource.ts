import { timeLimited } from "../concurrency/with-timeout.ts";
import { describe, report } from "../core/diagnostics.ts";
import { requireFunction, ThroughlineError } from "../core/errors.ts";
import { disposed } from "./disposed.ts";
import { standIns } from "./stand-ins.ts";

/** Makes what a resource is. */
export type StartResource<Value> = (options: { readonly signal: AbortSignal }) => Value;

/** Undoes it; what it returns is awaited. */
export type StopResource<Value> = (value: Value) => unknown;

/** What a lifecycle starts and stops, such as a pool of connections; also settings, which have nothing to stop. */
export interface LifecycleResource<Value> {
  readonly name: string;
  /**
   * What was started, or stands in.
   *
   * @throws ThroughlineError THR_RESOURCE_NOT_RUNNING
   */
  get(): Value;
  /**
   * Calls `fn`, in a scope of its own, where another stands in. A lifecycle that is started in there takes it everywhere,
   * and neither starts nor stops it.
   *
   * @throws ThroughlineError THR_NOT_A_FUNCTION
   */
  run<Result>(standIn: Value, fn: () => Result): Result;
}

/** A resource, as its lifecycle sees it. */
export class ManagedResource<Value> implements LifecycleResource<Value> {
  readonly name: string;
  readonly #subject: string;
  readonly #start: StartResource<Value | PromiseLike<Value>>;
  readonly #stop: StopResource<Value>;
  #running: { readonly value: Value; readonly isOurs: boolean } | undefined;
  /** Also those that nobody waits for any more. */
  readonly #beginnings = new Set<Promise<void>>();
  /** Why what it came to when nobody waited any more could not be undone. */
  #late: { readonly reason: unknown } | undefined;

  constructor(
    name: string,
    lifecycle: string,
    start: StartResource<Value | PromiseLike<Value>>,
    stop: StopResource<Value> = disposed,
  ) {
    this.name = name;
    this.#subject = `resource "${name}" of lifecycle "${lifecycle}"`;
    this.#start = start;
    this.#stop = stop;
  }

  get(): Value {
    const here = standIns.get();
    if (here.has(this)) return here.get(this) as Value;
    if (this.#running !== undefined) return this.#running.value;
    throw new ThroughlineError("THR_RESOURCE_NOT_RUNNING", this.#subject);
  }

  run<Result>(standIn: Value, fn: () => Result): Result {
    requireFunction(fn, `${this.#subject}.run(standIn, fn)`);
    return standIns.run(new Map(standIns.get()).set(this, standIn), fn);
  }

  /** Rejects with what starting it throws, with a TimeoutError, or as the signal is aborted. */
  async start(timeout: number, signal: AbortSignal): Promise<void> {
    this.#late = undefined;
    const here = standIns.get();
    if (here.has(this)) this.#running = { value: here.get(this) as Value, isOurs: false };
    else await timeLimited(timeout, (inTime) => this.#begin(inTime), signal, this.#subject);
  }

  #begin(signal: AbortSignal): Promise<void> {
    const beginning = this.#begun(signal);
    this.#beginnings.add(beginning);
    const end = (): void => void this.#beginnings.delete(beginning);
    beginning.then(end, end);
    return beginning;
  }

  async #begun(signal: AbortSignal): Promise<void> {
    const value = await this.#start({ signal });
    if (signal.aborted) await this.#undoLate(value);
    else this.#running = { value, isOurs: true };
  }

  get isRunning(): boolean {
    return this.#running !== undefined;
  }

  /** Also where nobody waits for that any more. */
  get isStarting(): boolean {
    return this.#beginnings.size > 0;
  }

  /**
   * From now on nobody is given it, nor what it still comes to, which is waited for and undone too. Rejects with what
   * stopping it throws, or with a TimeoutError; that is reported, too.
   */
  async stop(timeout: number): Promise<void> {
    const running = this.#running;
    this.#running = undefined;
    const undo = async (): Promise<void> => {
      await Promise.allSettled(this.#beginnings);
      if (running?.isOurs === true) await this.#stop(running.value);
    };
    try {
      await timeLimited(timeout, undo, undefined, this.#subject);
    } catch (thrown) {
      this.#report(thrown);
      throw thrown;
    }
    const late = this.#late;
    this.#late = undefined;
    if (late !== undefined) throw late.reason;
  }

  async #undoLate(value: Value): Promise<void> {
    try {
      await this.#stop(value);
    } catch (reason) {
      this.#report(reason);
      this.#late = { reason };
    }
  }

  #report(thrown: unknown): void {
    report(
      "resource_failed",
      `${this.#subject} failed to stop (${describe(thrown)}); the others have their turn`,
    );
  }
}
