// Library of matrix products by tiles in workgroup memory. ACROSS × DOWN invocations sum one tile of 4·ROW_QUADS·DOWN rows ×
// 4·QUADS·ACROSS columns; each holds 4·ROW_QUADS × 4·QUADS sums in registers, in groups of four that lie DOWN (ACROSS) groups apart.
// While one step of eight terms is multiplied the next is on its way to registers, and two halves of workgroup memory take turns.
// A kernel has of its own: `struct Place` (which product), `struct Rows` and `rows_of(place, row)` (what loads of four rows share),
// `a_block(place, rows, k)` and `b_block(place, k, column)`: column l of the matrix is term k + l of four rows (columns), zero past
// the last term; rows and columns past the end may hold any finite numbers of the operand. A_TERMS_ADJACENT,
// B_TERMS_ADJACENT: in a (b), terms lie together.

const STEP = 8u;
const INVOCATIONS = ACROSS * DOWN;
const A_WIDTH = ROW_QUADS * DOWN; // groups of four rows
const B_WIDTH = QUADS * ACROSS; // groups of four columns
const WIDTH_BOTH = A_WIDTH + B_WIDTH;
const BLOCKS = WIDTH_BOTH * STEP / 4u; // of four rows or columns and four terms, a's first
const A_BLOCKS = A_WIDTH * STEP / 4u;
const BLOCKS_EACH = (BLOCKS + INVOCATIONS - 1u) / INVOCATIONS;

alias Sums = array<vec4f, 4u * ROW_QUADS * QUADS>; // [row][group of four columns]

var<workgroup> tile_step: array<vec4f, 2u * STEP * WIDTH_BOTH>; // [half][term][row / 4, then column / 4]

// Row (column) group and first term of a block within its tile.
struct Block { group: u32, term: u32 }

fn block_at(e: u32, width: u32, terms_adjacent: bool) -> Block {
  if (terms_adjacent) { return Block(e / (STEP / 4u), e % (STEP / 4u) * 4u); }
  return Block(e % width, e / width * 4u);
}

fn block_of(e: u32) -> Block {
  if (e >= A_BLOCKS) { return block_at(e - A_BLOCKS, B_WIDTH, B_TERMS_ADJACENT); }
  return block_at(e, A_WIDTH, A_TERMS_ADJACENT);
}

fn load_block(e: u32, place: Place, rows: Rows, column: u32, k: u32) -> mat4x4f {
  let block = block_of(e);
  if (e < A_BLOCKS) { return a_block(place, rows, k + block.term); }
  return b_block(place, k + block.term, column + block.group * 4u);
}

fn keep_block(e: u32, half: u32, v: mat4x4f) {
  let block = block_of(e);
  let first = (half * STEP + block.term) * WIDTH_BOTH + select(block.group, A_WIDTH + block.group, e >= A_BLOCKS);
  if (e < BLOCKS) {
    for (var l = 0u; l < 4u; l++) { tile_step[first + l * WIDTH_BOTH] = v[l]; }
  }
}

// First row, or group of four columns, of an invocation's part i of the tile.
fn row_at(thread: u32, i: u32) -> u32 { return (thread / ACROSS + i * DOWN) * 4u; }
fn column_at(thread: u32, j: u32) -> u32 { return (thread % ACROSS + j * ACROSS) * 4u; }

// Sums over terms first … end−1 of the tile at `row`, `column`.
fn multiply_tile(place: Place, row: u32, column: u32, first: u32, end: u32, thread: u32) -> Sums {
  var rows: array<Rows, BLOCKS_EACH>;
  for (var n = 0u; n < BLOCKS_EACH; n++) { rows[n] = rows_of(place, row + block_of(thread + n * INVOCATIONS).group * 4u); }
  var next: array<mat4x4f, BLOCKS_EACH>;
  var sums: Sums;
  var half = 0u;
  for (var k = first; k < end + STEP; k += STEP) { // loads the step at k and multiplies the one before
    if (k < end) {
      for (var n = 0u; n < BLOCKS_EACH; n++) {
        let e = min(thread + n * INVOCATIONS, BLOCKS - 1u);
        next[n] = load_block(e, place, rows[n], column, k);
      }
    }
    if (k > first) { multiply_step(half, thread, &sums); }
    half = 1u - half;
    for (var n = 0u; n < BLOCKS_EACH; n++) { keep_block(thread + n * INVOCATIONS, half, next[n]); }
    workgroupBarrier(); // this half is whole before it is read, and all have read the other one before it is written again
  }
  return sums;
}

// Adds the products of the terms in one half of workgroup memory.
fn multiply_step(half: u32, thread: u32, sums: ptr<function, Sums>) {
  for (var term = half * STEP; term < half * STEP + STEP; term++) {
    var b: array<vec4f, QUADS>;
    for (var j = 0u; j < QUADS; j++) { b[j] = tile_step[term * WIDTH_BOTH + A_WIDTH + thread % ACROSS + j * ACROSS]; }
    for (var i = 0u; i < ROW_QUADS; i++) {
      let a = tile_step[term * WIDTH_BOTH + thread / ACROSS + i * DOWN];
      for (var j = 0u; j < QUADS; j++) {
        (*sums)[4u * i * QUADS + j] += a.x * b[j];
        (*sums)[(4u * i + 1u) * QUADS + j] += a.y * b[j];
        (*sums)[(4u * i + 2u) * QUADS + j] += a.z * b[j];
        (*sums)[(4u * i + 3u) * QUADS + j] += a.w * b[j];
      }
    }
  }
}
