import { expect } from "chai";
import { AsyncLocalStorage } from "node:async_hooks";
import { setTimeout as sleep } from "node:timers/promises";
import { ContextVariable } from "../../src/context/context-variable.ts";
import { gather } from "../../src/context/gather.ts";
import { emptyScope, scope } from "../../src/context/open-scope.ts";
import { spawned } from "../processes/spawned.ts";

const role = new ContextVariable<string>("role");
const user = new ContextVariable<number>("user");
const database = new ContextVariable<string>("database");

/** Takes a role for a while, and notes what each step reads. */
async function elevated(read: () => string): Promise<readonly string[]> {
  const seen = [read()];
  const token = role.set("admin");
  try {
    seen.push(read());
    await sleep(5);
    seen.push(read());
  } finally {
    role.reset(token);
  }
  return [...seen, read()];
}

const asUser = (own: number) => async (): Promise<number> => {
  user.set(own);
  await sleep(5);
  return user.get();
};

describe("the programs that settled the semantics", () => {
  it("token: user, user, admin, admin, user, user", async () => {
    await scope(async () => {
      const read = (): string => role.get();
      role.set("user");
      const printed = [read(), ...(await elevated(read)), read()];
      expect(printed).to.deep.equal(["user", "user", "admin", "admin", "user", "user"]);
    });
  });

  it("elevation by an awaited callee: the caller reads what it had before", async () => {
    let inside: string | undefined;
    const privileged = async (): Promise<void> => {
      const token = role.set("admin");
      await sleep(5);
      inside = role.get();
      role.reset(token);
    };
    await scope(async () => {
      role.set("user");
      await privileged();
      expect([inside, role.get()]).to.deep.equal(["admin", "user"]);
    });
  });

  it("authenticate, then read: 42", async () => {
    await scope(async () => {
      await (async () => {
        await sleep(1);
        user.set(42);
      })();
      expect(user.get()).to.equal(42);
    });
  });

  it("isolation over gather: each reads its own, and the parent nothing", async () => {
    await scope(async () => {
      expect(await gather([1, 2, 3].map(asUser))).to.deep.equal([1, 2, 3]);
      expect(user.tryGet()).to.equal(undefined);
    });
  });

  it("the same over Promise.all: all read the last, for they share one scope", async () => {
    await scope(async () => {
      expect(await Promise.all([1, 2, 3].map((own) => asUser(own)()))).to.deep.equal([3, 3, 3]);
      expect(user.get()).to.equal(3);
    });
  });

  // In a process of its own: what it is told about this, it is told once.
  it("the same over Promise.all in a span each: all read the last, for a span opens no scope in a scope", async () => {
    const { output } = await spawned([
      "--input-type=module",
      "-e",
      `import { setTimeout as sleep } from "node:timers/promises";
       import { ContextVariable } from "${new URL("../../src/context/context-variable.ts", import.meta.url).href}";
       import { scope } from "${new URL("../../src/context/open-scope.ts", import.meta.url).href}";
       import { withSpan } from "${new URL("../../src/trace/span-helpers.ts", import.meta.url).href}";
       const user = new ContextVariable("user");
       console.log(await scope(() => Promise.all([1, 2, 3].map((own) => withSpan("worker", async () => {
         user.set(own);
         await sleep(5);
         return user.get();
       })))));`,
    ]);
    expect(output).to.equal("[ 3, 3, 3 ]\n");
  });

  it("empty context: nothing is set inside, and nothing changes outside", () => {
    scope(() => {
      database.set("one");
      const [before, after] = emptyScope(() => {
        const nothing = database.tryGet();
        database.set("other");
        return [nothing, database.get()];
      });
      expect([before, after, database.get()]).to.deep.equal([undefined, "other", "one"]);
    });
  });
});

describe("enterWith, the obvious alternative", () => {
  const storage = new AsyncLocalStorage<string>();

  it("leaks an elevated role into the caller", async () => {
    await storage.run("user", async () => {
      const privileged = async (): Promise<void> => {
        storage.enterWith("admin");
        await sleep(1);
        storage.enterWith("user");
      };
      const running = privileged();
      expect(storage.getStore()).to.equal("admin");
      await running;
      expect(storage.getStore()).to.equal("admin");
    });
  });

  it("loses what a callee sets after an await", async () => {
    await storage.run("nobody", async () => {
      await (async () => {
        await sleep(1);
        storage.enterWith("user 42");
      })();
      expect(storage.getStore()).to.equal("nobody");
    });
  });
});
