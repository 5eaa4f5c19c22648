import { type Context as ApiContext, type ContextManager, ROOT_CONTEXT } from "@opentelemetry/api";
import { bindEmitter, bindFunction, isEmitter } from "./bind.ts";
import { capture, runIn } from "./current.ts";
import { processState } from "./process-state.ts";

/** OpenTelemetry's ContextManager over the one AsyncLocalStorage.  (API: Context, attach and detach) */
export class ThroughlineContextManager implements ContextManager {
  /** Tells it from others', whichever copy of this package it is of. */
  readonly throughline = 1;

  active(): ApiContext {
    return processState.storage.getStore() ?? ROOT_CONTEXT;
  }

  with<Arguments extends unknown[], Call extends (...args: Arguments) => ReturnType<Call>>(
    context: ApiContext,
    fn: Call,
    thisArg?: ThisParameterType<Call>,
    ...args: Arguments
  ): ReturnType<Call> {
    if (thisArg === undefined) return runIn(context, fn, ...args);
    return runIn(context, () => fn.call(thisArg, ...args));
  }

  bind<Target>(context: ApiContext, target: Target): Target {
    if (typeof target === "function")
      return bindFunction(capture(context), target as Target & (() => unknown));
    if (isEmitter(target)) bindEmitter(capture(context), target);
    return target;
  }

  enable(): this {
    return this;
  }

  /** Called as the API lets go of it: from then on another may keep the contexts. */
  disable(): this {
    processState.ownsContext = false;
    return this;
  }
}
