// The function of each scalar function in `scalar/table.ts`; nothing else is exported here.
export * from "./arithmetic.ts";
export * from "./hyperbolic.ts";
export * from "./logic.ts";
export * from "./transcendental.ts";
