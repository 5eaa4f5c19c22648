/** Newer than the Node whose types the project is compiled against. */
const { threadCpuUsage } = process as unknown as { threadCpuUsage: typeof process.cpuUsage };

/** CPU time of the main thread while `fn` runs, in ns. */
export async function cpuOf(fn: () => Promise<unknown>): Promise<number> {
  const before = threadCpuUsage();
  await fn();
  const { user, system } = threadCpuUsage(before);
  return (user + system) * 1000;
}
