/** Calls `fn` with stderr caught, and returns what was written to it. */
export function silently(fn: () => void): string {
  const caught = catchStderr();
  try {
    fn();
  } finally {
    caught.end();
  }
  return caught.written();
}

/** The same, for what takes its time; each trouble is told again. */
export async function telling<Result>(fn: () => Result): Promise<{ result: Awaited<Result>; told: string }> {
  forgetWhatWasTold();
  const caught = catchStderr();
  try {
    const result = await fn();
    return { result, told: caught.written() };
  } finally {
    caught.end();
  }
}

function catchStderr(): { readonly written: () => string; readonly end: () => void } {
  const write = process.stderr.write.bind(process.stderr);
  let written = "";
  process.stderr.write = (text: string | Uint8Array): boolean => {
    written += String(text);
    return true;
  };
  return { written: () => written, end: () => void (process.stderr.write = write) };
}

/** Has each trouble told again, as at the beginning of a process. */
export function forgetWhatWasTold(): void {
  const home = globalThis as { [key: symbol]: { readonly told: Set<string> } | undefined };
  home[Symbol.for("throughline.1.troubles")]?.told.clear();
}
