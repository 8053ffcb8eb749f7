/** A thread that fetches what jobs ask for, and counts the pairs of messages in it. */
import { type MessagePort, workerData } from 'node:worker_threads'
import type { KernelMemory } from '../kernels/instance.ts'
import { readFailure } from '../recording/damage.ts'
import { readStored, unpack } from '../recording/extent.ts'
import { type Job, type JobResult, Jobs, type Order } from './jobs.ts'
import { MessageMemory } from './message-memory.ts'
import { PairCounter } from './pair-counter.ts'

/** What the thread starts with. */
export interface Start {
  /** Kernel memory, in which the messages lie. */
  memory: KernelMemory
  jobs: SharedArrayBuffer
  port: MessagePort
}

const start = workerData as Start
const memory = new MessageMemory(start.memory)
const jobs = new Jobs(start.jobs, start.port)
const counter = new PairCounter(memory, 1)

for (let job = jobs.receive(); job; job = jobs.receive()) jobs.finish(workOn(job))

/** A failure that is ours is told to the other thread, which waits for a result. */
function workOn(job: Job): JobResult {
  const { number, orders } = job
  try {
    const isFetched = orders.map(fetched)
    const whole = orders.filter((_, i) => isFetched[i])
    return { number, isFetched, pairs: counter.count(job, whole) }
  } catch (error) {
    return { number, isFetched: [], pairs: [], failure: error }
  }
}

/** What fails is fetched again by whoever wants it, who names the fault. */
function fetched({ extent, storedAddress, address }: Order): boolean {
  try {
    const target = memory.at(address, extent.length)
    const stored = storedAddress === address ? target : memory.at(storedAddress, extent.storedLength)
    readStored(extent, stored, (...pieces) => memory.gather(...pieces))
    unpack(extent, stored, target)
    return true
  } catch (error) {
    readFailure(error)
    return false
  }
}
