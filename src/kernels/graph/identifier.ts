/** Numbers objects for keys, weakly. */
export function identifier(): (thing: object) => number {
  const ids = new WeakMap<object, number>();
  let next = 0;
  return (thing) => {
    const id = ids.get(thing) ?? next++;
    ids.set(thing, id);
    return id;
  };
}
