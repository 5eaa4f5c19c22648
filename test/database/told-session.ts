import { setTimeout as sleep } from "node:timers/promises";

/** A session that keeps what it was told, and fails where `faults` says so. */
export function toldSession(faults: Readonly<Record<string, () => unknown>> = {}) {
  const told: string[] = [];
  const act = async (what: string): Promise<unknown> => {
    told.push(what);
    await sleep(0);
    return await faults[what]?.();
  };
  const session = {
    exec: act,
    release: (fault?: Error) => act(fault === undefined ? "release" : "close"),
  };
  return { session, told, connect: () => session };
}

export function refuse(message: string): () => never {
  return () => {
    throw new Error(message);
  };
}
