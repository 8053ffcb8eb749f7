import { COLUMNS, COUNTS, ROWS } from './memory'
import { addScattered, scatter } from './scatter'
import { countTwoClasses } from './two-classes'

/** Pixels that are searched for edges at once, a bit each. */
const BLOCK: i32 = 64
/** A block with more edges is counted pixel by pixel, which takes as long as so many runs. */
const MANY_EDGES: u64 = 24
/** After so many such blocks one after the other, the next pixels are taken for noise and not searched for edges. */
const NOISY_BLOCKS: i32 = 16
const NOISE: i32 = 8192
/** Of how many classes ROWS and COLUMNS are. */
let placedClasses: i32 = 0
/** Noisy blocks so far, one after the other, and the pixels of noise that are still to come: over rows and rectangles. */
let noisyBlocks: i32 = 0
let noise: i32 = 0
/** Places of edges, uint32, collected until EDGES_END is reached; one block's more fit behind. */
const EDGES: usize = memory.data(4096 + 4 * 64)
const EDGES_END: usize = EDGES + 4096

/**
 * Fills COUNTS from two masks of class ids, whose rows are `step` bytes apart. Elements are bytes, or with
 * predictionShift or labelShift 1 uint16. A value that is not below `classes` is outside: any byte is a safe input.
 */
export function countLabels(
  prediction: usize,
  predictionStep: usize,
  predictionShift: i32,
  label: usize,
  labelStep: usize,
  labelShift: i32,
  width: i32,
  height: i32,
  classes: i32,
): void {
  begin(classes)
  countArea(
    prediction,
    predictionStep,
    predictionShift,
    label,
    labelStep,
    labelShift,
    width,
    height,
    classes,
    false,
  )
  if (classes < 256) addScattered(classes)
}

/**
 * As countLabels, of some rectangles of the two masks, `height` rows high: `count` of them at `rectangles`, each four
 * int32, its first row, the one behind its last, its first column and the one behind its last.
 */
export function countRectangles(
  prediction: usize,
  predictionStep: usize,
  predictionShift: i32,
  label: usize,
  labelStep: usize,
  labelShift: i32,
  height: i32,
  rectangles: usize,
  count: i32,
  classes: i32,
): void {
  begin(classes)
  for (let i = 0; i < count; i++, rectangles += 16) {
    const top: usize = load<i32>(rectangles)
    const bottom = load<i32>(rectangles, 4)
    const left: usize = load<i32>(rectangles, 8)
    countArea(
      prediction + top * predictionStep + (left << predictionShift),
      predictionStep,
      predictionShift,
      label + top * labelStep + (left << labelShift),
      labelStep,
      labelShift,
      load<i32>(rectangles, 12) - <i32>left,
      bottom - <i32>top,
      classes,
      bottom < height,
    )
  }
  if (classes < 256) addScattered(classes)
}

function begin(classes: i32): void {
  noisyBlocks = 0
  noise = 0
  const stride = classes + 1
  memory.fill(COUNTS, 0, (stride * stride) << 2)
  if (placedClasses == classes) return
  placedClasses = classes
  for (let value = 0; value < 256; value++) {
    const id = min(value, classes)
    store<u32>(ROWS + (value << 2), (id * stride) << 2)
    store<u32>(COLUMNS + (value << 2), id << 2)
  }
}

/** @param isAbove whether there are more rows of the masks below it */
function countArea(
  prediction: usize,
  predictionStep: usize,
  predictionShift: i32,
  label: usize,
  labelStep: usize,
  labelShift: i32,
  width: i32,
  height: i32,
  classes: i32,
  isAbove: bool,
): void {
  if (predictionStep == width << predictionShift && labelStep == width << labelShift) {
    width *= height
    height = 1
  }
  if (classes == 2) countTwoClasses(prediction, predictionStep, label, labelStep, width, height)
  else if (classes < 256)
    countRuns(prediction, predictionStep, label, labelStep, width, height, classes, isAbove)
  else {
    for (let y = 0; y < height; y++) {
      countWide(prediction, predictionShift, label, labelShift, width)
      prediction += predictionStep
      label += labelStep
    }
  }
}

// @ts-ignore: decorator
@inline
function bump(at: usize, count: u32): void {
  store<u32>(COUNTS + at, load<u32>(COUNTS + at) + count)
}

/** Masks of 256 classes, of which one or both have their ids as uint16, because 256 is outside. */
function countWide(p: usize, pShift: i32, l: usize, lShift: i32, width: i32): void {
  for (let x = 0; x < width; x++) {
    const predicted: i32 = pShift ? load<u16>(p + (x << 1)) : load<u8>(p + x)
    const labelled: i32 = lShift ? load<u16>(l + (x << 1)) : load<u8>(l + x)
    bump((min(labelled, 256) * 257 + min(predicted, 256)) << 2, 1)
  }
}

/**
 * Real masks are areas: pixels are counted by runs of equal pairs. A block that has too many of them, noise, is
 * counted pixel by pixel.
 */
function countRuns(
  p: usize,
  pStep: usize,
  l: usize,
  lStep: usize,
  width: i32,
  height: i32,
  classes: i32,
  isAbove: bool,
): void {
  // What is left of a row is a block with more behind it, but of the last one: that may be where memory ends.
  const wholeRows = <i32>min(pStep, lStep) < BLOCK ? 0 : isAbove ? height : height - 1
  for (let y = 0; y < height; y++) {
    let x = scatterNoise(p, l, width, classes)
    let start = x
    let at: usize = EDGES
    while (x + BLOCK <= width) {
      const edges = findEdges(p + x, l + x)
      const count = popcnt(edges)
      if (count <= MANY_EDGES) {
        writeEdges(at, edges, x, count)
        at += <usize>count << 2
        noisyBlocks = 0
        x += BLOCK
        if (at < EDGES_END) continue
        start = bumpRuns(p, l, start, at)
        at = EDGES
        continue
      }
      start = bumpRuns(p, l, start, at)
      at = EDGES
      bumpRun(p, l, start, x)
      noteNoise()
      x += scatterNoise(p + x, l + x, width - x, classes)
      start = x
    }
    if (x < width && y < wholeRows) {
      const edges = findEdges(p + x, l + x) & (((<u64>1) << (width - x)) - 1)
      const count = popcnt(edges)
      if (count <= MANY_EDGES) {
        writeEdges(at, edges, x, count)
        at += <usize>count << 2
        x = width
      } else {
        start = bumpRuns(p, l, start, at)
        at = EDGES
        bumpRun(p, l, start, x)
        noteNoise()
        x += scatterNoise(p + x, l + x, width - x, classes)
        start = x
      }
    }
    start = bumpRuns(p, l, start, at)
    for (; x < width; x++) {
      if (load<u8>(p + x) == load<u8>(p + start) && load<u8>(l + x) == load<u8>(l + start)) continue
      bumpRun(p, l, start, x)
      start = x
    }
    if (start < width) bumpRun(p, l, start, width)
    p += pStep
    l += lStep
  }
}

function noteNoise(): void {
  noisyBlocks++
  noise = BLOCK
  if (noisyBlocks < NOISY_BLOCKS) return
  noise = NOISE
  noisyBlocks = 0
}

/** Counts the first pixels of `width` pixel by pixel, as many as are noise; returns how many these are. */
// @ts-ignore: decorator
@inline
function scatterNoise(p: usize, l: usize, width: i32, classes: i32): i32 {
  if (noise == 0) return 0
  const pixels = min(noise, width & ~15)
  noise -= pixels
  if (pixels > 0) scatter(p, l, pixels, classes)
  return pixels
}

/**
 * Writes where the edges are, `count` of them, the pixels counted from `x`. It writes some more, in steps of a fixed
 * length: a loop of `count` steps would be guessed wrongly at its end for nearly every block.
 */
// @ts-ignore: decorator
@inline
function writeEdges(at: usize, edges: u64, x: i32, count: u64): void {
  for (let i = 0; i < 4; i++) {
    store<u32>(at + (i << 2), x + <i32>ctz(edges))
    edges &= edges - 1
  }
  if (count <= 4) return
  for (let i = 4; i < 8; i++) {
    store<u32>(at + (i << 2), x + <i32>ctz(edges))
    edges &= edges - 1
  }
  for (let i = 8; edges; i++) {
    store<u32>(at + (i << 2), x + <i32>ctz(edges))
    edges &= edges - 1
  }
}

/** Counts the runs that end at the edges written up to `at`. Returns where the run after the last one starts. */
// @ts-ignore: decorator
@inline
function bumpRuns(p: usize, l: usize, start: i32, at: usize): i32 {
  for (let edge: usize = EDGES; edge < at; edge += 4) {
    const end = load<i32>(edge)
    bumpRun(p, l, start, end)
    start = end
  }
  return start
}

/** Counts the pixels from `start` to before `end`, which are all as the first. */
// @ts-ignore: decorator
@inline
function bumpRun(p: usize, l: usize, start: i32, end: i32): void {
  const row = load<u32>(ROWS + (<usize>load<u8>(l + start) << 2))
  const column = load<u32>(COLUMNS + (<usize>load<u8>(p + start) << 2))
  bump(row + column, end - start)
}

/** A bit for each of the 64 pixels from here on that is not as the one before it. */
// @ts-ignore: decorator
@inline
function findEdges(p: usize, l: usize): u64 {
  const a: u64 = sameAsBefore(p, l)
  const b: u64 = sameAsBefore(p + 16, l + 16)
  const c: u64 = sameAsBefore(p + 32, l + 32)
  const d: u64 = sameAsBefore(p + 48, l + 48)
  return ~(a | (b << 16) | (c << 32) | (d << 48))
}

// @ts-ignore: decorator
@inline
function sameAsBefore(p: usize, l: usize): u32 {
  return i8x16.bitmask(
    v128.and(i8x16.eq(v128.load(p), v128.load(p - 1)), i8x16.eq(v128.load(l), v128.load(l - 1))),
  )
}
