import { describe, report } from "../core/diagnostics.ts";
import { isMember } from "./given-groups.ts";

type Method = (...args: unknown[]) => unknown;

/**
 * Stands for a group wherever that is kept: each member is looked up as it is used, first in what is given in the group's
 * place at the moment. Methods of a class are called on their own object, for they may use private fields.
 */
export function groupProxy(given: () => object | undefined, own: () => object): object {
  const bound = new WeakMap<object, WeakMap<object, Method>>();
  const memberOf = (holder: object, key: PropertyKey): unknown => {
    const member: unknown = Reflect.get(holder, key, holder);
    if (typeof member !== "function" || Object.hasOwn(holder, key)) return member;
    const methods = bound.get(holder) ?? new WeakMap<object, Method>();
    bound.set(holder, methods);
    const method = methods.get(member) ?? (member.bind(holder) as Method);
    methods.set(member, method);
    return method;
  };
  const holderOf = (key: PropertyKey): object => {
    const inPlace = given();
    return inPlace !== undefined && hasMember(inPlace, key) ? inPlace : own();
  };
  const members = (): object => ({ ...own(), ...given() });
  return new Proxy(
    {},
    {
      get: (_target, key) => memberOf(holderOf(key), key),
      has: (_target, key) => key in holderOf(key),
      set: (_target, key, value) => Reflect.set(holderOf(key), key, value),
      defineProperty: (_target, key, descriptor) => Reflect.defineProperty(holderOf(key), key, descriptor),
      deleteProperty: (_target, key) => Reflect.deleteProperty(holderOf(key), key),
      // Nobody's to freeze: it stands for others.
      preventExtensions: () => false,
      getPrototypeOf: () => Reflect.getPrototypeOf(own()),
      ownKeys: () => Reflect.ownKeys(members()),
      getOwnPropertyDescriptor: (_target, key) => Reflect.getOwnPropertyDescriptor(members(), key),
    },
  );
}

/** A stand-in that cannot be asked has none. */
function hasMember(standIn: object, key: PropertyKey): boolean {
  try {
    return isMember(standIn, key);
  } catch (thrown) {
    report(
      "plugin_failed",
      `what stands in for a metric group failed (${describe(thrown)}); the group's own is used`,
    );
    return false;
  }
}
