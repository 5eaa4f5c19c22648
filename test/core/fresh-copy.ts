let copies = 0;

/** A copy of a module of src with state of its own: `freshCopy<typeof import("…")>("core/clock.ts")`. */
export async function freshCopy<Module>(file: string): Promise<Module> {
  copies += 1;
  return (await import(`${import.meta.resolve(`../../src/${file}`)}?copy=${copies}`)) as Module;
}
