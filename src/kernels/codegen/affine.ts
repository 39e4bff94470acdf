/**
 * Index arithmetic of kernels, kept symbolic until it is printed: base + Σ factorᵢ·symbolᵢ, where a symbol is a loop coordinate or a
 * quotient of another such sum. Kernels compute it in u32, modulo 2³². So a negative base or factor does no harm: every index that is
 * used is ≥ 0, and equal to its value modulo 2³².
 */
export interface Affine {
  readonly base: number;
  readonly terms: ReadonlyMap<IndexSymbol, number>;
}

/** A non-negative integer below `range`. */
export interface IndexSymbol {
  readonly range: number;
  /** Printed name of a loop coordinate; for a quotient, ⌊of/divide⌋ mod modulo. */
  readonly source:
    | { readonly axis: number }
    | { readonly of: Affine; readonly divide: number; readonly modulo: number | null };
}

export const constantIndex = (base: number): Affine => ({ base, terms: new Map() });

export function symbolIndex(symbol: IndexSymbol): Affine {
  return symbol.range === 1 ? constantIndex(0) : { base: 0, terms: new Map([[symbol, 1]]) };
}

/** Σ scaleᵢ·partᵢ + base. */
export function combine(parts: readonly (readonly [Affine, number])[], base = 0): Affine {
  const terms = new Map<IndexSymbol, number>();
  let total = base;
  for (const [part, scale] of parts) {
    total += part.base * scale;
    for (const [symbol, factor] of part.terms) {
      const sum = (terms.get(symbol) ?? 0) + factor * scale;
      if (sum === 0) terms.delete(symbol);
      else terms.set(symbol, sum);
    }
  }
  return { base: total, terms };
}

/** Largest value, when the smallest is known to be ≥ 0; null otherwise. */
function upperBound(index: Affine): number | null {
  let bound = index.base;
  if (index.base < 0) return null;
  for (const [symbol, factor] of index.terms) {
    if (factor < 0) return null;
    bound += factor * (symbol.range - 1);
  }
  return bound;
}

/** ⌊index/divide⌋ mod modulo. */
export function quotient(index: Affine, divide: number, modulo: number | null): Affine {
  const bound = upperBound(index);
  if (bound !== null && bound < divide) return constantIndex(0);
  const after = bound === null ? null : Math.floor(bound / divide);
  const wraps = modulo !== null && (after === null || after >= modulo);
  if (divide === 1 && !wraps) return index;
  const range = wraps ? modulo : after === null ? 2 ** 32 : after + 1;
  return symbolIndex({ range, source: { of: index, divide, modulo: wraps ? modulo : null } });
}

/** Coordinates in `shape` of the element at a flat index: affine where the terms' ranges allow, else by division. */
export function unflatten(flat: Affine, shape: readonly number[], strides: readonly number[]): Affine[] {
  return (
    affineCoordinates(flat, shape, strides) ??
    shape.map((n, axis) => quotient(flat, strides[axis]!, axis === 0 ? null : n))
  );
}

function affineCoordinates(flat: Affine, shape: readonly number[], strides: readonly number[]): Affine[] | null {
  if (flat.base < 0) return null;
  const parts: (readonly [Affine, number])[][] = shape.map(() => []);
  const bases = shape.map(() => 0);
  let rest = flat.base;
  shape.forEach((_, axis) => {
    bases[axis] = Math.floor(rest / strides[axis]!);
    rest -= bases[axis]! * strides[axis]!;
  });
  if (rest !== 0) return null;
  for (const [symbol, factor] of flat.terms) {
    if (factor < 0) return null;
    const axis = shape.findIndex(
      (n, a) => n > 1 && factor % strides[a]! === 0 && factor * (symbol.range - 1) < strides[a]! * n,
    );
    if (axis < 0) return null;
    parts[axis]!.push([symbolIndex(symbol), factor / strides[axis]!]);
  }
  const coordinates = shape.map((_, axis) => combine(parts[axis]!, bases[axis]!));
  return coordinates.every((coordinate, axis) => upperBound(coordinate)! < shape[axis]!) ? coordinates : null;
}

/** A stable text of an index, for memo keys. */
export function indexKey(index: Affine): string {
  const terms = [...index.terms].map(([symbol, factor]) => `${factor}*${symbolKey(symbol)}`).sort();
  return `${index.base}+${terms.join("+")}`;
}

function symbolKey(symbol: IndexSymbol): string {
  const source = symbol.source;
  return "axis" in source ? `i${source.axis}` : `(${indexKey(source.of)}/${source.divide}%${source.modulo})`;
}

/** Visits an index and, inside its quotients, every index that it is computed from. */
export function visitAffine(index: Affine, visit: (index: Affine) => void): void {
  visit(index);
  for (const symbol of index.terms.keys()) if ("of" in symbol.source) visitAffine(symbol.source.of, visit);
}

/** Factor of loop axis `axis` in the plain terms. */
export function axisFactor(index: Affine, axis: number): number {
  let factor = 0;
  for (const [symbol, f] of index.terms) if ("axis" in symbol.source && symbol.source.axis === axis) factor += f;
  return factor;
}
