// Library of long sums: the sums of a block of terms move into those of a group of blocks, or of a group into the total.
fn move_sums(sums: ptr<function, array<vec4f, ROWS>>, into: ptr<function, array<vec4f, ROWS>>) {
  for (var i = 0u; i < ROWS; i++) {
    (*into)[i] += (*sums)[i];
    (*sums)[i] = vec4f();
  }
}
