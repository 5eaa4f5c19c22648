import { carrierOf } from "../context/carrier.ts";
import { currentContext } from "../context/current.ts";
import { ThroughlineError } from "../core/errors.ts";
import { hiddenField } from "../core/hidden-field.ts";
import { processWide } from "../core/process-wide.ts";
import { envelope } from "./envelope.ts";

/** A pool with `run(task, options?)`, as piscina and tinypool are, or a Worker or MessagePort. */
export type ContextCarrier =
  | { run(task: never, options?: never): unknown }
  | { postMessage(message: never, transfer?: never): void };

type Send = (this: unknown, message: unknown, ...rest: unknown[]) => unknown;

/**
 * From now on each task of a pool, or each message to a worker, carries the context that it was sent in: trace context,
 * baggage, and the variables that travel. The worker's side takes it by `task(fn)`. It comes back as itself.
 *
 * @throws ThroughlineError THR_NOT_A_WORKER where it has neither `run` nor `postMessage`, or cannot be changed
 * @example
 * import { Worker } from "node:worker_threads";
 * const worker = carryContext(new Worker("", { eval: true }));
 * worker.postMessage({ order: 7 });
 */
export function carryContext<Target extends ContextCarrier>(target: Target): Target {
  try {
    if (carries.get(target) === true) return target;
    const method = ["run", "postMessage"].find((name) => typeof Reflect.get(target, name) === "function");
    if (method !== undefined && replace(target, method)) {
      carries.set(target, true);
      return target;
    }
  } catch {
    // It is none.
  }
  throw new ThroughlineError("THR_NOT_A_WORKER", "carryContext(target)");
}

/** Of all copies of this package: a task is put into one envelope. */
const carries = processWide("carries", () => hiddenField<true>());

/** Not enumerable, as the prototype's own is not. */
function replace(target: object, method: string): boolean {
  const send = Reflect.get(target, method) as Send;
  const value: Send =
    method === "run"
      ? function (task, options, ...rest) {
          return Reflect.apply(send, this, [...sealedTask(task, options), ...rest]);
        }
      : function (message, ...rest) {
          return Reflect.apply(send, this, [envelope(carrierOf(currentContext()), message), ...rest]);
        };
  return Reflect.defineProperty(target, method, { value, writable: true, configurable: true });
}

/** What piscina and tinypool know a task by: one to be moved rather than copied, and one with options for its queue. */
const TRANSFERABLE = [Symbol.for("Piscina.transferable"), Symbol.for("Tinypool.transferable")] as const;
const VALUE = [Symbol.for("Piscina.valueOf"), Symbol.for("Tinypool.valueOf")] as const;
const QUEUE_OPTIONS = [Symbol.for("Piscina.queueOptions"), Symbol.for("Tinypool.queueOptions")] as const;

type SymbolKeyed = Readonly<Record<symbol, unknown>>;

/** HOT. A task in its envelope, with its options; both as they are where they cannot be read. */
function sealedTask(task: unknown, options: unknown): [task: unknown, options: unknown] {
  try {
    return sealed(task, options);
  } catch {
    return [task, options];
  }
}

function sealed(task: unknown, options: unknown): [task: unknown, options: unknown] {
  const carrier = carrierOf(currentContext());
  if (typeof task !== "object" || task === null) return [envelope(carrier, task), options];
  const known = task as SymbolKeyed;
  // Of `Piscina.move(value)`.
  const moved = VALUE[0] in known ? 0 : VALUE[1] in known ? 1 : undefined;
  if (moved !== undefined && TRANSFERABLE[moved] in known)
    return [envelope(carrier, known[VALUE[moved]]), alsoMoving(options, known[TRANSFERABLE[moved]])];
  const own = envelope(carrier, task);
  for (const key of QUEUE_OPTIONS) if (key in known) Object.defineProperty(own, key, { value: known[key] });
  return [own, options];
}

function alsoMoving(options: unknown, transferable: unknown): object {
  const { transferList } = (options ?? {}) as { readonly transferList?: readonly unknown[] | null };
  return { ...(options as object | undefined), transferList: [...(transferList ?? []), transferable] };
}
