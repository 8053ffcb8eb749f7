import type { MessagePort } from 'node:worker_threads'
import type { Drive, DriveOutcome, DriveRequest } from './drive.ts'

/** What a thread that evaluates drives starts with. */
export interface Start {
  drives: readonly Drive[]
  request: DriveRequest
  /** See {@link NEXT} and {@link STOP}. */
  words: SharedArrayBuffer
  port: MessagePort
}

/** What it tells: that it begins a drive, and what became of it. */
export type Report = { index: number; outcomes?: DriveOutcome[] }

/** Word with the index of the drive that is begun next. */
export const NEXT = 0
/** Word that is not 0 once all are to end. */
export const STOP = 1
