/**
 * A function that calls `load` once for all who ask, at once or later. A failure is not kept: it is that of all who were
 * waiting, and whoever asks next loads again.  (golang.org/x/sync/singleflight)
 */
export function sharedLoad<Value>(load: () => Value): () => Promise<Awaited<Value>> {
  let flight: Promise<Awaited<Value>> | undefined;
  const begin = (): Promise<Awaited<Value>> => {
    const own = (async (): Promise<Awaited<Value>> => await load())();
    own.catch(() => {
      if (flight === own) flight = undefined;
    });
    return own;
  };
  // Each gets a promise of its own: a rejection that nobody handles is told for each.
  return async (): Promise<Awaited<Value>> => await (flight ??= begin());
}
