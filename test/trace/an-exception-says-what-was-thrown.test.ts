import type { Exception } from "@opentelemetry/api";
import { expect } from "chai";
import { runInNewContext } from "node:vm";
import { recordedSpan } from "./recorded-span.ts";

const revoked = Proxy.revocable({}, {});
revoked.revoke();

const eventOf = (exception: unknown) =>
  recordedSpan((span) => span.recordException(exception as Exception)).events[0];

const stackOf = (exception: unknown): string[] =>
  String(eventOf(exception)?.attributes["exception.stacktrace"])
    .split("\n")
    .filter((line) => !line.startsWith("    at "));

describe("the stack trace of an exception", () => {
  it("tells its causes, to the last", () => {
    const cause = new RangeError("too far", { cause: new TypeError("no map", { cause: "rain" }) });
    expect(stackOf(new Error("late", { cause }))).to.deep.equal([
      "Error: late",
      "Caused by: RangeError: too far",
      "Caused by: TypeError: no map",
      "Caused by: rain",
    ]);
  });

  it("tells the errors that an AggregateError gathers", () => {
    const errors = [new RangeError("a"), new TypeError("b", { cause: new Error("c") }), "d"];
    expect(stackOf(new AggregateError(errors, "all failed"))).to.deep.equal([
      "AggregateError: all failed",
      "Gathered: RangeError: a",
      "Gathered: TypeError: b",
      "Caused by: Error: c",
      "Gathered: d",
    ]);
  });

  it("tells each error once, also where it is its own cause", () => {
    const error = new Error("a");
    error.cause = new Error("b", { cause: error });
    expect(stackOf(error)).to.deep.equal(["Error: a", "Caused by: Error: b"]);
  });

  it("ends after the 16th", () => {
    let error = new Error("0");
    for (let each = 1; each < 100; each++) error = new Error(String(each), { cause: error });
    expect(stackOf(error)).to.have.lengthOf(16).and.to.include("Caused by: Error: 84");
  });

  it("reads no more of what is gathered than it can tell, of however many", () => {
    let reads = 0;
    const gathered: unknown[] = Array.from({ length: 100 }, (_, each) => new Error(String(each)));
    gathered.length = 3e8;
    const counted = new Proxy(gathered, {
      get: (list, key, receiver): unknown => {
        if (++reads > 1000) throw new Error("read on and on");
        return Reflect.get(list, key, receiver);
      },
    });
    const stack = stackOf(Object.assign(new AggregateError([], "all failed"), { errors: counted }));
    expect(stack).to.have.lengthOf(16).and.to.include("Gathered: Error: 14");
    expect(reads).to.be.below(100);
  });

  it("passes over gathered errors that are not there", () => {
    const errors: unknown[] = [];
    errors.length = 3e8;
    expect(stackOf(Object.assign(new AggregateError([], "none"), { errors }))).to.deep.equal([
      "AggregateError: none",
    ]);
  });

  it("ends where a cause cannot be read", () => {
    const error = Object.defineProperty(new Error("a"), "cause", {
      get: () => {
        throw new Error("on purpose");
      },
    });
    expect(stackOf(error)).to.deep.equal(["Error: a"]);
    expect(eventOf(error)?.attributes["exception.type"]).to.equal("Error");
  });
});

describe("an exception", () => {
  it("is an event with the type, the message and the stack of an error", () => {
    const error = new RangeError("too far");
    expect(eventOf(error)).to.deep.include({
      name: "exception",
      attributes: {
        "exception.type": "RangeError",
        "exception.message": "too far",
        "exception.stacktrace": error.stack,
      },
    });
  });

  it("happened at the time that it was given", () => {
    const { events } = recordedSpan((span) => span.recordException(new Error("a"), [5, 6]));
    expect(events[0]?.time).to.deep.equal([5, 6]);
  });

  it("costs nothing where its time is none", () => {
    const { events } = recordedSpan((span) => span.recordException(new Error("a"), revoked.proxy as never));
    expect(events).to.have.lengthOf(1);
  });

  it("has its fields where it is one of the API's plain objects", () => {
    const plain = { name: "PaymentError", message: "declined", stack: "PaymentError: declined\n    at shop" };
    expect(eventOf(plain)?.attributes).to.deep.equal({
      "exception.type": "PaymentError",
      "exception.message": "declined",
      "exception.stacktrace": plain.stack,
    });
  });

  it("has its fields where it is an error of another realm", () => {
    const attributes = eventOf(runInNewContext("new RangeError('too far')"))?.attributes;
    expect(attributes).to.include({ "exception.type": "RangeError", "exception.message": "too far" });
  });

  for (const [thrown, message] of [
    ["text", "text"],
    [5, "5"],
    [null, "null"],
    [undefined, "undefined"],
    [Symbol("symbol"), "Symbol(symbol)"],
  ] as const) {
    it(`shows ${message} where that was thrown`, () => {
      expect(eventOf(thrown)?.attributes["exception.message"]).to.equal(message);
    });
  }

  it("is recorded whatever it is", () => {
    const hostile = new Error("m");
    for (const key of ["name", "message", "stack"]) {
      Object.defineProperty(hostile, key, {
        get: () => {
          throw new Error("on purpose");
        },
      });
    }
    for (const thrown of [hostile, revoked.proxy, Object.create(null)]) {
      expect(eventOf(thrown)?.name).to.equal("exception");
    }
  });
});
