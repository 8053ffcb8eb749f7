/** A thread that reads masks. */
import { parentPort } from 'node:worker_threads'
import { MaskReader } from './mask-file.ts'
import { Buffers, type ReadJob, type ReadResult, readOne } from './readers.ts'

const reader = new MaskReader()

parentPort!.on('message', ({ requests, buffers }: ReadJob) => {
  const start = performance.now()
  const memory = new Buffers()
  memory.free.push(...buffers)
  const masks = requests.map(request => readOne(reader, request, length => memory.take(length)))
  const used = masks.flatMap(mask => ('failure' in mask ? [] : [mask.message.buffer as ArrayBuffer]))
  const result: ReadResult = { masks, buffers: memory.free, time: performance.now() - start }
  parentPort!.postMessage(result, [...used, ...memory.free])
})
