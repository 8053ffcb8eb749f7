// Nearest neighbour by pixel centres, in exact integers.

/** The source pixel whose area holds the centre of pixel `at` of `to`: floor((2 at + 1) from / (2 to)). */
// @ts-ignore: decorator
@inline
function nearest(at: i32, from: i32, to: i32): i32 {
  return <i32>(((((<u64>at) << 1) | 1) * <u64>from) / (<u64>to << 1))
}

/**
 * Writes toWidth x toHeight pixels of `pixelBytes` from fromWidth x fromHeight, in rows `step` bytes apart.
 * @param columns room for toWidth uint32
 */
export function resize(
  source: usize,
  step: usize,
  fromWidth: i32,
  fromHeight: i32,
  pixelBytes: i32,
  target: usize,
  toWidth: i32,
  toHeight: i32,
  columns: usize,
): void {
  for (let x = 0; x < toWidth; x++) {
    store<u32>(columns + (x << 2), nearest(x, fromWidth, toWidth) * pixelBytes)
  }
  const rowBytes: usize = <usize>toWidth * pixelBytes
  let before = -1
  for (let y = 0; y < toHeight; y++) {
    const row = nearest(y, fromHeight, toHeight)
    if (row == before) memory.copy(target, target - rowBytes, rowBytes)
    else resizeRow(source + <usize>row * step, pixelBytes, target, toWidth, columns)
    before = row
    target += rowBytes
  }
}

// @ts-ignore: decorator
@inline
function resizeRow(row: usize, pixelBytes: i32, target: usize, width: i32, columns: usize): void {
  if (pixelBytes == 1) {
    for (let x = 0; x < width; x++) store<u8>(target + x, load<u8>(row + load<u32>(columns + (x << 2))))
  } else if (pixelBytes == 2) {
    for (let x = 0; x < width; x++) {
      store<u16>(target + (x << 1), load<u16>(row + load<u32>(columns + (x << 2))))
    }
  } else {
    for (let x = 0; x < width; x++) {
      memory.copy(target + x * pixelBytes, row + load<u32>(columns + (x << 2)), pixelBytes)
    }
  }
}
