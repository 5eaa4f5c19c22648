// Runs programs side by side, two at once, for one alone leaves half of two cores idle. What each writes stands together.
import { spawn } from "node:child_process";
import { once } from "node:events";

export interface Program {
  readonly name: string;
  readonly node: string;
  readonly args: readonly string[];
  readonly environment: NodeJS.ProcessEnv;
}

const AT_ONCE = 2;

/** True where all of them have ended well. */
export async function sideBySide(programs: readonly Program[]): Promise<boolean> {
  const waiting = [...programs];
  let isGood = true;
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift())
        if (!(await runToEnd(next))) isGood = false;
    }),
  );
  return isGood;
}

async function runToEnd({ name, node, args, environment }: Program): Promise<boolean> {
  const env = { ...process.env, ...environment };
  const program = spawn(node, args, { stdio: ["ignore", "pipe", "pipe"], env });
  console.log(`${name} begins`);
  const written: Buffer[] = [];
  for (const stream of [program.stdout, program.stderr])
    stream.on("data", (chunk: Buffer) => written.push(chunk));
  const status = await once(program, "close").then(
    ([code]: unknown[]) => code,
    // It could not be started.
    (reason: unknown) => reason,
  );
  console.log(`\n${name}\n${Buffer.concat(written).toString()}`);
  if (status !== 0) console.log(`${name} failed: ${String(status)}`);
  return status === 0;
}
