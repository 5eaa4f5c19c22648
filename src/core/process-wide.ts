/** One value for all copies of this package's major version in the process. */
export function processWide<Value>(name: string, make: () => Value): Value {
  const key = Symbol.for(`throughline.1.${name}`);
  const home = globalThis as { [key: symbol]: Value | undefined };
  return (home[key] ??= make());
}
