/** Disposes of a value by its own method, where it has one. */
export function disposed(value: unknown): unknown {
  if ((typeof value !== "object" && typeof value !== "function") || value === null) return undefined;
  const { [Symbol.asyncDispose]: disposeLater, [Symbol.dispose]: dispose } = value as Partial<
    AsyncDisposable & Disposable
  >;
  return (disposeLater ?? dispose)?.call(value);
}
