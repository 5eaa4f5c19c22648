type Method = (...args: unknown[]) => unknown;

/**
 * Stands for a group wherever that is kept: each member is looked up as it is used, first in what is given in the group's
 * place at the moment. Methods of the group's own are called on itself, for they may use private fields.
 */
export function groupProxy(given: () => object | undefined, own: () => object): object {
  const bound = new WeakMap<object, Method>();
  const ownMember = (group: object, key: PropertyKey): unknown => {
    const member: unknown = Reflect.get(group, key, group);
    if (typeof member !== "function" || Object.hasOwn(group, key)) return member;
    const method = bound.get(member) ?? (member.bind(group) as Method);
    bound.set(member, method);
    return method;
  };
  const holderOf = (key: PropertyKey): object => {
    const inPlace = given();
    return inPlace !== undefined && key in inPlace ? inPlace : own();
  };
  const members = (): object => ({ ...own(), ...given() });
  return new Proxy(
    {},
    {
      get: (_target, key) => {
        const holder = holderOf(key);
        return holder === given() ? Reflect.get(holder, key, holder) : ownMember(holder, key);
      },
      has: (_target, key) => key in holderOf(key),
      set: (_target, key, value) => Reflect.set(holderOf(key), key, value),
      ownKeys: () => Reflect.ownKeys(members()),
      getOwnPropertyDescriptor: (_target, key) => Reflect.getOwnPropertyDescriptor(members(), key),
    },
  );
}
