import { AsyncLocalStorage } from "node:async_hooks";
import type { Context } from "./context.ts";
import type { Providers } from "./providers.ts";

interface ProcessState {
  /** The one storage: from Node 24 on, each further instance makes every `run` in the process slower. */
  readonly storage: AsyncLocalStorage<Context>;
  /** What `start()` set up; serves every context that has no providers of its own. */
  providers: Providers | undefined;
  /** True once what the API knows as global has been registered. */
  isRegistered: boolean;
  /** True where the API's context manager is ours, so that nobody else's needs to be asked. */
  ownsContext: boolean;
  /** How many context variables there are: each copy's have numbers of their own. */
  variables: number;
}

const KEY = Symbol.for("throughline.1");
const home = globalThis as { [KEY]?: ProcessState };

/** Shared by all copies of this package's major version in the process. */
export const processState: ProcessState = (home[KEY] ??= {
  storage: new AsyncLocalStorage(),
  providers: undefined,
  isRegistered: false,
  ownsContext: false,
  variables: 0,
});
