// Library of segment sums: slices of x (…, count, inner) by the order that sorts their indices. A segment is a run of equal indices in
// that order. Where ALONG, indices and order are (…, count, inner) too, each column with its own; elsewhere (count), one for all.

// Slice number and index of the p-th slice in order, for outer position o and column j.
fn slice_at(o: u32, p: u32, j: u32) -> u32 {
  if (ALONG) { return u32(load_order((o * size.count + p) * size.inner + j)); }
  return u32(load_order(p));
}

fn index_of(o: u32, k: u32, j: u32) -> i32 {
  if (ALONG) { return load_indices((o * size.count + k) * size.inner + j); }
  return load_indices(k);
}

fn term(o: u32, k: u32, j: u32) -> y_t { return load_x((o * size.count + k) * size.inner + j); }
