/** The port, with each call of an asynchronous method told before it is made. */
export function countedPort<Port extends object>(
  port: Port,
  tell: (method: string) => void | Promise<void>,
  synchronous: readonly string[] = [],
): Port {
  return new Proxy(port, {
    get: (target, name) => {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== 'function') return member;
      const call = (...values: unknown[]): unknown => Reflect.apply(member, target, values);
      if (synchronous.includes(String(name))) return call;
      return async (...values: unknown[]) => {
        await tell(String(name));
        return call(...values);
      };
    },
  });
}
