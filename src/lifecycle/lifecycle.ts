import { currentContext, runIn } from "../context/current.ts";
import { emptied } from "../context/open-scope.ts";
import { requireDuration, requireFunction, requireName, ThroughlineError } from "../core/errors.ts";
import { linksTo } from "../trace/links-to.ts";
import { withSpan } from "../trace/span-helpers.ts";
import {
  type LifecycleResource,
  ManagedResource,
  type StartResource,
  type StopResource,
} from "./managed-resource.ts";
import { endAtSignals, isProcessEnding } from "./signals.ts";
import { standIns } from "./stand-ins.ts";

export interface LifecycleOptions {
  /** How long each resource may take to start, in ms. Default: 60,000. */
  readonly startTimeout?: number | undefined;
  /** How long each resource may take to stop, in ms; then the next has its turn. Default: 10,000. */
  readonly stopTimeout?: number | undefined;
  /** Whether SIGTERM and SIGINT stop it. Default: true. */
  readonly signals?: boolean | undefined;
}

/** How a stop went. */
export interface LifecycleStop {
  /** What resources threw as they were stopped, and what was late, in the order of the stops. */
  readonly errors: readonly unknown[];
}

/**
 * What a service is made of: started in the order in which it was added, stopped in reverse, also where a start fails half
 * way. SIGTERM and SIGINT stop it before telemetry is flushed, and end the process then, unless somebody else listens to
 * them. Start and stop are traces of their own, with a span for each resource.
 *
 * @example
 * const shop = new Lifecycle("shop");
 * const settings = shop.add("settings", () => ({ port: 8080 }));
 * const orders = shop.add("orders", () => new Map(), (map) => map.clear());
 * await shop.start();
 * orders.get().set(1, settings.get().port);
 * await shop.stop();
 */
export class Lifecycle implements AsyncDisposable {
  readonly name: string;
  readonly #startTimeout: number;
  readonly #stopTimeout: number;
  readonly #endsAtSignals: boolean;
  readonly #resources: ManagedResource<unknown>[] = [];
  #starting: Promise<this> | undefined;
  #stopping: Promise<LifecycleStop> | undefined;
  #abort = new AbortController();
  #offSignals = (): void => {};
  #isEndedBySignal = false;
  /** Of the stops since the last start. */
  #errors: unknown[] = [];

  /** @throws ThroughlineError THR_NOT_A_NAME, THR_NOT_A_DURATION */
  constructor(name: string, options?: LifecycleOptions) {
    requireName(name, "new Lifecycle(name)");
    this.name = name;
    const { startTimeout = 60_000, stopTimeout = 10_000, signals = true } = options ?? {};
    requireDuration(startTimeout, `the startTimeout of lifecycle "${name}"`);
    requireDuration(stopTimeout, `the stopTimeout of lifecycle "${name}"`);
    this.#startTimeout = startTimeout;
    this.#stopTimeout = stopTimeout;
    this.#endsAtSignals = signals;
  }

  /**
   * Adds a resource, to be started after those that are there already, whose `get()` its `start` may use.
   *
   * @param start makes it; its signal is aborted where that takes too long, or the lifecycle is stopped meanwhile
   * @param stop undoes it. Default: the value's own Symbol.asyncDispose or Symbol.dispose, where it has one
   * @throws ThroughlineError THR_NOT_A_NAME, THR_NOT_A_FUNCTION; THR_LIFECYCLE_STARTED once it was started
   */
  add<Value>(
    name: string,
    start: StartResource<Value>,
    stop?: StopResource<Awaited<Value>>,
  ): LifecycleResource<Awaited<Value>> {
    const subject = `lifecycle "${this.name}".add(name, fn, fn?)`;
    requireName(name, subject);
    requireFunction(start, subject);
    if (stop !== undefined) requireFunction(stop, subject);
    if (this.#starting !== undefined) throw new ThroughlineError("THR_LIFECYCLE_STARTED", subject);
    const resource = new ManagedResource<Awaited<Value>>(
      name,
      this.name,
      start as StartResource<Awaited<Value>>,
      stop,
    );
    this.#resources.push(resource as ManagedResource<unknown>);
    return resource;
  }

  /**
   * Starts all resources; calls join. Where one fails those before it are stopped, and this rejects with what it threw, or
   * with a TimeoutError. After a failure, or a stop, it may be started anew. Where a signal ends the process meanwhile this
   * never settles.
   *
   * @throws ThroughlineError rejects with THR_LIFECYCLE_STOPPED where it is being stopped
   */
  async start(): Promise<this> {
    if (this.#stopping !== undefined) throw this.#stopped();
    // Within the start of another it is that one's to end.
    const isOutermost = currentContext().getValue(STARTING) === undefined;
    if (isOutermost && isProcessEnding()) await FOR_EVER;
    try {
      return await (this.#starting ??= this.#start());
    } catch (thrown) {
      // What ends the process is the signal, and not an error that nobody handles.
      if (isOutermost && (this.#isEndedBySignal || isProcessEnding())) await FOR_EVER;
      throw thrown;
    }
  }

  /** Stops what was started, last first, each waited for; calls join. What fails is reported. Never rejects. */
  stop(): Promise<LifecycleStop> {
    return (this.#stopping ??= this.#stop());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  async #start(): Promise<this> {
    const given = standIns.get();
    const abort = (this.#abort = new AbortController());
    this.#errors = [];
    this.#isEndedBySignal = false;
    this.#listen(true);
    try {
      await this.#traced("start", () => standIns.run(given, () => this.#startAll(abort.signal)));
      this.#listen(false);
      return this;
    } catch (thrown) {
      // Whoever has aborted it stops it, too.
      if (!abort.signal.aborted) this.#offSignals();
      this.#starting = undefined;
      throw thrown;
    }
  }

  /** Anew once all has started: what has started last is to end first. */
  #listen(isStarting: boolean): void {
    this.#offSignals();
    if (!this.#endsAtSignals) return;
    const hurry = (): void => {
      this.#isEndedBySignal = true;
      this.#abort.abort(this.#stopped());
    };
    this.#offSignals = endAtSignals({ of: "resources", isStarting, hurry, end: () => this.stop() });
  }

  async #startAll(signal: AbortSignal): Promise<void> {
    // It is known to be starting before the first of them does anything.
    await Promise.resolve();
    try {
      for (const resource of this.#resources) {
        signal.throwIfAborted();
        await withSpan(`start ${resource.name}`, () => resource.start(this.#startTimeout, signal));
      }
      signal.throwIfAborted();
    } catch (thrown) {
      if (!signal.aborted) await this.#stopAll();
      throw thrown;
    }
  }

  async #stop(): Promise<LifecycleStop> {
    this.#abort.abort(this.#stopped());
    await this.#starting?.catch(() => {});
    if (this.#resources.some((resource) => resource.isRunning || resource.isStarting))
      await this.#traced("stop", () => this.#stopAll());
    this.#offSignals();
    this.#starting = undefined;
    this.#stopping = undefined;
    const errors = this.#errors;
    this.#errors = [];
    return { errors };
  }

  async #stopAll(): Promise<void> {
    for (const resource of this.#resources.toReversed())
      // What is late is waited for only by a stop.
      if (resource.isRunning || (this.#abort.signal.aborted && resource.isStarting))
        await withSpan(`stop ${resource.name}`, () => resource.stop(this.#stopTimeout)).catch(
          (thrown: unknown) => this.#errors.push(thrown),
        );
  }

  /** In a scope with nothing set: it belongs to nobody's request, whoever is the first to need it. */
  #traced<Result>(act: "start" | "stop", fn: () => Promise<Result>): Promise<Result> {
    const around = currentContext();
    const context = emptied(around).setValue(STARTING, act === "start" ? this : undefined);
    return runIn(context, () => withSpan(`${act} ${this.name}`, { links: linksTo(around) }, fn));
  }

  #stopped(): ThroughlineError {
    return new ThroughlineError("THR_LIFECYCLE_STOPPED", `lifecycle "${this.name}".start()`);
  }
}

/** Under which the context of a start has its lifecycle. */
const STARTING = Symbol("starting");

const FOR_EVER = new Promise<never>(() => {});
