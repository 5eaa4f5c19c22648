import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { ThroughlineContextManager } from "../../src/context/manager.ts";
import { contextManagerContract } from "./context-manager.ts";

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
