// Where things lie in linear memory. Messages start at DATA; all below is of fixed size.

/** Smallest and largest probability of the last call: two float32. */
export const EXTREMES: usize = 512

/** 256 flags by id: 1 for values that are no class. */
export const IGNORED: usize = 640

/** (classes + 1)² uint32, at most 257². */
export const COUNTS: usize = 1024

/** (classes + 1) x classes float64, at most 257 x 256. */
export const SUMS: usize = 266240

/** Work space of one counting call: histograms, at most 260 KiB. */
export const TABLES: usize = 794624

/** One block of label ids and of a probability plane: the work space of the planar kernels. */
export const BLOCK: i32 = 16384
export const LABEL_BLOCK: usize = COUNTS
export const PLANE_BLOCK: usize = SUMS

/** Float64 results of the planar kernels. */
export const PLANE_SUMS: usize = 256

export const DATA: usize = 1048576 + 65536
