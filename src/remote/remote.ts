import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from 'node:worker_threads'
import { isCompiled } from '../compiled.ts'
import { withoutSecrets } from './address.ts'
import type { Answer, Question, Start } from './fetcher.ts'
import { BLOCK_BYTES, type Description } from './object-reader.ts'
import { RemoteFailure } from './origin.ts'

/** Blocks of an object that stay at hand while it is open, and after that. */
const MOST_BLOCKS = 32
const MOST_RESTING_BLOCKS = 4
/** Objects that stay known after they were closed. */
const MOST_RESTING = 8
/** Longer than any answer takes with all its attempts, ms, but for a thread that has failed. */
const PATIENCE = 15 * 60_000
/** No file has such descriptors. */
const FIRST_DESCRIPTOR = -1000

/** Where a thread of its own fetches what this one waits for: reading is synchronous here. */
class Fetcher {
  readonly #answered = new Int32Array(new SharedArrayBuffer(4))
  readonly #port: MessagePort
  #failure: unknown

  constructor() {
    const { port1, port2 } = new MessageChannel()
    this.#port = port1
    const workerData: Start = { answered: this.#answered.buffer as SharedArrayBuffer, port: port2 }
    if (!isCompiled) throw new Error('addresses are read by the compiled package: npm run build')
    const worker = new Worker(new URL('./fetcher.js', import.meta.url), { workerData, transferList: [port2] })
    worker.on('error', error => {
      this.#failure = error
    })
    worker.unref()
  }

  /** @throws RemoteFailure when it cannot be had */
  ask<A extends Answer>(question: Question): A {
    const before = Atomics.load(this.#answered, 0)
    this.#port.postMessage(question)
    const isLate = Atomics.wait(this.#answered, 0, before, PATIENCE) === 'timed-out'
    const received = receiveMessageOnPort(this.#port) as { message: Answer } | undefined
    if (received === undefined) {
      if (this.#failure !== undefined) throw this.#failure
      throw new Error(
        `the thread that fetches does not answer${isLate ? ` for ${PATIENCE / 60_000} min` : ''}`,
      )
    }
    const answer = received.message
    if ('failure' in answer) throw new RemoteFailure(answer.failure, false, answer.status)
    if ('error' in answer) throw answer.error
    return answer as A
  }
}

let fetcher: Fetcher | undefined

const ask = <A extends Answer>(question: Question): A => {
  fetcher ??= new Fetcher()
  return fetcher.ask<A>(question)
}

/** An object that is open, and its blocks at hand, the one that was used last at the end. */
class RemoteFile {
  readonly size: number
  readonly #id: number
  readonly #blocks = new Map<number, Uint8Array>()

  constructor(id: number, size: number) {
    this.#id = id
    this.size = size
  }

  read(target: Uint8Array, position: number): number {
    const wanted = Math.max(0, Math.min(target.byteLength, this.size - position))
    for (let done = 0; done < wanted; ) {
      const at = position + done
      const number = Math.floor(at / BLOCK_BYTES)
      const from = at - number * BLOCK_BYTES
      const part = this.#block(number).subarray(from, from + wanted - done)
      target.set(part, done)
      done += part.byteLength
    }
    return wanted
  }

  /** Keeps the blocks that were used last. */
  rest(): void {
    for (const number of [...this.#blocks.keys()].slice(0, -MOST_RESTING_BLOCKS)) this.#blocks.delete(number)
  }

  #block(number: number): Uint8Array {
    const block =
      this.#blocks.get(number) ??
      ask<{ bytes: Uint8Array }>({ kind: 'block', id: this.#id, block: number }).bytes
    this.#blocks.delete(number)
    this.#blocks.set(number, block)
    if (this.#blocks.size > MOST_BLOCKS) this.#blocks.delete(this.#blocks.keys().next().value!)
    return block
  }
}

const open = new Map<number, RemoteFile>()
/** Objects that were opened lately, by address: one that is opened again is the same version, and has blocks at hand. */
const known = new Map<string, { descriptor: number; users: number }>()
let nextDescriptor = FIRST_DESCRIPTOR

/** Whether a descriptor is one of {@link openRemote}. */
export const isRemote = (descriptor: number): boolean => descriptor <= FIRST_DESCRIPTOR

/**
 * Opens the object at an address; returns what stands for it as the descriptor of a file, until as many calls of
 * {@link closeRemote}.
 * @throws RemoteFailure
 */
export function openRemote(address: string): number {
  const before = known.get(address)
  if (before !== undefined) {
    before.users++
    return before.descriptor
  }
  const descriptor = nextDescriptor--
  const { size } = ask<{ size: number }>({ kind: 'open', id: descriptor, address })
  open.set(descriptor, new RemoteFile(descriptor, size))
  known.set(address, { descriptor, users: 1 })
  return descriptor
}

/** Bytes of an open object in all. */
export const sizeOfRemote = (descriptor: number): number => fileOf(descriptor).size

/** Fills the target from a position on; returns the number of bytes, less only at the end. @throws RemoteFailure */
export const readRemote = (descriptor: number, target: Uint8Array, position: number): number =>
  fileOf(descriptor).read(target, position)

export function closeRemote(descriptor: number): void {
  const found = [...known].find(([, object]) => object.descriptor === descriptor)
  if (found === undefined) return
  const [address, object] = found
  object.users--
  // It goes to the end of those that may be opened again.
  known.delete(address)
  known.set(address, object)
  open.get(descriptor)?.rest()
  const unused = [...known].filter(([, { users }]) => users === 0)
  for (const [resting, { descriptor: id }] of unused.slice(0, -MOST_RESTING)) {
    known.delete(resting)
    open.delete(id)
    ask({ kind: 'close', id })
  }
}

/** Size and version of the object at an address. @throws RemoteFailure */
export const describeRemote = (address: string): Description => ask({ kind: 'describe', address })

/** Whether there is something at an address: an object with at least a byte. @throws RemoteFailure where that is not told */
export function existsRemote(address: string): boolean {
  try {
    describeRemote(address)
    return true
  } catch (error) {
    if (error instanceof RemoteFailure && (error.status === 404 || error.status === 416)) return false
    throw error
  }
}

/** All bytes of a small object, as text. @throws RemoteFailure */
export function readRemoteText(address: string, mostBytes: number): string {
  const descriptor = openRemote(address)
  try {
    const size = sizeOfRemote(descriptor)
    if (size > mostBytes)
      throw new RemoteFailure(
        `${withoutSecrets(address)}: it has ${size} bytes, expected at most ${mostBytes}`,
      )
    const bytes = Buffer.alloc(size)
    readRemote(descriptor, bytes, 0)
    return bytes.toString('utf8')
  } finally {
    closeRemote(descriptor)
  }
}

/** Addresses of the objects below an `s3://` address, in order of their keys. @throws RemoteFailure */
export const listRemote = (address: string): string[] =>
  ask<{ addresses: string[] }>({ kind: 'list', address }).addresses

/** Writes an object at an `s3://` address. @throws RemoteFailure */
export function writeRemote(address: string, bytes: Uint8Array): void {
  ask({ kind: 'put', address, bytes })
}

function fileOf(descriptor: number): RemoteFile {
  const file = open.get(descriptor)
  if (file === undefined) throw new Error(`object ${descriptor} is not open in this thread`)
  return file
}
