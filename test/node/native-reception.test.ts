import { beforeEach, describe, expect, it } from 'vitest'
import { Guard } from '../../src/node/guard.ts'
import type { Native } from '../../src/node/native.ts'
import { serve } from '../../src/node/native-reception.ts'
import type { Node, Publisher } from '../../src/node/rclnodejs.ts'
import { HeapRooms, type Listener, type Reception, Receptions } from '../../src/node/reception.ts'

/** What stands for rcl: messages wait in it as the test says. */
class Middleware implements Native {
  readonly rclnodejs = '0'
  readonly waiting = new Map<unknown, Uint8Array[]>()
  readonly figures = [0, 0, 0, Number.NaN]
  readonly ready = new Set<unknown>()
  readonly events: string[] = []
  isSupported = true
  #spilled: Uint8Array | undefined

  start(): void {}
  open(_node: unknown, subscription: unknown): unknown {
    if (!this.isSupported) throw new Error('no callbacks here')
    this.waiting.set(subscription, [])
    return subscription
  }
  close(reception: unknown): void {
    this.events.push(`close ${String(reception)}`)
  }
  isReady(reception: unknown): boolean {
    return this.ready.delete(reception)
  }
  take(reception: unknown, room: Uint8Array): number {
    const message = this.waiting.get(reception)!.shift()
    if (!message) return 0
    this.events.push(`take ${String(reception)} ${message[0]}`)
    if (message.length > room.length) {
      this.#spilled = message
      return -message.length
    }
    room.set(message)
    return message.length
  }
  takeSpilled(_reception: unknown, room: Uint8Array): void {
    room.set(this.#spilled!)
  }
  read(_reception: unknown, figures: Float64Array): void {
    figures.set(this.figures)
  }
  openPublisher(_node: unknown, publisher: unknown): unknown {
    if (!this.isSupported) throw new Error('no callbacks here')
    return publisher
  }
  publish(publisher: unknown, message: Uint8Array): void {
    this.events.push(`publish ${String(publisher)} ${message[0]}`)
  }

  send(reception: unknown, ...messages: Uint8Array[]): void {
    this.waiting.get(reception)!.push(...messages)
    this.ready.add(reception)
  }
}

/** What is private in its nodes. */
interface Rclnodejs {
  _subscriptions: unknown[]
  syncHandles(): void
}

let middleware: Middleware
let problems: string[]
let callbacks: Map<string, (message: Buffer) => void>
let receptions: Receptions
let opened: Reception[]

beforeEach(() => {
  for (const reception of opened ?? []) reception.close()
  opened = []
  middleware = new Middleware()
  problems = []
  callbacks = new Map()
  // Found through the prototype, as rclnodejs's is.
  const node = Object.assign(Object.create({ syncHandles: () => problems.push('synchronized') }), {
    _subscriptions: [] as unknown[],
    execute: () => {},
    createSubscription(
      this: Rclnodejs,
      _type: string,
      topic: string,
      _options: unknown,
      callback: (message: Buffer) => void,
    ) {
      callbacks.set(topic, callback)
      const subscription = { topic, handle: topic, events: [] }
      this._subscriptions.push(subscription)
      this.syncHandles()
      return subscription
    },
    destroySubscription(this: Rclnodejs, subscription: { topic: string }) {
      this.syncHandles()
      middleware.events.push(`destroy ${subscription.topic}`)
    },
  }) as Node
  const guard = new Guard(node, (what, error) => problems.push(`${what}: ${String(error)}`))
  receptions = new Receptions(node, guard, middleware)
})

const told: string[] = []
const listener = (onMessage: (message: Uint8Array) => void): Listener => ({
  onMessage,
  onLost: count => told.push(`lost ${count}`),
  onIncompatible: (count, policy) => told.push(`incompatible ${count} ${policy}`),
  onMissing: count => told.push(`missing ${count}`),
})

function open(name: string, onMessage: (message: Uint8Array) => void = () => {}, depth = 30): Reception {
  told.length = 0
  const reception = receptions.open(
    { type: 'T', name, qos: { depth }, depth },
    new HeapRooms(),
    listener(onMessage),
  )
  opened.push(reception)
  return reception
}

const message = (value: number, length = 3) => new Uint8Array(length).fill(value)
const nextTurn = () => new Promise(resolve => setImmediate(resolve))

describe('a native reception', () => {
  it('hands on messages of any length as they are, once each, without rclnodejs waiting for them', () => {
    const sent = [
      message(1),
      message(2, 65536),
      message(3, 65537),
      message(4),
      message(5, 200_000),
      message(6, 65537),
    ]
    const came: Uint8Array[] = []
    const reception = open('a', received => came.push(received))
    middleware.send('a', ...sent)
    serve()
    expect(came.map(({ length }) => length)).toEqual(sent.map(({ length }) => length))
    expect(came.every((received, i) => Buffer.compare(received, sent[i]!) === 0)).toBe(true)
    expect(reception.backlog.taken).toBe(6)
    serve()
    expect(came).toHaveLength(6)
    expect(problems).toEqual([])
  })

  it('takes as they were opened, each no more than its history or ten at once, and goes on by itself', async () => {
    open('a', undefined, 2)
    open('b')
    middleware.send('b', ...Array.from({ length: 12 }, (_, i) => message(i + 1)))
    middleware.send('a', message(101), message(102), message(103))
    serve()
    const ten = Array.from({ length: 10 }, (_, i) => `take b ${i + 1}`)
    expect(middleware.events.splice(0)).toEqual(['take a 101', 'take a 102', ...ten])
    await nextTurn()
    expect(middleware.events.splice(0)).toEqual(['take a 103', 'take b 11', 'take b 12'])
    await nextTurn()
    expect(middleware.events).toEqual([])
  })

  it('goes on after a message that cannot be served', () => {
    const came: number[] = []
    open('a', received => {
      if (received[0] === 1) throw new Error('no use')
      came.push(received[0]!)
    })
    middleware.send('a', message(1), message(2))
    serve()
    expect(came).toEqual([2])
    expect(problems).toEqual(['a message could not be served: Error: no use'])
  })

  it('tells what is new when asked, when woken without a message, and at the end', () => {
    const reception = open('a')
    reception.poll()
    expect(told).toEqual([])
    middleware.figures.splice(0, 4, 2, 1, 16, 0)
    reception.poll()
    expect(told.splice(0)).toEqual(['lost 2', 'incompatible 1 16', 'missing 0'])
    middleware.figures.splice(0, 4, 5, 1, 16, 7)
    middleware.ready.add('a')
    serve()
    expect(told.splice(0)).toEqual(['lost 3', 'missing 7'])
    middleware.figures.splice(0, 4, 5, 4, 2, 8)
    reception.close()
    opened = []
    expect(told).toEqual(['incompatible 3 2', 'missing 1'])
    expect(middleware.events).toEqual(['close a', 'destroy a'])
    middleware.ready.add('a')
    serve()
    expect(middleware.events).toHaveLength(2)
  })

  it('hears nothing when its node stops, and is left to rclnodejs', () => {
    open('a')
    open('b')
    middleware.send('a', message(1))
    receptions.stop()
    opened = []
    serve()
    expect(middleware.events).toEqual(['close a', 'close b'])
  })

  it('gives back the room that waits for a message', () => {
    const released: Uint8Array[] = []
    const rooms = new HeapRooms()
    rooms.release = (room?: Uint8Array) => released.push(room!)
    const reception = receptions.open(
      { type: 'T', name: 'a', qos: { depth: 1 }, depth: 1 },
      rooms,
      listener(() => {}),
    )
    middleware.ready.add('a')
    serve()
    reception.close()
    expect(released.map(({ length }) => length)).toEqual([65536])
  })
})

describe('without the native take', () => {
  it('messages come through rclnodejs, and the reason is said', () => {
    middleware.isSupported = false
    const came: number[] = []
    const reception = open('a', received => came.push(received[0]!))
    expect([receptions.means, receptions.isFallback]).toEqual(['rclnodejs: no callbacks here', true])
    callbacks.get('a')!(Buffer.from([7]))
    expect(came).toEqual([7])
    expect(reception.backlog.taken).toBe(1)
  })

  it('publishers send by themselves', () => {
    const publisher = { handle: 'p', publish: () => {}, subscriptionCount: 0 } satisfies Publisher
    receptions.sender(publisher).publish(Buffer.from([9]))
    expect(middleware.events).toEqual(['publish p 9'])
    middleware.isSupported = false
    expect(receptions.sender(publisher)).toBe(publisher)
  })
})
