export { balanced } from "./balance.ts";
export type { Cell, CellLabels, Choice, Flag, Flags, Grid } from "./grid.ts";
export { cellsOf, parseGrid } from "./grid.ts";
export type { Shard } from "./shard.ts";
export { parseShard, shardOf } from "./shard.ts";
export type { Entry, Score, Standing, Standings } from "./standings.ts";
export { standingsOf } from "./standings.ts";
export type { Spread } from "./statistics.ts";
export { spreadOf } from "./statistics.ts";
