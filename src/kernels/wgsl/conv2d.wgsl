// y = Σ over taps and source channels of s · w (conv2d-window.wgsl has the geometry), any channel counts. Implicit matrix product:
// 16 × 4·QUADS invocations share 64 pixels × 4·DEPTH_QUADS channels of s and as many × 16·QUADS weights in workgroup memory;
// each computes 4 pixels × 4 channels.

var<workgroup> s_tile: array<vec4f, 64u * DEPTH_QUADS>; // [pixel][channel / 4]
var<workgroup> w_tile: array<vec4f, 16u * DEPTH_QUADS * QUADS>; // [source channel][result channel / 4]

@compute @workgroup_size(64u * QUADS)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  let tile = group.y * groups.x + group.x;
  let column = tile % COLUMN_TILES * 16u * QUADS;
  let g = tile / COLUMN_TILES % GROUPS;
  let p = tile / (COLUMN_TILES * GROUPS) % PIXEL_TILES * 64u;
  let residue = tile / (COLUMN_TILES * GROUPS * PIXEL_TILES);
  if (residue >= PHASES_H * PHASES_W) { return; } // the fold's spare workgroups, whole ones
  let residue_y = residue / PHASES_W;
  let residue_x = residue % PHASES_W;
  let across = thread % (4u * QUADS);
  let down = thread / (4u * QUADS) * 4u;

  var acc: array<vec4f, 4>;
  for (var i = TAP_START_H[residue_y]; i < KH; i += TAP_STEP_H) {
    let offset_y = tap_offset(i, residue_y, STRIDE_H, DILATION_H, TOP);
    for (var k = TAP_START_W[residue_x]; k < KW; k += TAP_STEP_W) {
      let offset_x = tap_offset(k, residue_x, STRIDE_W, DILATION_W, LEFT);
      for (var d = 0u; d < DEPTH; d += 4u * DEPTH_QUADS) {
        for (var t = thread; t < 64u * DEPTH_QUADS; t += 64u * QUADS) {
          let start = source_start(grid_pixel(p + t / DEPTH_QUADS), offset_y, offset_x);
          s_tile[t] = source_quad(start, g, d + t % DEPTH_QUADS * 4u);
        }
        for (var t = thread; t < 4u * DEPTH_QUADS * QUADS; t += 64u * QUADS) {
          let at = t / (4u * QUADS) * 16u * QUADS + t % (4u * QUADS);
          let w = weight_block(i * KW + k, g, d + t / (4u * QUADS) * 4u, column + t % (4u * QUADS) * 4u);
          for (var q = 0u; q < 4u; q++) { w_tile[at + q * 4u * QUADS] = w[q]; }
        }
        workgroupBarrier(); // the tiles are whole before they are read
        for (var q = 0u; q < DEPTH_QUADS; q++) {
          let at = q * 16u * QUADS + across;
          let w = mat4x4f(w_tile[at], w_tile[at + 4u * QUADS], w_tile[at + 8u * QUADS], w_tile[at + 12u * QUADS]);
          for (var r = 0u; r < 4u; r++) { acc[r] += w * s_tile[(down + r) * DEPTH_QUADS + q]; }
        }
        workgroupBarrier(); // all have read before the next tiles are written
      }
    }
  }
  let e = column + across * 4u;
  for (var r = 0u; r < 4u; r++) {
    let start = result_start(p + down + r, residue_y, residue_x);
    for (var l = 0u; l < 4u; l++) {
      if (start != 0xffffffffu && e + l < WIDTH) { store_y(start + g * WIDTH + e + l, acc[r][l]); }
    }
  }
}
