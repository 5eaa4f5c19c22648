import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { ThroughlineContextManager } from "../../src/context/manager.ts";
import { contextManagerContract } from "./context-manager.ts";
import { StackContextManager } from "./stack-context-manager.ts";

contextManagerContract(
  "ThroughlineContextManager as a context manager",
  () => new ThroughlineContextManager(),
  {
    "makes the given context itself the active one":
      "a context derived from ROOT_CONTEXT is wrapped, so that it carries the scope",
  },
);

contextManagerContract(
  "the official AsyncLocalStorageContextManager as a context manager",
  () => new AsyncLocalStorageContextManager(),
);

contextManagerContract(
  "a stack as a context manager",
  () => new StackContextManager(),
  Object.fromEntries(
    [
      "is seen by what runs later through a promise",
      "is seen by what runs later through an await",
      "is seen by what runs later through a microtask",
      "is seen by what runs later through the next tick",
      "is seen by what runs later through an immediate",
      "is seen by what runs later through a timer",
      "is seen by what runs later through a file that was read",
      "does not leak out of an async function into its caller",
      "restores the outer context after a rejection",
      "is seen by a generator at each step, whoever asks for it",
      "never mixes up many operations that interleave",
    ].map((law) => [law, "a stack is empty when what it started runs later"]),
  ),
);
