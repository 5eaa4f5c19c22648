import type { Meter } from "@opentelemetry/api";
import { isPromise } from "node:util/types";
import { Context } from "../context/context.ts";
import { ContextVariable } from "../context/context-variable.ts";
import { currentContext, runIn } from "../context/current.ts";
import { quote, report } from "../core/diagnostics.ts";
import { requireFunction, ThroughlineError } from "../core/errors.ts";
import { nounFor } from "../core/noun.ts";
import { processWide } from "../core/process-wide.ts";
import { ignoreRejection } from "../core/rejection.ts";
import { registeredIn } from "../metrics/callback-registry.ts";
import { contextualMeter } from "../metrics/contextual-meter.ts";
import { meterSource } from "../metrics/current-instrument.ts";
import { GivenGroups } from "./given-groups.ts";
import { groupProxy } from "./group-proxy.ts";

/** Makes a group: a function or a class that takes a meter whose instruments follow the context. */
export type MakeGroup<Group extends object> = ((meter: Meter) => Group) | (new (meter: Meter) => Group);

/**
 * What stands in for a group, in a test say: members that it lacks are the group's own. Of an instrument it has what is
 * used: `{ placed: { add: () => {} } }`.
 */
export type GroupStandIn<Group extends object> = {
  readonly [Member in keyof Group]?: Group[Member] extends (...args: never[]) => unknown
    ? Group[Member]
    : Readonly<Partial<Group[Member]>>;
};

export interface MetricGroup<Group extends object> {
  readonly name: string;
  /**
   * The group. It may be kept, in a constructor say: each use of a member looks for what is given in the current scope,
   * then for what is given in the process, then for the group's own, which is made now at the latest. Methods of a class
   * see the group's own members, whatever stands in.
   *
   * @throws ThroughlineError THR_GROUP_NEEDS_ITSELF, by a use while it is being made; and what making it throws
   */
  get(): Group;
  /**
   * Calls `fn`, in a scope of its own, where another stands in for the group.
   *
   * @throws ThroughlineError THR_NOT_A_FUNCTION
   */
  run<Result>(standIn: GroupStandIn<Group>, fn: () => Result): Result;
}

interface Declared {
  readonly name: string;
  prepare(): void;
  forget(): void;
}

const NOTHING = new GivenGroups({});

/** Given in the current scope. */
const givenHere = new ContextVariable<GivenGroups>("metric groups");

/** Given in the process, to all copies of this package. */
const state = processWide("metric-groups", () => ({ given: NOTHING, declared: new Set<Declared>() }));

/**
 * A group of instruments, declared once at module level and used anywhere. Nothing is made before it is needed, so modules
 * may use each other's groups.
 *
 * @param name under which it is initialised, and the instrumentation scope of what it makes: "orders"
 * @throws ThroughlineError THR_NOT_A_FUNCTION where `make` is neither function nor class
 * @example
 * const OrderMetrics = metricGroup("orders", (meter) => ({ placed: meter.createCounter("orders.placed") }));
 * OrderMetrics.get().placed.add(1);
 * OrderMetrics.run({ placed: { add: () => {} } }, () => OrderMetrics.get().placed.add(1));
 */
export function metricGroup<Group extends object>(name: string, make: MakeGroup<Group>): MetricGroup<Group> {
  requireFunction(make, "metricGroup(name, make)");
  const key = nameOf(name);
  const own = lazily(key, make);
  if ([...state.declared].some((group) => group.name === key))
    report(
      "invalid_configuration",
      `two metric groups are named "${key}": what stands in for one stands in for both`,
    );
  state.declared.add({
    name: key,
    prepare: () => {
      if (givenGroups().get(key) === undefined) own.get();
    },
    forget: own.forget,
  });
  const proxy = groupProxy(() => givenGroups().get(key), own.get) as Group;
  return {
    name: key,
    get: () => proxy,
    run: (standIn, fn) => {
      requireFunction(fn, `metric group "${key}".run(standIn, fn)`);
      return givenHere.run(new GivenGroups({ [key]: standIn }, givenGroups()), fn);
    },
  };
}

/** All metric groups of the process. */
export const MetricGroups = {
  /**
   * Makes every group that is declared. Those that `groups` has by their names, a plain object or the object of all that a
   * container makes, are taken from there, also by what is declared later. Within a scope (a test, a request, a `withSpan`)
   * this holds there, else for the process.
   *
   * @throws what a container or a group throws as it is made; then everything stays as it was
   * @example
   * MetricGroups.initializeAll({ orders: { placed: { add: () => {} } } });
   */
  initializeAll(groups: object = {}): void {
    const takeBack = give(groups);
    try {
      prepareAll();
    } catch (thrown) {
      takeBack();
      throw thrown;
    }
  },

  /** Every group is its own again, and in the process is made anew. Within a scope this holds there. */
  resetAll(): void {
    if (currentContext().scope !== undefined) return void givenHere.set(NOTHING);
    state.given = NOTHING;
    for (const group of state.declared) group.forget();
  },
} as const;

/** All of them, also after one that fails; then the first failure is thrown. */
function prepareAll(): void {
  const failures: unknown[] = [];
  for (const group of state.declared) {
    try {
      group.prepare();
    } catch (thrown) {
      failures.push(thrown);
    }
  }
  if (failures.length > 0) throw failures[0];
}

function givenGroups(): GivenGroups {
  return givenHere.tryGet() ?? state.given;
}

/**
 * In a scope they lie over what is given there already; for the process they take its place. What is returned puts back
 * what was given before.
 */
function give(groups: unknown): () => void {
  if (typeof groups !== "object" || groups === null) {
    report("invalid_argument", `MetricGroups.initializeAll() was given ${nounFor(groups)}, no object`);
    return () => {};
  }
  if (currentContext().scope !== undefined) {
    const token = givenHere.set(new GivenGroups(groups, givenGroups()));
    return () => givenHere.reset(token);
  }
  const before = state.given;
  state.given = new GivenGroups(groups);
  return () => void (state.given = before);
}

function nameOf(name: unknown): string {
  if (typeof name !== "string")
    report("invalid_argument", `a metric group was named ${quote(name)}; names are texts`);
  return typeof name === "string" ? name : "nameless";
}

/** The group's own, made once. Whoever is the first to need it, it belongs to the process. */
function lazily<Group extends object>(
  name: string,
  make: MakeGroup<Group>,
): { get: () => Group; forget: () => void } {
  let made: Group | undefined;
  let isBeingMade = false;
  let endObserving: (() => void) | undefined;
  return {
    get: () => {
      if (made !== undefined) return made;
      if (isBeingMade) throw new ThroughlineError("THR_GROUP_NEEDS_ITSELF", `metric group "${name}"`);
      isBeingMade = true;
      try {
        [made, endObserving] = registeredIn(() => runIn(new Context(), () => construct(name, make)));
        return made;
      } finally {
        isBeingMade = false;
      }
    },
    forget: () => {
      made = undefined;
      endObserving?.();
    },
  };
}

function construct<Group extends object>(name: string, make: MakeGroup<Group>): Group {
  const meter = contextualMeter(meterSource(name));
  const group = isClass(make) ? new make(meter) : make(meter);
  ignoreRejection(group);
  if (typeof group === "object" && group !== null && !isPromise(group)) return group;
  report("invalid_argument", `metric group "${name}" was made as ${nounFor(group)}; it is an object`);
  return {} as Group;
}

/** A class cannot be called: its `prototype` cannot be written, that of a function can. */
function isClass<Group extends object>(make: MakeGroup<Group>): make is new (meter: Meter) => Group {
  return Object.getOwnPropertyDescriptor(make, "prototype")?.writable === false;
}
