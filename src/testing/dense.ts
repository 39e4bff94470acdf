/** A dense matrix in double precision, row-major. */
export interface Dense {
  readonly rows: number;
  readonly columns: number;
  readonly data: Float64Array;
}

export function dense(rows: number, columns: number, at: (i: number, j: number) => number): Dense {
  const data = new Float64Array(rows * columns);
  for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) data[i * columns + j] = at(i, j);
  return { rows, columns, data };
}

export const entry = ({ columns, data }: Dense, i: number, j: number): number => data[i * columns + j]!;

export const mapped = (a: Dense, f: (x: number, i: number, j: number) => number): Dense =>
  dense(a.rows, a.columns, (i, j) => f(entry(a, i, j), i, j));

export const turned = (a: Dense): Dense => dense(a.columns, a.rows, (i, j) => entry(a, j, i));

/** a + factor·b. */
export const plus = (a: Dense, b: Dense, factor = 1): Dense => mapped(a, (x, i, j) => x + factor * entry(b, i, j));

/** A product. Zeros stand for what is not there: 0 times NaN adds nothing. */
export function times(first: Dense, ...rest: readonly Dense[]): Dense {
  return rest.reduce((a, b) => {
    const data = new Float64Array(a.rows * b.columns);
    for (let i = 0; i < a.rows; i++) {
      for (let k = 0; k < a.columns; k++) {
        const factor = a.data[i * a.columns + k]!;
        if (factor === 0) continue;
        for (let j = 0, from = k * b.columns, to = i * b.columns; j < b.columns; j++, from++, to++) {
          if (b.data[from] !== 0) data[to]! += factor * b.data[from]!;
        }
      }
    }
    return { rows: a.rows, columns: b.columns, data };
  }, first);
}

/** The inverse of a lower triangular matrix. */
export function inverseLower({ rows: n, data: t }: Dense): Dense {
  const x = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    x[i * n + i] = 1;
    for (let k = 0; k < i; k++) {
      const factor = t[i * n + k]!;
      if (factor === 0) continue;
      for (let j = 0; j <= k; j++) x[i * n + j]! -= factor * x[k * n + j]!;
    }
    for (let j = 0; j <= i; j++) x[i * n + j]! /= t[i * n + i]!;
  }
  return { rows: n, columns: n, data: x };
}

export const inverseUpper = (t: Dense): Dense => turned(inverseLower(turned(t)));
