/** A path that no other file has, with a number where one has: `a.png`, `a-2.png`. Adds it to `used`; case does not matter. */
export function freeName(path: string, used: Set<string>): string {
  const end = /\.[^./]*$/.exec(path)?.index ?? path.length;
  for (let number = 1; ; number++) {
    const name = number === 1 ? path : `${path.slice(0, end)}-${number}${path.slice(end)}`;
    if (used.has(name.toLowerCase())) continue;
    used.add(name.toLowerCase());
    return name;
  }
}
