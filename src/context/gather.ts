import { ThroughlineError } from "../core/errors.ts";
import { scope } from "./open-scope.ts";

/**
 * Calls all functions at once, each in a scope of its own, and resolves with their results in order. If one fails,
 * the rest still settle; then it rejects with what failed first.  (asyncio.gather, whose tasks have contexts of their own)
 *
 * @throws ThroughlineError THR_NOT_A_FUNCTION where one is none
 * @example
 * const [a, b] = await gather([async () => 1, async () => 2]);
 */
export async function gather<Results extends readonly unknown[]>(tasks: {
  readonly [Index in keyof Results]: () => Results[Index] | PromiseLike<Results[Index]>;
}): Promise<Results> {
  const list: readonly (() => unknown)[] = Array.isArray(tasks) ? tasks.slice() : [];
  if (!Array.isArray(tasks) || list.some((task) => typeof task !== "function")) {
    throw new ThroughlineError("THR_NOT_A_FUNCTION", "gather([fn, fn, …])");
  }
  let failure: { readonly reason: unknown } | undefined;
  const results = list.map((task) =>
    scope(async () => task()).catch((reason: unknown) => {
      failure ??= { reason };
    }),
  );
  const settled: readonly unknown[] = await Promise.all(results);
  if (failure !== undefined) throw failure.reason;
  return settled as Results;
}
