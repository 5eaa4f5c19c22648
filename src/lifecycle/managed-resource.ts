import { limited } from "../concurrency/with-timeout.ts";
import { ContextVariable } from "../context/context-variable.ts";
import { describe, report } from "../core/diagnostics.ts";
import { requireFunction, ThroughlineError } from "../core/errors.ts";

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
   * @throws ThroughlineError THR_RESOURCE_NOT_STARTED, THR_RESOURCE_STOPPED
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

/** By the resource that each stands in for. */
export type StandIns = ReadonlyMap<object, unknown>;

/** In the current scope. */
export const standIns: ContextVariable<StandIns> = new ContextVariable("resources", {
  defaultValue: new Map(),
});

/** A resource, as its lifecycle sees it. */
export class ManagedResource<Value> implements LifecycleResource<Value> {
  readonly name: string;
  readonly #subject: string;
  readonly #start: StartResource<Value | PromiseLike<Value>>;
  readonly #stop: StopResource<Value>;
  #running: { readonly value: Value; readonly isOurs: boolean } | undefined;
  #isStopped = false;

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
    throw new ThroughlineError(
      this.#isStopped ? "THR_RESOURCE_STOPPED" : "THR_RESOURCE_NOT_STARTED",
      this.#subject,
    );
  }

  run<Result>(standIn: Value, fn: () => Result): Result {
    requireFunction(fn, `${this.#subject}.run(standIn, fn)`);
    return standIns.run(new Map(standIns.get()).set(this, standIn), fn);
  }

  /** Rejects with what starting it throws, with a TimeoutError, or as the signal is aborted. */
  async start(given: StandIns, timeout: number, signal: AbortSignal): Promise<void> {
    if (given.has(this)) this.#running = { value: given.get(this) as Value, isOurs: false };
    else await limited(timeout, (inTime) => this.#begin(inTime), signal, this.#subject);
  }

  async #begin(signal: AbortSignal): Promise<void> {
    const value = await this.#start({ signal });
    if (!signal.aborted) this.#running = { value, isOurs: true };
    else await this.#undo(value).catch((thrown: unknown) => this.#report(thrown));
  }

  get isRunning(): boolean {
    return this.#running !== undefined;
  }

  /** From now on nobody is given it. Rejects with what stopping it throws, or with a TimeoutError; that is reported too. */
  async stop(timeout: number): Promise<void> {
    const running = this.#running;
    this.#running = undefined;
    this.#isStopped = true;
    if (running === undefined || !running.isOurs) return;
    try {
      await limited(timeout, () => this.#undo(running.value), undefined, this.#subject);
    } catch (thrown) {
      this.#report(thrown);
      throw thrown;
    }
  }

  async #undo(value: Value): Promise<void> {
    await this.#stop(value);
  }

  #report(thrown: unknown): void {
    report(
      "cleanup_failed",
      `${this.#subject} failed to stop (${describe(thrown)}); the others have their turn`,
    );
  }
}

/** By its own disposal, where it has one. */
function disposed(value: unknown): unknown {
  if ((typeof value !== "object" && typeof value !== "function") || value === null) return undefined;
  const { [Symbol.asyncDispose]: disposeLater, [Symbol.dispose]: dispose } = value as Partial<
    AsyncDisposable & Disposable
  >;
  return disposeLater === undefined ? dispose?.call(value) : disposeLater.call(value);
}
