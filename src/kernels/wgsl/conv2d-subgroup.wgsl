// y = Σ over taps and source channels of s · w (conv2d-window.wgsl has the geometry). Implicit matrix product: LANES lanes
// compute 16 pixels × 4·LANES channels; each source element is loaded by one lane and broadcast. WIDTH divisible by 4.

@compute @workgroup_size(8)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  let lane = thread % LANES;
  let tile = (group.y * groups.x + group.x) * (8u / LANES) + thread / LANES;
  let e = (tile % COLUMN_TILES * LANES + lane) * 4u;
  let e_read = min(e, WIDTH - 4u); // hoisted by hand: software adapters' compilers do not
  let g = tile / COLUMN_TILES % GROUPS;
  let p = tile / (COLUMN_TILES * GROUPS) % PIXEL_TILES * 16u;
  // Lane groups of one workgroup never differ in residue: PIXEL_TILES counts an even number of them.
  let residue = (group.y * groups.x + group.x) * (8u / LANES) / (COLUMN_TILES * GROUPS * PIXEL_TILES);
  let residue_y = min(residue / PHASES_W, PHASES_H - 1u);
  let residue_x = residue % PHASES_W;
  var pixels: array<Pixel, 16u / LANES>;
  for (var j = 0u; j < 16u / LANES; j++) { pixels[j] = grid_pixel(p + j * LANES + lane); }

  var acc: array<vec4f, 16>;
  for (var i = TAP_START_H[residue_y]; i < KH; i += TAP_STEP_H) {
    let offset_y = tap_offset(i, residue_y, STRIDE_H, DILATION_H, TOP);
    for (var k = TAP_START_W[residue_x]; k < KW; k += TAP_STEP_W) {
      let offset_x = tap_offset(k, residue_x, STRIDE_W, DILATION_W, LEFT);
      var start: array<u32, 16u / LANES>;
      for (var j = 0u; j < 16u / LANES; j++) { start[j] = source_start(pixels[j], offset_y, offset_x); }
      for (var d = 0u; d < DEPTH; d += 4u) {
        var a: array<vec4f, 16u / LANES>;
        for (var j = 0u; j < 16u / LANES; j++) { a[j] = source_quad(start[j], g, d); }
        let w = weight_block(i * KW + k, g, d, e_read);
        for (var j = 0u; j < 16u / LANES; j++) {
          let v = a[j];
          if (LANES == 4u) {
            acc[j * 4u] += w * quadBroadcast(v, 0u);
            acc[j * 4u + 1u] += w * quadBroadcast(v, 1u);
            acc[j * 4u + 2u] += w * quadBroadcast(v, 2u);
            acc[j * 4u + 3u] += w * quadBroadcast(v, 3u);
          } else {
            acc[j * 8u] += w * subgroupBroadcast(v, 0u);
            acc[j * 8u + 1u] += w * subgroupBroadcast(v, 1u);
            acc[j * 8u + 2u] += w * subgroupBroadcast(v, 2u);
            acc[j * 8u + 3u] += w * subgroupBroadcast(v, 3u);
            acc[j * 8u + 4u] += w * subgroupBroadcast(v, 4u);
            acc[j * 8u + 5u] += w * subgroupBroadcast(v, 5u);
            acc[j * 8u + 6u] += w * subgroupBroadcast(v, 6u);
            acc[j * 8u + 7u] += w * subgroupBroadcast(v, 7u);
          }
        }
      }
    }
  }
  if (e >= WIDTH || residue >= PHASES_H * PHASES_W) { return; }
  for (var i = 0u; i < 16u; i++) {
    let start = result_start(p + i, residue_y, residue_x);
    if (start != 0xffffffffu) { store4_y((start + g * WIDTH + e) / 4u, acc[i]); }
  }
}
