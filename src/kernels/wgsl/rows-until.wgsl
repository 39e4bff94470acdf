// Library: rows of a tile of 16, from `first` on, that lie before `end`. Not min(…): drivers that see the bound unroll what it bounds.
fn rows_until(first: u32, end: u32) -> u32 {
  return select(0u, select(16u, end - first, end < first + 16u), first < end);
}
