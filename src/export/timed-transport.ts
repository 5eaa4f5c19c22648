import { performance } from "node:perf_hooks";
import type { Outcome, Transport } from "./outcome.ts";

/** The same transport; `took` is told of each attempt, in seconds. */
export function timedTransport(
  transport: Transport,
  took: (seconds: number, outcome: Outcome) => void,
): Transport {
  return {
    joinedBytes: transport.joinedBytes,
    close: () => transport.close(),
    send: async (body) => {
      const began = performance.now();
      const outcome = await transport.send(body);
      took((performance.now() - began) / 1_000, outcome);
      return outcome;
    },
  };
}
