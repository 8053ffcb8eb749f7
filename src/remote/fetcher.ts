/** A thread that fetches blocks of objects for another one that waits for them. */
import { type MessagePort, workerData } from 'node:worker_threads'
import { isS3 } from './address.ts'
import { HttpOrigin } from './http.ts'
import { again, type Description, describe, ObjectReader, PATIENCE } from './object-reader.ts'
import { type Origin, RemoteFailure } from './origin.ts'
import { S3 } from './s3.ts'

/** What is asked for; answers come in the same order. */
export type Question =
  | { kind: 'open'; id: number; address: string }
  | { kind: 'describe'; address: string }
  | { kind: 'block'; id: number; block: number }
  | { kind: 'list'; address: string }
  | { kind: 'put'; address: string; bytes: Uint8Array }
  | { kind: 'close'; id: number }

export type Answer =
  | { size: number }
  | Description
  | { bytes: Uint8Array }
  | { addresses: string[] }
  | { isDone: true }
  /** It cannot be had. */
  | { failure: string; status: number | undefined }
  /** A failure of ours. */
  | { error: unknown }

/** What the thread starts with. */
export interface Start {
  /** One number: how many answers were given. */
  answered: SharedArrayBuffer
  port: MessagePort
}

const { port, ...start } = workerData as Start
const answered = new Int32Array(start.answered)
const objects = new Map<number, ObjectReader>()
let s3: Promise<S3> | undefined

const store = () => {
  s3 ??= S3.load()
  return s3
}

port.on('message', async (question: Question) => {
  let answer: Answer
  try {
    answer = await answerTo(question)
  } catch (error) {
    answer = error instanceof RemoteFailure ? { failure: error.message, status: error.status } : { error }
  }
  const transfer = 'bytes' in answer ? [answer.bytes.buffer as ArrayBuffer] : []
  port.postMessage(answer, transfer)
  Atomics.add(answered, 0, 1)
  Atomics.notify(answered, 0)
})

async function answerTo(question: Question): Promise<Answer> {
  switch (question.kind) {
    case 'open': {
      const { id, address } = question
      const reader = new ObjectReader(await originOf(address))
      await reader.open()
      objects.set(id, reader)
      return { size: reader.size }
    }
    case 'describe':
      return await describe(await originOf(question.address))
    case 'block':
      return { bytes: await objects.get(question.id)!.block(question.block) }
    case 'list': {
      const { address } = question
      const from = await store()
      return { addresses: await again(PATIENCE, address, ({ signal }) => from.list(address, signal)) }
    }
    case 'put': {
      const { address, bytes } = question
      const to = await store()
      await again(PATIENCE, address, ({ signal }) => to.put(address, bytes, signal))
      return { isDone: true }
    }
    case 'close':
      objects.delete(question.id)
      return { isDone: true }
  }
}

const originOf = async (address: string): Promise<Origin> =>
  isS3(address) ? (await store()).object(address) : new HttpOrigin(address)
