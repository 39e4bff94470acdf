// Library: rows of a tile of `count`, from `first` on, that lie before `end`. Not min(…): drivers that see the bound unroll what it bounds.
fn rows_until(first: u32, end: u32, count: u32) -> u32 {
  return select(0u, select(count, end - first, end < first + count), first < end);
}
