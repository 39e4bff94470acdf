// Adds b times the rows that the lanes hold: lane l of the LANES that share a tile has row j · LANES + l of `v`. Unrolled by hand:
// a broadcast's lane must be a constant.
fn add_broadcasts(acc: ptr<function, array<vec4f, ROWS>>, j: u32, b: mat4x4f, v: vec4f) {
  if (LANES == 4u) {
    (*acc)[j * 4u] += b * quadBroadcast(v, 0u);
    (*acc)[j * 4u + 1u] += b * quadBroadcast(v, 1u);
    (*acc)[j * 4u + 2u] += b * quadBroadcast(v, 2u);
    (*acc)[j * 4u + 3u] += b * quadBroadcast(v, 3u);
  } else {
    (*acc)[j * 8u] += b * subgroupBroadcast(v, 0u);
    (*acc)[j * 8u + 1u] += b * subgroupBroadcast(v, 1u);
    (*acc)[j * 8u + 2u] += b * subgroupBroadcast(v, 2u);
    (*acc)[j * 8u + 3u] += b * subgroupBroadcast(v, 3u);
    (*acc)[j * 8u + 4u] += b * subgroupBroadcast(v, 4u);
    (*acc)[j * 8u + 5u] += b * subgroupBroadcast(v, 5u);
    (*acc)[j * 8u + 6u] += b * subgroupBroadcast(v, 6u);
    (*acc)[j * 8u + 7u] += b * subgroupBroadcast(v, 7u);
  }
}
