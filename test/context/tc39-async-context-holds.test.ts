// The facts of tests/async-context.test.ts in tc39/proposal-async-context at e21adb3, a row for each of its titles, in its order.
// One difference is by design: where nothing is set, get() throws a coded error, and theirs gives what tryGet() gives.
import { expect } from "chai";
import { ContextVariable } from "../../src/context/context-variable.ts";
import { Snapshot } from "../../src/context/snapshot.ts";

const [a, b, c] = [
  new ContextVariable<string>("a"),
  new ContextVariable<string>("b"),
  new ContextVariable<string>("c"),
];
const box = new ContextVariable<object>("box");
const other = new ContextVariable<null>("other");

const OBJECT = {};
const nothing = (): void => {};

/** What a, b and c are here: "1--" where a is "1" and the others are not set. */
const now = (): string => [a, b, c].map((variable) => variable.tryGet() ?? "-").join("");

/** Wraps `fn` in a run of a, before and after `between`; then, outside, calls both. */
function wrapBeforeAndAfter(between: () => unknown, fn: () => string): string {
  const [early, late, inside] = a.run("1", () => {
    const before = Snapshot.wrap(fn);
    between();
    return [before, Snapshot.wrap(fn), now()];
  });
  return [inside, early(), late(), now()].join(" ");
}

/** A wrapped function, called by another that was wrapped in a run within: each at every level. */
function wrapAtTwoLevels(variable: ContextVariable<string>): string {
  const trail: string[] = [];
  const [outer, inner] = a.run("1", () => {
    const first = Snapshot.wrap(now);
    trail.push(first());
    const second = variable.run("2", () => {
      const both = Snapshot.wrap(() => `${first()}+${now()}`);
      trail.push(first(), both(), now());
      return both;
    });
    trail.push(first(), second(), now());
    return [first, second];
  });
  return [...trail, outer(), inner(), now()].join(" ");
}

/** Wraps at the innermost of three levels, and something else at a place of its own, if any. */
function wrapAtThreeLevels(place?: "before b" | "before c" | "after c" | "after b"): string {
  const trail: string[] = [];
  const wrapElse = (here: typeof place): void => {
    if (here === place) Snapshot.wrap(nothing);
  };
  const wrapped = a.run("1", () => {
    wrapElse("before b");
    const fromB = b.run("2", () => {
      wrapElse("before c");
      const fromC = c.run("3", () => Snapshot.wrap(now));
      wrapElse("after c");
      trail.push(now());
      return fromC;
    });
    wrapElse("after b");
    trail.push(now());
    return fromB;
  });
  return [...trail, now(), wrapped(), now()].join(" ");
}

const inARunOf = (variable: ContextVariable<string>) => () => `${now()},${variable.run("2", now)},${now()}`;

const FACTS: readonly (readonly [title: string, program: () => string, trail: string])[] = [
  ["a variable has no value at first", now, "---"],
  [
    "a run gives back what its function returned, itself",
    () => `${box.run({}, () => OBJECT) === OBJECT}`,
    "true",
  ],
  [
    "get gives the value of the run around it, itself",
    () => `${box.run(OBJECT, () => box.get()) === OBJECT}`,
    "true",
  ],
  [
    "a run within a run has a value of its own, and the outer one is back after it",
    () => [a.run("1", inARunOf(a)), now()].join(" "),
    "1--,2--,1-- ---",
  ],
  [
    "runs of two variables nest, and neither touches the other",
    () => [a.run("1", inARunOf(b)), now()].join(" "),
    "1--,12-,1-- ---",
  ],
  [
    "what was wrapped where nothing is set sees nothing in a run either",
    () => {
      const wrapped = Snapshot.wrap(now);
      return a.run("1", () => [wrapped(), now()].join(" "));
    },
    "--- 1--",
  ],
  [
    "what was wrapped in a run sees its value there and after it",
    () => {
      const [inside, wrapped] = a.run("1", () => {
        const here = Snapshot.wrap(now);
        return [`${here()} ${now()}`, here] as const;
      });
      return [inside, wrapped(), now()].join(" ");
    },
    "1-- 1-- 1-- ---",
  ],
  // Theirs has the next one twice, word for word.
  [
    "a run within what was wrapped ends with the wrapped value, also where another run came before the wrapping",
    () => wrapBeforeAndAfter(() => a.run("2", nothing), inARunOf(a)),
    "1-- 1--,2--,1-- 1--,2--,1-- ---",
  ],
  [
    "a run of another variable within what was wrapped ends unset, also after a run of the wrapped one",
    () => wrapBeforeAndAfter(() => a.run("2", nothing), inARunOf(b)),
    "1-- 1--,12-,1-- 1--,12-,1-- ---",
  ],
  [
    "a run of another variable within what was wrapped ends unset, also after a run of that one",
    () => wrapBeforeAndAfter(() => b.run("2", nothing), inARunOf(b)),
    "1-- 1--,12-,1-- 1--,12-,1-- ---",
  ],
  [
    "what was wrapped at two levels of one variable sees its own level from anywhere",
    () => wrapAtTwoLevels(a),
    "1-- 1-- 1--+2-- 2-- 1-- 1--+2-- 1-- 1-- 1--+2-- ---",
  ],
  [
    "what was wrapped at two levels of two variables sees its own level from anywhere",
    () => wrapAtTwoLevels(b),
    "1-- 1-- 1--+12- 12- 1-- 1--+12- 1-- 1-- 1--+12- ---",
  ],
  ["what was wrapped at three levels sees all of them", () => wrapAtThreeLevels(), "12- 1-- --- 123 ---"],
  [
    "what was wrapped at three levels is not disturbed by a wrapping before the innermost",
    () => wrapAtThreeLevels("before c"),
    "12- 1-- --- 123 ---",
  ],
  [
    "what was wrapped at three levels is not disturbed by a wrapping before the one in the middle",
    () => wrapAtThreeLevels("before b"),
    "12- 1-- --- 123 ---",
  ],
  [
    "what was wrapped at three levels is not disturbed by a wrapping after the innermost",
    () => wrapAtThreeLevels("after c"),
    "12- 1-- --- 123 ---",
  ],
  [
    "what was wrapped at three levels is not disturbed by a wrapping after the one in the middle",
    () => wrapAtThreeLevels("after b"),
    "12- 1-- --- 123 ---",
  ],
  [
    "what was wrapped in two runs can be called in any order",
    () => {
      const [one, two] = [a.run("1", () => Snapshot.wrap(now)), a.run("2", () => Snapshot.wrap(now))];
      return [one(), two(), one(), two()].join(" ");
    },
    "1-- 2-- 1-- 2--",
  ],
];

/** Theirs tries each from the first state, from a run, and from a run that was captured. */
const PLACES: Record<string, (fn: () => void) => void> = {
  "outside any run": (fn) => fn(),
  "in a run of another variable": (fn) => other.run(null, fn),
  "in a run that was captured": (fn) =>
    other.run(null, () => {
      Snapshot.wrap(nothing);
      fn();
    }),
};

for (const [place, within] of Object.entries(PLACES)) {
  describe(`TC39's AsyncContext, ${place}`, () => {
    for (const [title, program, trail] of FACTS) {
      it(title, () => within(() => expect(program()).to.equal(trail)));
    }
  });
}
