/** Reads a recording in a thread of its own, a few batches ahead. */
import { parentPort, workerData } from 'node:worker_threads'
import { loadDecoders } from './compression.ts'
import { packBatch } from './packed-batch.ts'
import { messageOf } from './problems.ts'
import { isExpected, RecordingReader } from './reader.ts'
import type { RecordedMessage } from './recording.ts'
import type { Reply, Request } from './thread-protocol.ts'

const BATCHES_AHEAD = 3

const port = parentPort!

function reply(message: Reply, transfer: ArrayBuffer[] = []): void {
  port.postMessage(message, transfer)
}

function guarded(action: () => void): void {
  try {
    action()
  } catch (error) {
    reply({ kind: 'failed', message: messageOf(error), isExpected: isExpected(error) })
  }
}

function serve(reader: RecordingReader): void {
  let reading = 0
  let batches: Generator<RecordedMessage[]> | undefined
  const deliver = () => {
    if (batches === undefined) return
    const { done, value: batch } = batches.next()
    if (done === true) {
      batches = undefined
      reply({ kind: 'end', reading, problems: reader.problems() })
    } else {
      const packed = packBatch(batch)
      reply({ kind: 'batch', reading, batch: packed }, packed.buffers)
    }
  }
  port.on('message', (request: Request) =>
    guarded(() => {
      if (request.kind === 'read') {
        batches?.return(undefined)
        reading = request.reading
        batches = reader.batches(request.options)
        for (let i = 0; i < BATCHES_AHEAD; i++) deliver()
      } else if (request.kind === 'next') {
        reader.memory.giveAll(request.buffers)
        if (request.reading === reading) deliver()
      } else if (request.reading === reading) {
        batches?.return(undefined)
        batches = undefined
      }
    }),
  )
}

await loadDecoders()
guarded(() => {
  const reader = new RecordingReader(workerData as string)
  const { files, topics, startTime, endTime } = reader
  reply({ kind: 'opened', description: { files, topics, startTime, endTime, problems: reader.problems() } })
  serve(reader)
})
