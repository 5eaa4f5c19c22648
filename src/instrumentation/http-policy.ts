import { processWide } from "../core/process-wide.ts";
import type { Trust } from "../propagation/received-carrier.ts";
import { KNOWN_METHODS } from "./http-attributes.ts";
import { isInternalHost } from "./internal-host.ts";

/** What tells of a request which one it is. */
export interface ReceivedRequest {
  readonly method?: string | undefined;
  /** Path and query. */
  readonly url?: string | undefined;
  readonly headers: { readonly [name: string]: string | string[] | undefined };
}

/** How requests are traced, received and made. */
export interface HttpPolicy {
  /** Whether received requests are traced; those that only middleware hears of have their scope and their line all the same. */
  readonly tracesServers: boolean;
  readonly isIgnored: (request: ReceivedRequest) => boolean;
  readonly knownMethods: ReadonlySet<string>;
  readonly trustIn: (request: ReceivedRequest) => Trust;
  /** The keys of a caller's baggage that are taken; undefined: all of one whose trace goes on, none of another. */
  readonly baggageKeys: ReadonlySet<string> | undefined;
  /** Whether a host is told the correlation id. */
  readonly correlates: (host: string) => boolean;
}

export const DEFAULT_POLICY: HttpPolicy = {
  tracesServers: true,
  isIgnored: () => false,
  knownMethods: KNOWN_METHODS,
  trustIn: () => "continue",
  baggageKeys: undefined,
  correlates: isInternalHost,
};

/** Of all copies of this package: what `start()` was told, for requests that no hook of its hears of. */
const state = processWide("http-policy", () => ({ current: DEFAULT_POLICY }));

export function currentPolicy(): HttpPolicy {
  return state.current;
}

/** Until `end` is called. */
export function usePolicy(policy: HttpPolicy): { readonly end: () => void } {
  state.current = policy;
  return {
    end: () => {
      if (state.current === policy) state.current = DEFAULT_POLICY;
    },
  };
}
