import { expect } from "chai";
import { EventEmitter } from "node:events";
import { bind, bindRequest } from "../../src/context/bind.ts";
import { ContextVariable } from "../../src/context/context-variable.ts";
import { currentContext } from "../../src/context/current.ts";
import { ThroughlineContextManager } from "../../src/context/manager.ts";
import { scope } from "../../src/context/open-scope.ts";

const manager = new ThroughlineContextManager();
const user = new ContextVariable<string>("user");

const nodesEmit = (): unknown => Reflect.get(EventEmitter.prototype, "emit");

/** Binds in the scope of ann, then in that of bob, and gives what a listener reads when cyd emits. */
function readBy(listen: (read: () => void) => void, bindHere: () => void, emit: () => void): unknown[] {
  const seen: unknown[] = [];
  for (const name of ["ann", "bob"]) user.run(name, bindHere);
  listen(() => seen.push(user.tryGet()));
  user.run("cyd", emit);
  return seen;
}

describe("a source of events that is bound twice", () => {
  it("stays with its first context as an emitter, bound by bind() or through the API", () => {
    const emitter = new EventEmitter();
    const bindHere = (): void => {
      expect(bind(emitter)).to.equal(emitter);
      manager.bind(manager.active(), emitter);
    };
    const seen = readBy(
      (read) => emitter.on("done", read),
      bindHere,
      () => emitter.emit("done"),
    );
    expect(seen).to.deep.equal(["ann"]);
  });

  it("stays with its first context as a target, a signal for one", () => {
    const controller = new AbortController();
    const seen = readBy(
      (read) => controller.signal.addEventListener("abort", read),
      () => expect(bind(controller.signal)).to.equal(controller.signal),
      () => controller.abort(),
    );
    expect(seen).to.deep.equal(["ann"]);
  });
});

describe("a bound source of events", () => {
  it("is left by its context when its event is over", () => {
    const emitter = scope(() => bind(new EventEmitter()));
    emitter.on("done", () => user.set("inside"));
    scope(() => {
      user.set("around");
      emitter.emit("done");
      expect(user.get()).to.equal("around");
    });
  });

  it("has an emit of its own called in its context, too, where nobody listens", () => {
    const seen: unknown[] = [];
    class Wildcard extends EventEmitter {
      override emit(name: string): boolean {
        seen.push([name, user.tryGet()]);
        return super.emit(name);
      }
    }
    const emitter = user.run("ann", () => bind(new Wildcard()));
    user.run("bob", () => emitter.emit("anything"));
    expect(seen).to.deep.equal([["anything", "ann"]]);
  });

  it("is taken also where its class gives emit by a getter, or lets nobody set it, and shows nothing of it", () => {
    class Gives extends EventEmitter {}
    Object.defineProperty(Gives.prototype, "emit", { get: nodesEmit });
    class Swallows extends EventEmitter {}
    Object.defineProperty(Swallows.prototype, "emit", { get: nodesEmit, set: () => {} });
    for (const make of [() => new Gives(), () => new Swallows(), () => new EventEmitter()]) {
      const keys = Object.keys(make());
      const [one, other] = user.run("ann", () => {
        const request = make();
        bindRequest(currentContext(), request);
        return [bind(make()), request];
      });
      const seen: unknown[] = [];
      for (const emitter of [one, other]) {
        emitter.on("done", () => seen.push(user.tryGet()));
        user.run("bob", () => emitter.emit("done"));
      }
      expect(seen).to.deep.equal(["ann", "ann"]);
      expect(Object.keys(one)).to.deep.equal(keys);
    }
  });

  it("throws an error that nobody listens to, as it does unbound", () => {
    const emitter = scope(() => bind(new EventEmitter()));
    expect(() => scope(() => emitter.emit("error", new Error("unheard")))).to.throw("unheard");
  });

  it("lends its emit to what has no listeners", () => {
    const emitter = scope(() => bind(new EventEmitter()));
    expect(Reflect.apply(Reflect.get(emitter, "emit") as () => boolean, {}, ["done"])).to.equal(false);
  });
});
