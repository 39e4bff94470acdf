export { cholesky } from "./cholesky.ts";
export { det, logDet, slogDet } from "./determinants.ts";
export { lu } from "./lu.ts";
export type { SolveOptions } from "./solve.ts";
export { inv, solve } from "./solve.ts";
export type { TriangularSolveOptions } from "./triangular-solve.ts";
export { triangularSolve } from "./triangular-solve.ts";
