// Where things lie in linear memory. Messages start at DATA; all below is of fixed size. Instances that share a memory
// are compiled with different bases.

const BASE: usize = ASC_MEMORY_BASE

/** Smallest and largest probability of the last call: two float32. */
export const EXTREMES: usize = BASE + 512

/** 256 flags by id: 1 for values that are no class. */
export const IGNORED: usize = BASE + 640

/** (classes + 1)² uint32, at most 257². */
export const COUNTS: usize = BASE + 1024

/** (classes + 1) x classes float64, at most 257 x 256. */
export const SUMS: usize = BASE + 266240

/** Work space of one counting call: histograms and edges, at most 270 KiB. */
export const TABLES: usize = BASE + 794624
/** Places of edges, uint32, collected until EDGES_END is reached; one block's more fit behind. */
export const EDGES: usize = TABLES + 272384
export const EDGES_END: usize = EDGES + 4096
/** Byte offsets in COUNTS by value of a label and of a prediction, 256 uint32 each. */
export const ROWS: usize = TABLES
export const COLUMNS: usize = TABLES + 1024

/** A stretch of a probability plane, short enough to stay in the nearest cache between the copy and the kernel. */
export const BLOCK: i32 = 1024
export const PLANE_BLOCK: usize = COUNTS

/** Runs of equal labels: one uint32 a pixel of a stretch, which is long enough that filling it goes at full speed. */
export const RUN_BLOCK: i32 = 32768
export const RUNS: usize = SUMS

/** Results of the planar kernels: four float64 a class. */
export const PLANE_SUMS: usize = TABLES
/** What gradients are at a class's label and elsewhere: two float32 a class. */
export const PLANE_VALUES: usize = TABLES + 8192

export const DATA: usize = BASE + 1048576 + 65536
