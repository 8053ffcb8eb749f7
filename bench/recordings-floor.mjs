// The floor of the recordings benchmark: two threads that read the pairs of an uncompressed MCAP file, whose places
// they know, into memory that stays in a near cache, and count them. No index, pairing, score or check of anything.
//
// usage: recordings-floor.mjs FILE, written by recordings.py: a chunk holds a prediction and its label
import { closeSync, openSync, readSync } from 'node:fs'
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import { ImageHeader, readImageHeader } from '../dist/image/header.js'
import { PAGE, sharedMemory } from '../dist/kernels/instance.js'
import { Kernels } from '../dist/kernels/kernels.js'
import { Opcode, recordsOf } from '../dist/recording/mcap/records.js'

const CLASSES = 12
const RECORD_HEADER_BYTES = 9
/** In a chunk without compression: times, size, CRC, name of the compression, and stored size. */
const CHUNK_HEADER_BYTES = 40
const MESSAGE_HEADER_BYTES = 22
/** Both threads begin at the same time. */
const [CLOSED, READY, OPEN] = [0, 1, 2]

/** Where the records of every chunk are. */
function chunksOf(file) {
  const chunks = []
  const header = Buffer.alloc(RECORD_HEADER_BYTES)
  for (let at = 8; ; ) {
    readSync(file, header, 0, RECORD_HEADER_BYTES, at)
    const length = Number(header.readBigUInt64LE(1))
    if (header[0] === Opcode.dataEnd) return chunks
    const start = at + RECORD_HEADER_BYTES + CHUNK_HEADER_BYTES
    if (header[0] === Opcode.chunk) chunks.push({ start, length: length - CHUNK_HEADER_BYTES })
    at += RECORD_HEADER_BYTES + length
  }
}

/** Reads and counts chunks until there are no more; returns pairs and pixels on which both masks agree. */
function work({ path, chunks, next, memory, workSpace }) {
  const file = openSync(path, 'r')
  const kernels = new Kernels(memory, workSpace)
  const address = memory.grow(Math.ceil(Math.max(...chunks.map(({ length }) => length)) / PAGE)) * PAGE
  const headers = [new ImageHeader(), new ImageHeader()]
  const result = { pairs: 0, agreeing: 0 }
  for (let i = Atomics.add(next, 0, 1); i < chunks.length; i = Atomics.add(next, 0, 1)) {
    const { start, length } = chunks[i]
    readSync(file, new Uint8Array(memory.buffer, address, length), 0, length, start)
    let mask = 0
    for (const { opcode, begin, end } of recordsOf(new DataView(memory.buffer, address, length))) {
      if (opcode !== Opcode.message) continue
      const from = address + begin + MESSAGE_HEADER_BYTES
      readImageHeader(new Uint8Array(memory.buffer, from, address + end - from), headers[mask])
      kernels.loadAt(mask, from, address + end - from)
      mask++
    }
    kernels.countLabels(headers[1].width, headers[1].height, headers[0], headers[1], CLASSES)
    for (let id = 0; id < CLASSES; id++) result.agreeing += kernels.counts[id * (CLASSES + 1) + id]
    result.pairs++
  }
  closeSync(file)
  return result
}

if (isMainThread) {
  const path = process.argv[2]
  const chunks = chunksOf(openSync(path, 'r'))
  const next = new Int32Array(new SharedArrayBuffer(4))
  const common = { path, chunks, next, memory: sharedMemory(256 * 2 ** 20) }
  const gate = new Int32Array(new SharedArrayBuffer(4))
  const worker = new Worker(new URL(import.meta.url), { workerData: { ...common, workSpace: 1, gate } })
  const other = new Promise(resolve => worker.once('message', resolve))
  Atomics.wait(gate, 0, CLOSED)
  const start = performance.now()
  Atomics.store(gate, 0, OPEN)
  Atomics.notify(gate, 0)
  const own = work({ ...common, workSpace: 0 })
  const { pairs, agreeing } = await other
  const seconds = (performance.now() - start) / 1000
  console.log(JSON.stringify({ pairs: own.pairs + pairs, agreeing: own.agreeing + agreeing, seconds }))
} else {
  const { gate } = workerData
  Atomics.store(gate, 0, READY)
  Atomics.notify(gate, 0)
  Atomics.wait(gate, 0, READY)
  parentPort.postMessage(work(workerData))
}
