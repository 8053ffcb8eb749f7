// What lies in linear memory below the messages, laid out by the compiler. Instances that share a memory are compiled
// for different places in it. All of it begins as zeros.

/** Smallest and largest probability of the last call: two float32, and room for four of each. */
export const EXTREMES: usize = memory.data(32)

/** Of foreground probabilities, float64: as an argument it might be put on JavaScript's heap for each frame. */
export const THRESHOLD: usize = memory.data(8)

/** 256 flags by id: 1 for values that are no class. */
export const IGNORED: usize = memory.data(256)

/** (classes + 1)² uint32, at most 257². */
export const COUNTS: usize = memory.data(4 * 257 * 257)

/** (classes + 1) x classes float64, at most 257 x 256. */
export const SUMS: usize = memory.data(8 * 257 * 256)

/** Byte offsets in COUNTS by value of a label and of a prediction, 256 uint32 each. */
export const ROWS: usize = memory.data(4 * 256)
export const COLUMNS: usize = memory.data(4 * 256)

/** A stretch of a probability plane, short enough to stay in the nearest cache between the copy and the kernel. */
export const BLOCK: i32 = 1024
export const PLANE_BLOCK: usize = memory.data(4 * BLOCK)

/** Runs of equal labels: one uint32 a pixel of a stretch, which is long enough that filling it goes at full speed. */
export const RUN_BLOCK: i32 = 32768
export const RUNS: usize = memory.data(4 * RUN_BLOCK)

/** Results of the planar kernels: four float64 a class. */
export const PLANE_SUMS: usize = memory.data(8 * 4 * 256)
/** What gradients are at a class's label and elsewhere: two float32 a class. */
export const PLANE_VALUES: usize = memory.data(4 * 2 * 256)

/** Where messages may lie, behind all that is the kernels' own. */
export function dataStart(): usize {
  return __heap_base
}
