import { setTimeout } from 'node:timers/promises'
import { MessageChannel, SHARE_ENV, Worker } from 'node:worker_threads'
import { isCompiled } from '../compiled.ts'
import { InPlace } from '../counting/in-place.ts'
import { type Drive, type DriveOutcome, type DriveRequest, evaluateDrive } from './drive.ts'
import { NEXT, type Report, STOP, type Start } from './drive-start.ts'
import { optimizeLater } from './optimizing.ts'

export interface DrivesOptions {
  /** Drives that are evaluated at the same time, each by a thread of its own. */
  jobs: number
  onOutcome: (outcome: DriveOutcome) => void
  /** Throws when the run is to end. */
  checkInterrupted: () => void
}

/** How long an interruption may go unnoticed, ms. */
const NOTICE = 100

/** Evaluates drives, several at once. What becomes of each is told as it comes. */
export async function evaluateDrives(
  drives: readonly Drive[],
  request: DriveRequest,
  { jobs, onOutcome, checkInterrupted }: DrivesOptions,
): Promise<void> {
  const threads = isCompiled ? Math.min(jobs, drives.length) : 1
  if (threads <= 1) {
    const inPlace = new InPlace()
    for (const drive of drives) {
      const outcomes = await evaluateDrive(drive, request, checkInterrupted, inPlace)
      for (const outcome of outcomes) onOutcome(outcome)
    }
    return
  }
  optimizeLater()
  const words = new Int32Array(new SharedArrayBuffer(8))
  const start = { drives, request, words: words.buffer }
  const working = Array.from({ length: threads }, () => keepWorking(start, words, onOutcome))
  const all = Promise.all(working)
  let areDone = false
  const done = all.then(() => {
    areDone = true
  })
  try {
    while (!areDone) {
      await Promise.race([done, setTimeout(NOTICE, undefined, { ref: false })])
      checkInterrupted()
    }
  } finally {
    // Each ends where nothing is half done.
    Atomics.store(words, STOP, 1)
    await all
  }
}

/** A thread, and another where it ends before its time: one recording may be more than a thread can bear. */
async function keepWorking(
  start: Omit<Start, 'port'>,
  words: Int32Array,
  onOutcome: (outcome: DriveOutcome) => void,
): Promise<void> {
  for (;;) {
    const failed = await runThread(start, onOutcome)
    if (failed === undefined) return
    const drive = start.drives[failed.index]
    if (drive === undefined) throw new Error(failed.text)
    onOutcome({ drive, failure: failed.text })
    if (Atomics.load(words, STOP) !== 0 || Atomics.load(words, NEXT) >= start.drives.length) return
  }
}

/** Runs a thread to its end; what it failed of, and at which drive, if it did. */
async function runThread(
  start: Omit<Start, 'port'>,
  onOutcome: (outcome: DriveOutcome) => void,
): Promise<{ index: number; text: string } | undefined> {
  const { port1, port2 } = new MessageChannel()
  const workerData: Start = { ...start, port: port2 }
  let index = -1
  port1.on('message', ({ index: begun, outcomes }: Report) => {
    index = outcomes ? -1 : begun
    for (const outcome of outcomes ?? []) onOutcome(outcome)
  })
  const closed = new Promise(resolve => port1.on('close', resolve))
  const worker = new Worker(new URL('./drive-thread.js', import.meta.url), {
    workerData,
    transferList: [port2],
    env: SHARE_ENV,
  })
  const failure = await new Promise<unknown>(resolve => {
    worker.once('error', resolve)
    worker.once('exit', () => resolve(undefined))
  })
  await closed
  if (failure === undefined) return undefined
  const isMemory = (failure as NodeJS.ErrnoException).code === 'ERR_WORKER_OUT_OF_MEMORY'
  const text = isMemory
    ? 'needs more memory than there is'
    : `internal error: ${failure instanceof Error ? failure.stack : String(failure)}`
  return { index, text }
}
