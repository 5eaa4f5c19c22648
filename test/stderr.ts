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
