/** What each side of the comparison offers the workloads. */
export interface Contender {
  /** Starts a span of instrumentation scope `scope` (0, 1 or 2) and ends it. */
  startAndEnd(scope: number): void;
  /** Calls `fn` in an active span, ended afterwards, with errors recorded, the way its users write it. */
  within(
    scope: number,
    attributes: Record<string, string | number | boolean> | undefined,
    fn: () => void,
  ): void;
  /** Resolves when all that was made has been sent, or given up. */
  flush(): Promise<void>;
}

/** `nowhere` measures the spans alone: they are recorded and end in an empty sink. */
export type Destination = "nowhere" | { readonly endpoint: string };
