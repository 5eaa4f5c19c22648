import { ROOT_CONTEXT } from "@opentelemetry/api";
import { expect } from "chai";
import { EventEmitter } from "node:events";
import { currentContext } from "../../src/context/current.ts";
import { ThroughlineContextManager } from "../../src/context/manager.ts";
import { record } from "../recording.ts";

const manager = new ThroughlineContextManager();
const value = (): unknown => currentContext().scope?.get(0);
const set = (late: unknown): void => currentContext().scope?.set(0, late);

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
