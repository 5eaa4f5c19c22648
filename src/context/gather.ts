import { notAFunction } from "../core/errors.ts";
import { isArray, nounFor } from "../core/noun.ts";
import { scope } from "./open-scope.ts";

/**
 * Calls all functions at once, each in a scope of its own, and resolves with their results in order. If one fails,
 * the rest still settle; then it rejects with what failed first.  (asyncio.gather, whose tasks have contexts of their own)
 *
 * @throws ThroughlineError THR_NOT_A_FUNCTION where one is none
 * @example
 * const [a, b] = await gather([async () => 1, async () => 2]);
 */
export async function gather<Tasks extends readonly (() => unknown)[]>(
  tasks: readonly [...Tasks],
): Promise<{ -readonly [Index in keyof Tasks]: Awaited<ReturnType<Tasks[Index]>> }> {
  const list: readonly (() => unknown)[] = functionsOf(tasks);
  let failure: { readonly reason: unknown } | undefined;
  const results = list.map((task) =>
    scope(async () => task()).catch((reason: unknown) => {
      failure ??= { reason };
    }),
  );
  const settled: readonly unknown[] = await Promise.all(results);
  if (failure !== undefined) throw failure.reason;
  return settled as { -readonly [Index in keyof Tasks]: Awaited<ReturnType<Tasks[Index]>> };
}

const SUBJECT = "gather([fn, fn, …])";

function functionsOf(tasks: unknown): readonly (() => unknown)[] {
  if (!isArray(tasks)) throw notAFunction(SUBJECT, nounFor(tasks));
  const list = tasks.slice() as (() => unknown)[];
  const wrong = list.findIndex((task) => typeof task !== "function");
  if (wrong < 0) return list;
  throw notAFunction(SUBJECT, `${nounFor(list[wrong])} in place ${wrong}`);
}
