const SHARED = Symbol.for("throughline.1.troubles");
const home = globalThis as { [key: symbol]: unknown };

let copies = 0;

/**
 * A copy of a module of src with state of its own, what all copies of the package share included:
 * `freshCopy<typeof import("…")>("core/clock.ts")`.
 */
export async function freshCopy<Module>(file: string): Promise<Module> {
  const former = home[SHARED];
  home[SHARED] = undefined;
  copies += 1;
  try {
    return (await import(`${new URL(`../../src/${file}`, import.meta.url).href}?copy=${copies}`)) as Module;
  } finally {
    home[SHARED] = former;
  }
}
