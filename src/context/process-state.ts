import { AsyncLocalStorage } from "node:async_hooks";
import { processWide } from "../core/process-wide.ts";
import { Context } from "./context.ts";
import type { Providers } from "./providers.ts";

interface ProcessState {
  /** The one storage: from Node 24 on, each further instance makes every `run` in the process slower. */
  readonly storage: AsyncLocalStorage<Context>;
  /** What `start()` set up; serves every context that has no providers of its own. */
  providers: Providers | undefined;
  /** What we have registered with the API as global, by its names. */
  globals: Readonly<Record<string, unknown>>;
  /** True where the API's context manager is ours, so that nobody else's needs to be asked. */
  ownsContext: boolean;
  /** The context outside any operation: without a scope, and empty unless the process was started within a trace. */
  outside: Context;
  /** How many context variables there are: each copy's have numbers of their own. */
  variables: number;
}

export const processState: ProcessState = processWide("state", () => ({
  storage: new AsyncLocalStorage<Context>(),
  providers: undefined,
  globals: {},
  ownsContext: false,
  outside: new Context(),
  variables: 0,
}));
