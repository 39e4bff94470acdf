/** True if `target` is `from`, or can be come to from it by `next`. */
export function reaches<T>(from: T, target: T, next: (at: T) => Iterable<T>): boolean {
  const seen = new Set<T>();
  const stack = [from];
  while (stack.length > 0) {
    const at = stack.pop()!;
    if (at === target) return true;
    if (seen.has(at)) continue;
    seen.add(at);
    for (const one of next(at)) stack.push(one);
  }
  return false;
}
