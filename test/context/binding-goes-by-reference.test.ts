import { ROOT_CONTEXT } from "@opentelemetry/api";
import { expect } from "chai";
import { EventEmitter } from "node:events";
import { bind } from "../../src/context/bind.ts";
import { ContextVariable } from "../../src/context/context-variable.ts";
import { currentContext } from "../../src/context/current.ts";
import { ThroughlineContextManager } from "../../src/context/manager.ts";
import { emptyScope, scope } from "../../src/context/open-scope.ts";
import { Binding } from "../../src/context/scope.ts";
import { Snapshot } from "../../src/context/snapshot.ts";
import { record } from "../recording.ts";

const manager = new ThroughlineContextManager();
const value = (): unknown => currentContext().scope?.get(0)?.value;
const set = (late: unknown): void => {
  const { scope: current } = currentContext();
  current?.set(0, new Binding(late, undefined, current));
};

describe("binding", () => {
  it("sees what is set in the scope after a function was bound", () => {
    const bound = record(() => {
      const late = manager.bind(manager.active(), value);
      set("later");
      return late;
    });
    expect(bound()).to.equal("later");
  });

  it("sees what is set in the scope after an emitter was bound", () => {
    const emitter = new EventEmitter();
    let seen: unknown;
    record(() => {
      manager.bind(manager.active(), emitter);
      emitter.on("event", () => (seen = value()));
      set("later");
    });
    emitter.emit("event");
    expect(seen).to.equal("later");
  });

  it("reaches listeners that were there before an emitter was bound", () => {
    const emitter = new EventEmitter();
    let seen: unknown;
    emitter.on("event", () => (seen = currentContext()));
    const context = record(() => {
      manager.bind(manager.active(), emitter);
      return currentContext();
    });
    emitter.emit("event");
    expect(seen).to.equal(context);
  });

  for (const [what, context] of [
    ["ROOT_CONTEXT", ROOT_CONTEXT],
    ["another's context, outside any scope", ROOT_CONTEXT.setValue(Symbol("key"), 1)],
  ] as const) {
    it(`opens a scope for each call of a function that is bound to ${what}: two calls share nothing`, () => {
      const bound = manager.bind(context, () => currentContext().scope);
      const [first, second] = [bound(), bound()];
      expect(first).not.to.equal(undefined);
      expect(second).not.to.equal(undefined);
      expect(first).not.to.equal(second);
    });
  }

  it("keeps the telemetry of where a function was bound to a foreign context", () => {
    const [bound, providers] = record((recording) => [
      manager.bind(ROOT_CONTEXT.setValue(Symbol("key"), 1), currentContext),
      recording.providers,
    ]);
    expect(bound().providers).to.equal(providers);
  });
});

function errorHandler(error: unknown, ...others: readonly unknown[]): unknown {
  return [error, ...others];
}

describe("bind()", () => {
  const user = new ContextVariable<string>("user");

  it("lets a function see what is set later in the same scope, with its this, arguments and result", () => {
    const [seen, length] = scope(() => {
      const bound = bind(function (this: { name: string }, more: string) {
        return `${this.name} ${user.get()} ${more}`;
      });
      user.set("later");
      return [emptyScope(() => bound.call({ name: "this" }, "more")), bound.length] as const;
    });
    expect([seen, length]).to.deep.equal(["this later more", 1]);
  });

  it("dispatches the events of an emitter and of a target here, whoever emits them", () => {
    const seen: (string | undefined)[] = [];
    const [emitter, target] = scope(() => {
      user.set("owner");
      return [bind(new EventEmitter()), bind(new EventTarget())] as const;
    });
    emitter.on("done", () => seen.push(user.tryGet()));
    target.addEventListener("done", () => seen.push(user.tryGet()));
    scope(() => {
      user.set("other");
      emitter.emit("done");
      target.dispatchEvent(new Event("done"));
    });
    expect(seen).to.deep.equal(["owner", "owner"]);
  });

  it("outside any scope gives each call a scope of its own", () => {
    const bound = bind((name: string) => {
      const before = user.tryGet();
      user.set(name);
      return before;
    });
    expect([bound("first"), bound("second")]).to.deep.equal([undefined, undefined]);
  });

  it("binds functions, emitters and targets only", () => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    const { port1 } = new MessageChannel();
    const fixed = Object.preventExtensions(new EventEmitter());
    for (const target of [5, null, undefined, "text", {}, Symbol("s"), proxy, port1, fixed]) {
      expect(() => bind(target as never)).to.throw(/THR_NOT_BINDABLE/);
    }
    for (const target of [proxy, fixed]) expect(manager.bind(ROOT_CONTEXT, target)).to.equal(target);
    port1.close();
  });

  it("takes a function that can be neither read nor called, which fails where it is called", () => {
    const { proxy, revoke } = Proxy.revocable(() => {}, {});
    revoke();
    for (const bound of [bind(proxy), Snapshot.wrap(proxy), manager.bind(ROOT_CONTEXT, proxy)])
      expect(bound).to.throw(TypeError, /revoked/);
  });

  it("keeps a function's name and length, by which frameworks tell handlers apart", () => {
    for (const wrapped of [bind(errorHandler), Snapshot.wrap(errorHandler)])
      expect([wrapped.length, wrapped.name]).to.deep.equal([1, "errorHandler"]);
  });
});
