/** Calls `fn` with stderr caught, and returns what was written to it. */
export function silently(fn: () => void): string {
  const write = process.stderr.write.bind(process.stderr);
  let written = "";
  process.stderr.write = (text: string | Uint8Array): boolean => {
    written += String(text);
    return true;
  };
  try {
    fn();
  } finally {
    process.stderr.write = write;
  }
  return written;
}

/** Has each trouble told again, as at the beginning of a process. */
export function forgetWhatWasTold(): void {
  const home = globalThis as { [key: symbol]: { readonly told: Set<string> } | undefined };
  home[Symbol.for("throughline.1.troubles")]?.told.clear();
}
