// The namespace `random` of the main entry point: keys, bits and every distribution.
export * from "./distributions/choices.ts";
export * from "./distributions/gamma.ts";
export * from "./distributions/multivariate-normal.ts";
export * from "./distributions/poisson.ts";
export * from "./distributions/transformed.ts";
export * from "./random.ts";
