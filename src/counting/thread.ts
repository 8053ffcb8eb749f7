/** Counts pairs in a thread of its own, in the order in which they are posted. */
import { workerData } from 'node:worker_threads'
import { ImageHeader, readImageHeader } from '../image/header.ts'
import { Kernels } from '../kernels/kernels.ts'
import { type Job, Ring, SLOTS, State } from './ring.ts'

/** What the thread starts with. */
export interface Start {
  /** Kernel memory, with the messages in it. */
  memory: WebAssembly.Memory
  ring: SharedArrayBuffer
  /** Probability from which on a pixel is of the second of two classes. */
  threshold: number
}

const { memory, ring: ringMemory, threshold } = workerData as Start
const ring = new Ring(ringMemory)
const kernels = new Kernels(memory, 1)
const prediction = new ImageHeader()
const label = new ImageHeader()

for (let slot = 0; ; slot = (slot + 1) % SLOTS) {
  const job = ring.begin(slot)
  if (job) ring.end(slot, isCounted(slot, job) ? State.DONE : State.FAILED)
}

/** What fails is counted again by whoever asks for it, who names the fault. */
function isCounted(slot: number, job: Job): boolean {
  try {
    count(slot, job)
    return true
  } catch {
    return false
  }
}

function count(slot: number, job: Job): void {
  const { predictionAddress, predictionLength, labelAddress, labelLength, classes } = job
  readImageHeader(new Uint8Array(memory.buffer, predictionAddress, predictionLength), prediction)
  readImageHeader(new Uint8Array(memory.buffer, labelAddress, labelLength), label)
  kernels.loadAt(0, predictionAddress, predictionLength)
  kernels.loadAt(1, labelAddress, labelLength)
  const { width, height } = label
  if (prediction.isProbabilities) {
    kernels.countProbabilities(width, height, prediction, label, classes, threshold)
    ring.sums(slot, classes).set(kernels.sums)
    ring.extremes(slot).set([kernels.minimum, kernels.maximum])
  } else {
    kernels.countLabels(width, height, prediction, label, classes)
  }
  ring.counts(slot, classes).set(kernels.counts)
}
