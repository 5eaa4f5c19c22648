import { expect } from "chai";
import { setTimeout as sleep } from "node:timers/promises";
import { ContextVariable } from "../../src/context/context-variable.ts";
import { scope } from "../../src/context/open-scope.ts";
import type { Token } from "../../src/context/token.ts";
import { troubles } from "../../src/core/diagnostics.ts";
import { withSpan } from "../../src/trace/span-helpers.ts";
import { silently } from "../stderr.ts";

const role = new ContextVariable<string>("user_role", { defaultValue: "guest" });
const user = new ContextVariable<number | undefined>("user");

const code = (act: () => unknown): unknown => {
  try {
    act();
  } catch (error) {
    return (error as { code?: unknown }).code;
  }
  return "nothing was thrown";
};

describe("a context variable", () => {
  it("gives its default where nothing is set, and says what is missing where there is none", () => {
    expect(role.get()).to.equal("guest");
    expect(code(() => user.get())).to.equal("THR_CONTEXT_LOOKUP");
    expect(() => user.get()).to.throw(/"user"/);
    expect([role.tryGet(), user.tryGet()]).to.deep.equal(["guest", undefined]);
  });

  it("takes undefined for a value", () => {
    scope(() => {
      user.set(undefined);
      expect(user.get()).to.equal(undefined);
    });
  });

  it("is restored by its token, across awaits and after a throw", async () => {
    const seen: string[] = [];
    await scope(async () => {
      role.set("user");
      const elevated = async (): Promise<void> => {
        seen.push(role.get());
        const token = role.set("admin");
        try {
          seen.push(role.get());
          await sleep(1);
          seen.push(role.get());
          throw new Error("refused");
        } finally {
          role.reset(token);
        }
      };
      await elevated().catch(() => {});
      seen.push(role.get());
    });
    expect(seen).to.deep.equal(["user", "admin", "admin", "user"]);
  });

  it("is not set any more when the token of its first value is used", () => {
    scope(() => {
      user.reset(user.set(1));
      expect(code(() => user.get())).to.equal("THR_CONTEXT_LOOKUP");
    });
  });

  it("set by an awaited callee stays set: authenticate, then read", async () => {
    await scope(async () => {
      await (async () => {
        await sleep(1);
        user.set(42);
      })();
      expect(user.get()).to.equal(42);
    });
  });

  it("set in a scope of its own is never seen outside, nor beside", async () => {
    await scope(async () => {
      user.set(0);
      const read = async (own: number): Promise<number | undefined> => {
        user.set(own);
        await sleep(2);
        return user.get();
      };
      const results = await Promise.all([1, 2, 3].map((own) => scope(() => read(own))));
      expect(results).to.deep.equal([1, 2, 3]);
      expect(user.get()).to.equal(0);
    });
  });

  it("set outside after a scope was opened is not seen in it", async () => {
    await scope(async () => {
      user.set(1);
      const inner = scope(async () => {
        await sleep(2);
        return user.get();
      });
      user.set(2);
      expect(await inner).to.equal(1);
    });
  });

  it("shares the scope of withSpan with what is around it, and opens one where there is none", async () => {
    await withSpan("outer", async () => {
      await withSpan("authenticate", async () => void user.set(7));
      expect(user.get()).to.equal(7);
    });
    expect(user.tryGet()).to.equal(undefined);
  });

  it("has the value of run() in there and nowhere else, with arguments passed and errors thrown on", () => {
    expect(role.run("admin", (greeting: string) => greeting + role.get(), "hello ")).to.equal("hello admin");
    expect(() =>
      role.run("admin", () => {
        throw new Error("no");
      }),
    ).to.throw("no");
    expect(role.get()).to.equal("guest");
  });

  it("cannot be set outside any scope", () => {
    expect(code(() => role.set("admin"))).to.equal("THR_NO_SCOPE");
  });

  it("runs only functions", () => {
    expect(code(() => role.run("admin", 5 as never))).to.equal("THR_NOT_A_FUNCTION");
    expect(code(() => scope(5 as never))).to.equal("THR_NOT_A_FUNCTION");
  });
});

const { proxy: revoked, revoke } = Proxy.revocable({}, {});
revoke();
const throws = (): never => {
  throw new Error("on purpose");
};

describe("a context variable that is made of nonsense", () => {
  for (const [what, given] of Object.entries<readonly unknown[]>({
    "a name that is a number": [5],
    "a name that is a symbol": [Symbol("name")],
    "a name that is no value at all": [undefined],
    "a name that cannot be read": [revoked],
    "options that are a number": ["name", 5],
    "options that are null": ["name", null],
    "options that cannot be read": ["name", revoked],
    "a default that throws": [
      "name",
      {
        get defaultValue() {
          return throws();
        },
      },
    ],
    "a way to keep values that throws": [
      "name",
      {
        get keeps() {
          return throws();
        },
      },
    ],
    "a way to keep values that is unknown": ["name", { keeps: revoked }],
  })) {
    it(`is reported, and works: ${what}`, () => {
      const before = troubles().invalid_argument ?? 0;
      silently(() => {
        const variable = new ContextVariable<number>(...(given as [string]));
        expect(variable.name).to.be.a("string");
        expect(variable.tryGet()).to.equal(undefined);
        expect(variable.run(1, () => variable.get())).to.equal(1);
      });
      expect((troubles().invalid_argument ?? 0) - before).to.equal(1);
    });
  }
});

describe("a token", () => {
  it("restores once", () => {
    scope(() => {
      const token = role.set("user");
      role.reset(token);
      expect(code(() => role.reset(token))).to.equal("THR_TOKEN_USED");
    });
  });

  for (const [what, disguise] of Object.entries<(token: Token) => Token>({
    "behind a proxy": (token) => new Proxy(token, {}),
    "an object made from it": (token) => Object.create(token) as Token,
  })) {
    it(`restores once, or says what it needs: ${what}`, () => {
      scope(() => {
        const token = disguise(role.set("user"));
        expect(code(() => role.reset(token))).to.match(/^THR_\w+$|^nothing was thrown$/);
        expect(code(() => role.reset(token))).to.match(/^THR_\w+$/);
        expect(code(() => user.reset(token))).to.match(/^THR_\w+$/);
      });
    });
  }

  it("restores its own variable only", () => {
    scope(() => {
      const token = role.set("user");
      expect(code(() => user.reset(token))).to.equal("THR_TOKEN_OTHER_VARIABLE");
      expect(role.get()).to.equal("user");
    });
  });

  it("restores in its own scope only", () => {
    scope(() => {
      const token = role.set("user");
      expect(code(() => scope(() => role.reset(token)))).to.equal("THR_TOKEN_OTHER_SCOPE");
      role.reset(token);
      expect(role.get()).to.equal("guest");
    });
  });

  it("restores at the end of its block", () => {
    scope(() => {
      {
        using token = role.set("admin");
        expect([token !== undefined, role.get()]).to.deep.equal([true, "admin"]);
      }
      expect(role.get()).to.equal("guest");
    });
  });

  it("that leaves its block elsewhere is reported, and throws nothing", () => {
    const token = scope(() => role.set("admin"));
    expect(silently(() => token[Symbol.dispose]())).to.match(/token of "user_role"/);
  });
});
