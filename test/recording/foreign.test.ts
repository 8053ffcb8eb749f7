import { copyFileSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { MessageError } from '../../src/cdr/message-error.ts'
import { CdrReader } from '../../src/cdr/reader.ts'
import { Memory } from '../../src/recording/memory.ts'
import { openRecording } from '../../src/recording/open.ts'
import { type RecordedMessage, RecordingError } from '../../src/recording/recording.ts'
import { transcoderOf } from '../../src/recording/transcode/transcode.ts'
import { runPython } from '../support/python.ts'
import { type Contents, readAll } from './read.ts'

let directory: string
let reference: Contents

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'foreign-'))
  runPython(join(import.meta.dirname, 'write_foreign.py'), directory)
  reference = await readAll(join(directory, 'reference.mcap'))
})
afterAll(() => rmSync(directory, { recursive: true, force: true }))

const path = (name: string) => join(directory, name)
const isPicture = ({ topic }: RecordedMessage) => topic !== '/chatter'

const comparable = ({ topic, logTime, data }: RecordedMessage) => ({
  topic,
  logTime,
  data: Buffer.from(data).toString('hex'),
})

/** A CompressedImage without its format, which Foxglove names otherwise than ROS. */
function withoutFormat(message: RecordedMessage): unknown {
  if (!message.topic.endsWith('compressed')) return comparable(message)
  const reader = new CdrReader()
  reader.begin(message.data)
  const stamp = [reader.int32(), reader.uint32()]
  const frame = reader.text('frame_id')
  expect(reader.text('format')).toMatch(/png/)
  return {
    topic: message.topic,
    logTime: message.logTime,
    stamp,
    frame,
    data: Buffer.from(reader.bytes('data')),
  }
}

describe('pictures of other serializations are those of the rosbag2, to the last byte', () => {
  it('has a reference with pictures of both kinds', () => {
    expect(reference.topics).toEqual({
      '/prediction': 20,
      '/label': 20,
      '/prediction/compressed': 20,
      '/label/compressed': 20,
    })
  })

  it.each(['none.bag', 'bz2.bag', 'lz4.bag', 'ros1.mcap'])('%s', async name => {
    const read = await readAll(path(name))
    expect(read.problems).toEqual([])
    expect(read.messages.filter(isPicture).map(comparable)).toEqual(reference.messages.map(comparable))
    const { '/chatter': chatter, ...pictures } = read.types
    expect(pictures).toEqual(reference.types)
    if (name.endsWith('.bag')) {
      expect(chatter).toBe('std_msgs/String')
      expect(read.topics).toEqual({ ...reference.topics, '/chatter': 20 })
      expect(read.messages.find(m => m.topic === '/chatter')?.data).toEqual(
        new Uint8Array([2, 0, 0, 0, 104, 105]),
      )
    }
    expect([read.startTime, read.endTime]).toEqual([reference.startTime, reference.endTime])
  })

  it.each(['protobuf.mcap', 'json.mcap', 'foxglove_cdr.mcap'])('%s', async name => {
    const read = await readAll(path(name))
    expect(read.problems).toEqual([])
    expect(read.messages.map(withoutFormat)).toEqual(reference.messages.map(withoutFormat))
    expect(read.types).toEqual(reference.types)
  })

  it.each([
    ['none.bag', 'sensor_msgs/Image (ros1)'],
    ['protobuf.mcap', 'foxglove.RawImage (protobuf)'],
    ['reference.mcap', undefined],
  ])('tells what the messages of %s are', async (name, storedAs) => {
    const recording = await openRecording(path(name))
    expect(recording.topics.find(topic => topic.name === '/label')?.storedAs).toBe(storedAs)
    await recording.close()
  })

  it('gives a Foxglove message without a time the time at which it was logged', () => {
    const json = transcoderOf('json', 'foxglove.CompressedImage')!
    const stampOf = (text: string) => {
      const reader = new CdrReader()
      reader.begin(json.transcode(Buffer.from(text), 1_700_000_000_123_456_789n, new Memory()))
      return [reader.int32(), reader.uint32()]
    }
    expect(stampOf('{"data":""}')).toEqual([1_700_000_000, 123_456_789])
    expect(stampOf('{"timestamp":{"sec":3,"nsec":4},"data":""}')).toEqual([3, 4])
  })
})

describe('messages that are damaged', () => {
  const cases: [encoding: string, schema: string, message: string | Uint8Array, reason: RegExp][] = [
    ['ros1', 'sensor_msgs/Image', new Uint8Array(20), /expected at least 24 bytes, got 20/],
    ['ros1', 'sensor_msgs/CompressedImage', Buffer.alloc(16, 1), /expected at least \d+ bytes, got 16/],
    ['protobuf', 'foxglove.RawImage', Uint8Array.of(0x32, 5, 1), /a field reaches beyond its 3 bytes/],
    ['protobuf', 'foxglove.RawImage', Uint8Array.of(0x08, 1), /field 1: expected bytes, got a number/],
    ['protobuf', 'foxglove.RawImage', Uint8Array.of(0x10, 1), /field 2: expected a fixed32/],
    ['protobuf', 'foxglove.RawImage', new Uint8Array(12).fill(0xff), /a number of more than 64 bits/],
    ['protobuf', 'foxglove.RawImage', Uint8Array.of(0x0b), /unknown wire type 3/],
    ['protobuf', 'foxglove.RawImage', Uint8Array.of(0x0a, 4, 0x08, 1, 0x10, 0xff), /a field reaches beyond/],
    [
      'json',
      'foxglove.RawImage',
      '{"data":"AAAA","width":1.5}',
      /width: expected a whole number of 32 bits, got 1.5/,
    ],
    ['json', 'foxglove.RawImage', '{"data":"AAAA","encoding":8}', /encoding: expected a string, got number/],
    ['json', 'foxglove.RawImage', '{"data":"A*AA"}', /data: no base64/],
    ['json', 'foxglove.RawImage', '{"data":[1,2]}', /expected a string of base64 as its data/],
    ['json', 'foxglove.RawImage', '{"data":"AAAA"', /no JSON/],
    ['json', 'foxglove.RawImage', '{"data":"AA', /a string without an end/],
    ['json', 'foxglove.RawImage', '{"x":{"data":"AAAA"}}', /expected a string of base64 as its data/],
    [
      'json',
      'foxglove.RawImage',
      '{"data":"","timestamp":{"sec":1,"nsec":1000000000}}',
      /expected 0 to 999999999/,
    ],
    [
      'json',
      'foxglove.RawImage',
      '{"data":"","timestamp":{"sec":2147483648,"nsec":0}}',
      /seconds of 32 bits/,
    ],
    ['cdr', 'foxglove_msgs/msg/RawImage', Uint8Array.of(0, 1, 0, 0, 1), /truncated/],
  ]
  it.each(cases)('%s %s %o: %s', (encoding, schema, message, reason) => {
    const transcode = () =>
      transcoderOf(encoding, schema)!.transcode(Buffer.from(message as string), 0n, new Memory())
    expect(transcode).toThrow(MessageError)
    expect(transcode).toThrow(reason)
  })

  it('are named and counted, and end nothing', async () => {
    const damaged = Buffer.from(readFileSync(path('none.bag')))
    // The length of an encoding.
    damaged[damaged.indexOf('mono8') - 2] = 0xff
    writeFileSync(path('damaged.bag'), damaged)
    const read = await readAll(path('damaged.bag'))
    expect(read.problems.join()).toMatch(/a message could not be read \(\/\w+, logged at \d+ ns: /)
    expect(read.messages.filter(isPicture).length).toBe(reference.messages.length - 1)
  })

  it.each(['none.bag', 'lz4.bag', 'ros1.mcap', 'protobuf.mcap', 'json.mcap', 'foxglove_cdr.mcap'])(
    '%s with bytes changed at random ends in a result or one clear error',
    async name => {
      const whole = readFileSync(path(name))
      let state = 12345
      const random = (below: number) => {
        state = (Math.imul(state, 1103515245) + 12345) >>> 0
        return state % below
      }
      for (let round = 0; round < 60; round++) {
        const changed = Buffer.from(whole)
        for (let i = random(8); i >= 0; i--) changed[random(changed.length)] = random(256)
        writeFileSync(path('changed'), changed)
        const found = await readAll(path('changed')).catch((error: unknown) => error)
        if (found instanceof Error) expect(found).toBeInstanceOf(RecordingError)
      }
    },
  )
})

describe('only the topics and times that are wanted', () => {
  it('of a ROS 1 bag', async () => {
    const start = reference.messages[10]!.logTime
    const end = reference.messages[60]!.logTime
    const read = await readAll(path('lz4.bag'), { topics: ['/label'], start, end })
    const expected = reference.messages.filter(
      m => m.topic === '/label' && m.logTime >= start && m.logTime <= end,
    )
    expect(expected.length).toBeGreaterThan(10)
    expect(read.messages.map(comparable)).toEqual(expected.map(comparable))
  })
})

describe('ROS 1 bags that were cut', () => {
  /** The bag as a crash leaves it: its header says nothing of an index. */
  function unindexed(name: string, bytes?: number): string {
    const copy = path(`${name}.active`)
    copyFileSync(path(name), copy)
    const contents = readFileSync(copy)
    const at = contents.indexOf('index_pos=') + 'index_pos='.length
    contents.fill(0, at, at + 8)
    writeFileSync(copy, contents)
    if (bytes !== undefined) truncateSync(copy, bytes)
    return copy
  }

  it.each(['none.bag', 'bz2.bag', 'lz4.bag'])('%s without an index is read whole', async name => {
    const read = await readAll(unindexed(name))
    expect(read.messages.filter(isPicture).map(comparable)).toEqual(reference.messages.map(comparable))
    expect(read.topics).toEqual({ ...reference.topics, '/chatter': 20 })
    expect(read.problems).toEqual([
      expect.stringMatching(
        /has no index, as when recording was cut short: 100 messages recovered from \d+ chunks/,
      ),
    ])
  })

  it.each(['none.bag', 'bz2.bag', 'lz4.bag'])('%s cut anywhere gives what is whole', async name => {
    const { length } = readFileSync(path(name))
    let last = -1
    for (let part = 1; part <= 24; part++) {
      const read = await readAll(unindexed(name, 4200 + Math.floor(((length - 4200) * part) / 25)))
      const pictures = read.messages.filter(isPicture).map(comparable)
      expect(pictures).toEqual(reference.messages.slice(0, pictures.length).map(comparable))
      expect(pictures.length).toBeGreaterThanOrEqual(last)
      last = pictures.length
      expect(read.problems.join()).toMatch(/has no index/)
    }
    expect(last).toBeGreaterThan(60)
  })

  it.each(['none', 'lz4'])(
    'gives the whole messages of a chunk that was cut, of compression %s',
    async form => {
      const contents = readFileSync(path(`${form}.bag`))
      const lastChunk = contents.lastIndexOf(`compression=${form}`)
      const { length } = await readAll(unindexed(`${form}.bag`, lastChunk)).then(read => read.messages)
      const cut = lastChunk + (form === 'none' ? 2500 : Math.floor((contents.length - lastChunk) / 4))
      const more = await readAll(unindexed(`${form}.bag`, cut))
      expect(more.messages.length).toBeGreaterThan(length)
      expect(more.problems).toContainEqual(expect.stringMatching(/cut within its last chunk/))
      const pictures = more.messages.filter(isPicture).map(comparable)
      expect(pictures).toEqual(reference.messages.slice(0, pictures.length).map(comparable))
    },
  )

  it('says what is wrong with a bag whose index is there and whose chunk is damaged, and reads the others', async () => {
    const contents = Buffer.from(readFileSync(path('bz2.bag')))
    const first = contents.indexOf('BZh9')
    contents.fill(0x55, first + 30, first + 60)
    const damaged = path('damaged.bag')
    writeFileSync(damaged, contents)
    const read = await readAll(damaged)
    expect(read.problems).toContainEqual(expect.stringMatching(/a chunk could not be read \(at byte \d+: /))
    expect(read.problems).toContainEqual(
      expect.stringMatching(/its index counts 100 messages, \d+ were read/),
    )
    expect(read.messages.length).toBeGreaterThan(80)
    const expected = new Set(
      reference.messages.map(m => JSON.stringify({ ...comparable(m), logTime: String(m.logTime) })),
    )
    for (const message of read.messages.filter(isPicture)) {
      expect(expected).toContain(JSON.stringify({ ...comparable(message), logTime: String(message.logTime) }))
    }
  })
})

describe('bags that cannot be read', () => {
  it('names an encrypted one', async () => {
    const contents = Buffer.from(readFileSync(path('none.bag')))
    // The padding of the header's record becomes a field of it.
    const view = new DataView(contents.buffer, contents.byteOffset)
    const length = view.getUint32(13, true)
    const field = Buffer.from('encryptor=rosbag/AesCbcEncryptor')
    const at = 17 + length
    const padding = view.getUint32(at, true)
    view.setUint32(13, length + 4 + field.length, true)
    view.setUint32(at, field.length, true)
    contents.set(field, at + 4)
    view.setUint32(at + 4 + field.length, padding - 4 - field.length, true)
    writeFileSync(path('encrypted.bag'), contents)
    await expect(readAll(path('encrypted.bag'))).rejects.toThrow(/encrypted by 'rosbag\/AesCbcEncryptor'/)
  })

  it('names one whose header is cut', async () => {
    writeFileSync(path('short.bag'), readFileSync(path('none.bag')).subarray(0, 60))
    await expect(readAll(path('short.bag'))).rejects.toThrow(/a ROS 1 bag with a damaged header/)
    for (const length of [7, 11, 12]) {
      writeFileSync(path('shorter.bag'), '#ROSBAG V2.0\n'.slice(0, length))
      await expect(readAll(path('shorter.bag'))).rejects.toThrow(/ends within its first line/)
    }
  })

  it('names a bag of format 1.2', async () => {
    writeFileSync(path('old.bag'), '#ROSBAG V1.2\nand so on, and so on, and on')
    await expect(readAll(path('old.bag'))).rejects.toThrow(
      /a ROS 1 bag of format V1.2, expected V2.0: .*rosbag fix/,
    )
  })
})
