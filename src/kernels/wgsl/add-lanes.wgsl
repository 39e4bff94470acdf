// acc[j · LANES + l] += b · v of lane l.
fn add_lanes(acc: ptr<function, array<vec4f, ROWS>>, j: u32, b: mat4x4f, v: vec4f) {
  let r = j * LANES;
  if (LANES == 4u) {
    (*acc)[r] += b * quadBroadcast(v, 0u);
    (*acc)[r + 1u] += b * quadBroadcast(v, 1u);
    (*acc)[r + 2u] += b * quadBroadcast(v, 2u);
    (*acc)[r + 3u] += b * quadBroadcast(v, 3u);
  } else {
    (*acc)[r] += b * subgroupBroadcast(v, 0u);
    (*acc)[r + 1u] += b * subgroupBroadcast(v, 1u);
    (*acc)[r + 2u] += b * subgroupBroadcast(v, 2u);
    (*acc)[r + 3u] += b * subgroupBroadcast(v, 3u);
    (*acc)[r + 4u] += b * subgroupBroadcast(v, 4u);
    (*acc)[r + 5u] += b * subgroupBroadcast(v, 5u);
    (*acc)[r + 6u] += b * subgroupBroadcast(v, 6u);
    (*acc)[r + 7u] += b * subgroupBroadcast(v, 7u);
  }
}
