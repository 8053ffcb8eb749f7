/**
 * Measures what a synchronous run leaves on the heap, bytes a call. For a child process with
 * {@link ALLOCATION_FLAGS}: a young generation that no measurement fills is never collected within one.
 */
export const ALLOCATION_FLAGS = ['--expose-gc', '--min-semi-space-size=64', '--max-semi-space-size=64']

const WARM_UP = 1500
const PAUSES = 5
const ATTEMPTS = 6
const [FEW, MANY] = [50, 500]
const ROUNDS = 9

export interface Allocation {
  /** Bytes of the heap a call. */
  heap: number
  /** Bytes that came outside of it, of all calls together. */
  external: number
  arrayBuffers: number
}

function collect(): void {
  const { gc } = globalThis
  if (!gc) throw new Error(`run with ${ALLOCATION_FLAGS.join(' ')}`)
  gc()
}

/** heapUsed after `calls` calls, less that before; the least of several rounds. */
function growth(run: () => void, calls: number): number {
  let least = Number.POSITIVE_INFINITY
  for (let round = 0; round < ROUNDS; round++) {
    collect()
    const before = process.memoryUsage().heapUsed
    for (let i = 0; i < calls; i++) run()
    least = Math.min(least, process.memoryUsage().heapUsed - before)
  }
  return least
}

/**
 * What each call of `run` leaves in steady state. While code is still compiled or found wanting, calls leave numbers
 * in boxes: so it is measured again until a call leaves nothing, a few times at most. What a call leaves in any state
 * is seen in all of them.
 * @param enough bytes of the heap a call with which to be content
 * @param attempts how often it is measured at most: more beside threads and a middleware that take time from it
 */
export async function allocationOf(run: () => void, enough = 0, attempts = ATTEMPTS): Promise<Allocation> {
  let heap = 0
  let [external, arrayBuffers] = [0, 0]
  for (let attempt = 0; attempt < attempts; attempt++) {
    for (let pause = 0; pause < PAUSES; pause++) {
      for (let i = 0; i < WARM_UP; i++) run()
      // Compilation goes on beside the program, and code is put in place between tasks.
      await new Promise(resolve => setTimeout(resolve, 10))
    }
    collect()
    const before = process.memoryUsage()
    heap = (growth(run, MANY) - growth(run, FEW)) / (MANY - FEW)
    collect()
    const after = process.memoryUsage()
    external = Math.max(0, after.external - before.external)
    arrayBuffers = Math.max(0, after.arrayBuffers - before.arrayBuffers)
    if (Math.abs(heap) <= enough && external === 0 && arrayBuffers === 0) break
  }
  return { heap, external, arrayBuffers }
}

/** Bytes of a view into a buffer: a control, which shows that the measure sees what it should. */
export const SUBARRAY_BYTES = Number(process.versions.v8.split('.')[0]) >= 13 ? 104 : 96
