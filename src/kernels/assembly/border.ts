// Pixels near an edge between two labels, which are left out.

/**
 * Copies width x height labels, bytes in rows `step` bytes apart, to `target`, contiguous, with `outside` where another
 * label is within `distance` pixels, from 1 to 255, along rows and columns (Chebyshev's distance: the square of
 * 2 distance + 1 pixels around is not of one label).
 *
 * Such a pixel is within distance - 1 of one that differs from one of its eight neighbours, and no other is: of two
 * labels on the way to the nearest other one, the last that is the same has it as its neighbour.
 * @param work room for width x (height + 2) bytes
 */
export function leaveOutBorder(
  source: usize,
  step: usize,
  target: usize,
  width: i32,
  height: i32,
  distance: i32,
  outside: i32,
  work: usize,
): void {
  const reach = distance - 1
  const edges = work
  const since = edges + width
  const near = since + width
  for (let y = 0; y < height; y++) {
    const row = source + <usize>y * step
    const offset = <usize>y * width
    memory.copy(target + offset, row, width)
    findEdges(row, y > 0 ? row - step : row, y < height - 1 ? row + step : row, edges, width)
    spreadAlong(edges, near + offset, width, reach)
  }
  memory.fill(since, 255, width)
  for (let y = 0; y < height; y++) {
    const offset = <usize>y * width
    spreadAcross(near + offset, since, target + offset, width, reach, outside)
  }
  memory.fill(since, 255, width)
  for (let y = height - 1; y >= 0; y--) {
    const offset = <usize>y * width
    spreadAcross(near + offset, since, target + offset, width, reach, outside)
  }
}

/** Writes 255 where a pixel of a row differs from one of its eight neighbours, else 0. */
function findEdges(row: usize, above: usize, below: usize, edges: usize, width: i32): void {
  store<u8>(edges, differs(row, above, below, 0, width))
  let x = 1
  for (; x + 16 < width; x += 16) {
    const own = v128.load(row + x)
    let same = v128.and(i8x16.eq(own, v128.load(row + x - 1)), i8x16.eq(own, v128.load(row + x + 1)))
    same = v128.and(same, isSame(own, above + x))
    same = v128.and(same, isSame(own, below + x))
    v128.store(edges + x, v128.not(same))
  }
  for (; x < width; x++) store<u8>(edges + x, differs(row, above, below, x, width))
}

// @ts-ignore: decorator
@inline
function isSame(own: v128, at: usize): v128 {
  const sides = v128.and(i8x16.eq(own, v128.load(at - 1)), i8x16.eq(own, v128.load(at + 1)))
  return v128.and(sides, i8x16.eq(own, v128.load(at)))
}

function differs(row: usize, above: usize, below: usize, x: i32, width: i32): u8 {
  const own = load<u8>(row + x)
  for (let i = max(x - 1, 0); i <= min(x + 1, width - 1); i++) {
    if (load<u8>(row + i) != own || load<u8>(above + i) != own || load<u8>(below + i) != own) return 255
  }
  return 0
}

/** Writes 255 where an edge of the row is within `reach` columns, else 0. */
function spreadAlong(edges: usize, near: usize, width: i32, reach: i32): void {
  memory.fill(near, 0, width)
  let filled = 0
  for (let x = 0; x < width; x++) {
    if (x + 16 <= width && !v128.any_true(v128.load(edges + x))) {
      x += 15
      continue
    }
    if (load<u8>(edges + x) == 0) continue
    const from = max(filled, x - reach)
    filled = min(x + reach + 1, width)
    if (filled > from) memory.fill(near + from, 255, filled - from)
  }
}

/**
 * Writes `outside` where a row is within `reach` rows behind one that is near an edge in the same column.
 * @param since by column, how many rows ago that was, at most 255
 */
function spreadAcross(near: usize, since: usize, target: usize, width: i32, reach: i32, outside: i32): void {
  const limit = i8x16.splat(<i8>reach)
  const out = i8x16.splat(<i8>outside)
  const one = i8x16.splat(1)
  let x = 0
  for (; x + 16 <= width; x += 16) {
    const rows = v128.andnot(i8x16.add_sat_u(v128.load(since + x), one), v128.load(near + x))
    v128.store(since + x, rows)
    const isNear = i8x16.eq(i8x16.min_u(rows, limit), rows)
    v128.store(target + x, v128.bitselect(out, v128.load(target + x), isNear))
  }
  for (; x < width; x++) {
    const rows = load<u8>(near + x) ? 0 : min<i32>(load<u8>(since + x) + 1, 255)
    store<u8>(since + x, rows)
    if (rows <= reach) store<u8>(target + x, outside)
  }
}
