import type { IncomingMessage } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { ContextVariable } from "../../src/context/context-variable.ts";
import { currentRequest, requestCache, tryCurrentRequest } from "../../src/request/current-request.ts";
import { withSpan } from "../../src/trace/span-helpers.ts";

const tenant = new ContextVariable<string>("tenant");

/** What a request saw of itself, at each step. */
export interface Answer {
  readonly ids: readonly (string | undefined)[];
  readonly correlationId: string;
  readonly user: string | undefined;
  readonly tenant: string | undefined;
  readonly loaded: readonly string[];
}

const pause = (): Promise<void> => sleep(Math.random() * 4);

/** Sets the user after an await, loads the same twice at once, and reads everything back at the end. */
export async function answerUser(id: string): Promise<Answer> {
  const ids = [currentRequest().id];
  await pause();
  await authenticate(id);
  const load = (): Promise<string> => withSpan("load", async () => (await pause(), `user ${id}`));
  const loaded = await Promise.all([1, 2].map(() => requestCache().get("user", load)));
  ids.push(currentRequest().id);
  return seen(ids, loaded);
}

async function authenticate(id: string): Promise<void> {
  await pause();
  currentRequest().userId = id;
  tenant.set(`tenant of ${id}`);
}

/** Reads the body after a while, by listeners where there is a request of Node's own. */
export async function readLate(request: IncomingMessage | undefined): Promise<Answer> {
  await pause();
  const ids: (string | undefined)[] = [currentRequest().id];
  if (request !== undefined)
    await new Promise<void>((resolve) => {
      request.on("data", () => ids.push(tryCurrentRequest()?.id));
      request.on("end", () => {
        ids.push(tryCurrentRequest()?.id);
        resolve();
      });
    });
  return seen(ids, []);
}

function seen(ids: readonly (string | undefined)[], loaded: readonly string[]): Answer {
  const { correlationId, userId } = currentRequest();
  return { ids, correlationId, user: userId, tenant: tenant.tryGet(), loaded };
}

export function fail(how: string): never {
  throw new RangeError(`on purpose: ${how}`);
}

export async function* streamed(): AsyncGenerator<string> {
  for (const part of ["a", "b", "c"]) {
    yield part;
    await sleep(5);
  }
}
