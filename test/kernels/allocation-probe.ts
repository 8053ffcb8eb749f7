import { ImageHeader, readImageHeader } from '../../src/image/header.ts'
import { serializeImage } from '../../src/image/serialize.ts'
import { Kernels } from '../../src/kernels/kernels.ts'
import { PlaneKernels } from '../../src/kernels/planes.ts'

/**
 * Prints, for each kind of frame, the bytes a frame that 500 frames take from the JavaScript heap more than 50 do,
 * and how far memory outside the heap grows; then the same of controls whose cost is known. Run with --expose-gc.
 */
const collect = (globalThis as { gc?: () => void }).gc
if (!collect) throw new Error('run with --expose-gc')

const [width, height] = [64, 40]
const pixels = width * height
const labelData = Uint8Array.from({ length: pixels }, (_, i) => (i >> 4) % 3)
const message = (encoding: string, data: Uint8Array) =>
  serializeImage({ sec: 1, nanosec: 2, frameId: 'camera', width, height, encoding, data })
const floats = (channels: number) =>
  new Uint8Array(Float32Array.from({ length: pixels * channels }, (_, i) => (i % 7) / 7).buffer)
const label = message('mono8', labelData)
const wide = message('mono16', new Uint8Array(Uint16Array.from(labelData).buffer))
const foreground = message('32FC1', floats(1))
const channels = message('32FC3', floats(3))

const kernels = new Kernels()
const headers = [new ImageHeader(), new ImageHeader()] as const
const rules = { threshold: 0.5 }
let sum = 0

function frame(prediction: Uint8Array, classes: number): void {
  readImageHeader(prediction, headers[0])
  readImageHeader(label, headers[1])
  kernels.load(0, prediction)
  kernels.load(1, label)
  if (headers[0].isProbabilities) {
    kernels.countProbabilities(width, height, headers[0], headers[1], classes, rules)
  } else kernels.countLabels(width, height, headers[0], headers[1], classes)
  if (kernels.counts[0] === 1) sum++
}

const planes = new PlaneKernels()
const shape = { samples: 1, classes: 3, pixels }
const p = new Float32Array(3 * pixels).fill(0.3)
const gradient = new Float32Array(3 * pixels)
const factors = Float64Array.from({ length: 6 }, (_, i) => i / 7)
const batch = PlaneKernels.allocate(shape)
const batchKernels = PlaneKernels.owning(batch.p, batch.labels)!

let kept: unknown
let inClosure = 0.5
const numbers = { time: 0 }
const views = new Uint8Array(64)

const work: Record<string, () => void> = {
  'labels, 2 classes': () => frame(label, 2),
  'labels, 8 classes': () => frame(label, 8),
  'labels, 20 classes': () => frame(label, 20),
  'labels, 256 classes': () => frame(label, 256),
  'labels of 16 bits': () => frame(wide, 8),
  'probabilities, 1 channel': () => frame(foreground, 2),
  'probabilities, 3 channels': () => frame(channels, 3),
  'planar sums': () => planes.sum(p, labelData, shape, 255, true),
  'planar gradient': () => planes.differentiate(gradient, labelData, shape, factors, 255),
  'batch sums': () => batchKernels.sum(batch.p, batch.labels, shape, 255, true),
  'batch gradient': () => batchKernels.differentiate(batch.gradient, batch.labels, shape, factors, 255),
}
const controls: Record<string, () => void> = {
  // 96 bytes, or 104
  subarray: () => {
    kept = views.subarray(1)
  },
  // A number that is not a small integer, in a box of its own: 16 bytes.
  number: () => {
    kept = performance.now()
  },
  // 56 bytes
  object: () => {
    kept = { a: 1, b: 2, c: 3, d: 4 }
  },
  // A number in a variable that a closure changes: 12 bytes.
  closure: () => {
    inClosure += 0.25
  },
  nothing: () => {
    numbers.time = 0
  },
}

const growth = (run: () => void, count: number) => {
  let least = Number.POSITIVE_INFINITY
  for (let round = 0; round < 9; round++) {
    collect()
    const before = process.memoryUsage().heapUsed
    for (let i = 0; i < count; i++) run()
    least = Math.min(least, process.memoryUsage().heapUsed - before)
  }
  return least
}

async function measure(run: () => void): Promise<{ heap: number; outside: number }> {
  // The compilers work beside the program: let them finish.
  for (let i = 0; i < 1500; i++) run()
  await new Promise(resolve => setTimeout(resolve, 50))
  for (let i = 0; i < 1500; i++) run()
  collect?.()
  const before = process.memoryUsage()
  const heap = (growth(run, 500) - growth(run, 50)) / 450
  collect?.()
  const after = process.memoryUsage()
  const outside = Math.max(after.external - before.external, after.arrayBuffers - before.arrayBuffers)
  return { heap, outside }
}

// Late compilation now and then frees or takes something once; what a frame takes is seen every time.
async function settled(run: () => void): Promise<{ heap: number; outside: number }> {
  let result = await measure(run)
  for (let i = 0; i < 3 && (result.heap !== 0 || result.outside !== 0); i++) result = await measure(run)
  return result
}

const results: Record<string, { heap: number; outside: number }> = {}
for (const [name, run] of Object.entries({ ...work, ...controls })) results[name] = await settled(run)
if (kept === undefined || inClosure === 0.5 || sum < 0) throw new Error('the controls did not run')
process.stdout.write(JSON.stringify({ results, controls: Object.keys(controls) }))
