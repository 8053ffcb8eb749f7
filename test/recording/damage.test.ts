import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { openRecording } from '../../src/recording/open.ts'
import { RecordingError } from '../../src/recording/recording.ts'
import { readAll } from './read.ts'
import { writeRecordings } from './written.ts'

const { directory, remove } = writeRecordings()
const damaged = mkdtempSync(join(tmpdir(), 'damaged-'))
afterAll(() => {
  remove()
  rmSync(damaged, { recursive: true })
})

/** Writes a file changed by `change`; returns its path. */
function changed(name: string, change: (bytes: Buffer) => Buffer | undefined): string {
  const bytes = readFileSync(join(directory, name))
  const path = join(damaged, name.replaceAll('/', '-'))
  writeFileSync(path, change(bytes) ?? bytes)
  return path
}

/** A zstd frame of raw blocks (RFC 8878). */
function zstdFrame(bytes: Buffer): Buffer {
  const blockBytes = 2 ** 16
  const parts: Buffer[] = [Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0, 0x58])]
  for (let at = 0; at < bytes.length; at += blockBytes) {
    const block = bytes.subarray(at, at + blockBytes)
    const header = Buffer.alloc(3)
    header.writeUIntLE((block.length << 3) | (at + blockBytes >= bytes.length ? 1 : 0), 0, 3)
    parts.push(header, block)
  }
  return Buffer.concat(parts)
}

const keyOf = ({ topic, logTime, data }: { topic: string; logTime: bigint; data: Uint8Array }) =>
  `${topic} ${logTime} ${Buffer.from(data).toString('base64')}`

/** Reads both and expects every message of the damaged one to be in the sound one, byte for byte. */
async function recovered(name: string, path: string) {
  const sound = await readAll(join(directory, name))
  const rest = await readAll(path)
  const known = new Set(sound.messages.map(keyOf))
  expect(rest.messages.every(message => known.has(keyOf(message)))).toBe(true)
  return {
    sound: sound.messages,
    rest: rest.messages,
    problems: rest.problems,
    openProblems: rest.openProblems,
  }
}

describe('a file that was cut', () => {
  test.each([
    ['unchunked.mcap', 0.5],
    ['fastwrite.mcap', 0.5],
    ['plain.mcap', 0.4],
    ['zstd.mcap', 0.4],
    ['lz4.mcap', 0.4],
    ['no_summary.mcap', 0.4],
    ['plain_file.mcap.zstd', 0.01],
    ['rosbags_sqlite3_none/rosbags_sqlite3_none.db3', 0.5],
    ['rosbags_sqlite3_message/rosbags_sqlite3_message.db3', 0.3],
    ['file.db3.zstd', 0.01],
  ])('%s is read up to there', async (name, least) => {
    const path = changed(name, bytes => bytes.subarray(0, Math.floor(bytes.length * 0.7)))
    const { sound, rest, problems, openProblems } = await recovered(name, path)
    expect(rest.length).toBeGreaterThan(sound.length * least)
    expect(rest.length).toBeLessThan(sound.length)
    expect(openProblems.length).toBeGreaterThan(0)
    expect(problems.join()).toMatch(new RegExp(`${rest.length} messages|cannot be decompressed beyond`))
    expect(problems.join()).toMatch(/cut|ends within/)
  })

  test('behind its data is whole but named', async () => {
    const path = changed('zstd.mcap', bytes => bytes.subarray(0, bytes.length - 30))
    const { sound, rest, problems } = await recovered('zstd.mcap', path)
    expect(rest.length).toBe(sound.length)
    expect(problems).toEqual([`zstd.mcap: cut behind its data; ${sound.length} messages were read`])
  })
})

describe('damage within', () => {
  test('a chunk whose CRC differs is left out and named', async () => {
    const path = changed('plain.mcap', bytes => {
      bytes[Math.floor(bytes.length / 2)]! ^= 1
      return undefined
    })
    const { sound, rest, problems } = await recovered('plain.mcap', path)
    expect(rest.length).toBeLessThan(sound.length)
    expect(rest.length).toBeGreaterThan(sound.length / 2)
    expect(problems[0]).toMatch(/^plain.mcap: a chunk could not be read \(at byte \d+: its CRC differs\)$/)
  })

  test.each(['zstd.mcap', 'lz4.mcap'])('%s: the chunks behind a damaged one are read', async name => {
    const path = changed(name, bytes => {
      // Within the first chunk, of which there are several.
      bytes.fill(0xff, 2000, 2100)
      return undefined
    })
    const { sound, rest, problems } = await recovered(name, path)
    const lost = sound.length - rest.length
    expect(lost).toBeGreaterThan(0)
    expect(lost).toBeLessThan(sound.length / 4)
    expect(rest.map(keyOf)).toEqual(sound.slice(lost).map(keyOf))
    expect(problems[0]).toMatch(/: a chunk could not be read \(at byte \d+: damaged \w+ data/)
  })

  test('changed data without chunks is named by the CRC of the data', async () => {
    const path = changed('unchunked_data_crc.mcap', bytes => {
      bytes[Math.floor(bytes.length / 2)]! ^= 1
      return undefined
    })
    const { messages, problems } = await readAll(path)
    expect(messages.length).toBe(48)
    expect(problems).toEqual([
      'unchunked_data_crc.mcap: the CRC of its data differs, so some of it has changed since it was written',
    ])
  })

  test('the summary is not trusted when its CRC differs', async () => {
    const path = changed('zstd.mcap', bytes => {
      bytes[bytes.length - 60]! ^= 1
      return undefined
    })
    const { sound, rest, problems } = await recovered('zstd.mcap', path)
    expect(rest.length).toBe(sound.length)
    expect(problems[0]).toContain('zstd.mcap: the summary at the end is damaged and was not used')
  })

  test('reading goes on at the next chunk the index knows', async () => {
    const path = changed('zstd.mcap', bytes => {
      const second = [...chunkPositions(bytes)][1]!
      bytes.writeBigUInt64LE(2n ** 40n, second + 1)
      return undefined
    })
    const { sound, rest, problems } = await recovered('zstd.mcap', path)
    expect(rest.length).toBeGreaterThan(sound.length * 0.7)
    expect(problems[0]).toMatch(/^zstd.mcap: damaged, and read on behind it \(at byte \d+ to \d+: .*\)$/)
  })

  test('many damaged places are one problem', async () => {
    const path = changed('zstd.mcap', bytes => {
      const chunks = [...chunkPositions(bytes)]
      for (const chunk of [chunks[1]!, chunks[3]!]) bytes.writeBigUInt64LE(2n ** 40n, chunk + 1)
      return undefined
    })
    const { problems } = await recovered('zstd.mcap', path)
    expect(problems[0]).toMatch(/^zstd.mcap: damaged, and read on behind it \(2 times, first at byte \d+/)
    expect(problems).toHaveLength(2)
  })

  test('chunks of an unknown compression are counted', async () => {
    let chunks = 0
    const path = changed('zstd.mcap', bytes => {
      for (const at of chunkPositions(bytes)) {
        bytes.write('brot', at + 9 + 32)
        chunks++
      }
      return undefined
    })
    const { messages, problems } = await readAll(path)
    expect(messages).toEqual([])
    expect(problems[0]).toContain(`a chunk could not be read (${chunks} times, first at byte`)
    expect(problems[0]).toContain("its compression 'brot' is not supported")
  })

  test('a lost page of a database loses only its rows', async () => {
    const name = 'page_4096.db3'
    const path = changed(name, bytes => {
      const leaf = 4096 * leafPages(bytes)[2]!
      bytes.fill(0, leaf, leaf + 4096)
      return undefined
    })
    const { sound, rest, problems } = await recovered(name, path)
    expect(rest.length).toBeLessThan(sound.length)
    expect(rest.length).toBeGreaterThan(sound.length * 0.7)
    expect(problems.join()).toContain(`${name}: damaged (page`)
    expect(problems.join()).toContain(`${rest.length} messages were read`)
  })

  test('a row that a sound-looking page has lost is missed by the index', async () => {
    const name = 'many.db3'
    const path = changed(name, bytes => {
      const leaf = 4096 * leafPages(bytes)[2]!
      const cells = bytes.readUInt16BE(leaf + 3)
      // The first row is the last in its page: without it, the content still begins with a row.
      bytes.copyWithin(leaf + 8, leaf + 10, leaf + 8 + 2 * cells)
      bytes.writeUInt16BE(cells - 1, leaf + 3)
      return undefined
    })
    const { sound, rest, problems } = await recovered(name, path)
    expect(rest.length).toBe(sound.length - 1)
    expect(problems).toEqual([`${name}: has ${rest.length} messages, and its index knows ${sound.length}`])
  })

  test('rows are found without the pages that lead to them', async () => {
    const name = 'page_512.db3'
    const path = changed(name, bytes => {
      const root = 512 * (rootOf(bytes) - 1)
      bytes.fill(0, root, root + 512)
      return undefined
    })
    const { sound, rest, problems } = await recovered(name, path)
    expect(rest.length).toBe(sound.length)
    expect(problems.join()).toContain(`0 messages were read, ${rest.length} more found`)
  })

  test('a message that another opcode hides is missed, in a file that cannot be looked up in too', async () => {
    const hidden = readFileSync(join(directory, 'unchunked.mcap'))
    let at = 8
    while (hidden[at] !== 0x05) at += 9 + Number(hidden.readBigUInt64LE(at + 1))
    hidden[at] = 0x85
    for (const [name, bytes] of [
      ['hidden.mcap', hidden],
      ['hidden.mcap.zstd', zstdFrame(hidden)],
    ] as const) {
      writeFileSync(join(damaged, name), bytes)
      const { messages, problems } = await readAll(join(damaged, name))
      expect(problems.join()).toContain(
        `its statistics count ${messages.length + 1} messages, ${messages.length} were read`,
      )
    }
  })

  test('a damaged write-ahead log is used up to there', async () => {
    copyFileSync(join(directory, 'wal_left/wal_live.db3'), join(damaged, 'wal_live.db3'))
    const log = readFileSync(join(directory, 'wal_left/wal_live.db3-wal'))
    log[32 + 4120 * 2 + 100]! ^= 1
    writeFileSync(join(damaged, 'wal_live.db3-wal'), log)
    const { problems } = await readAll(join(damaged, 'wal_live.db3'))
    expect(problems[0]).toContain('wal_live.db3 has a write-ahead log beside it that is damaged at byte 8272')
  })

  test.each([
    ['a piece of its first frame is missing', 41, 2418],
    ['three frames and a piece of one are missing', 32 + 4120 * 2, 3 * 4120 + 100],
    ['its end is cut off within a frame', -100, 100],
  ])('a write-ahead log of which %s', async (_, start, length) => {
    copyFileSync(join(directory, 'wal_left/wal_live.db3'), join(damaged, 'wal_live.db3'))
    const log = readFileSync(join(directory, 'wal_left/wal_live.db3-wal'))
    const at = start < 0 ? log.length + start : start
    const rest = Buffer.concat([log.subarray(0, at), log.subarray(at + length)])
    writeFileSync(join(damaged, 'wal_live.db3-wal'), rest)
    const { problems } = await readAll(join(damaged, 'wal_live.db3'))
    expect(problems[0]).toContain('wal_live.db3 has a write-ahead log beside it that is damaged at byte')
  })
})

describe('what is no recording', () => {
  const refuses = async (path: string, message: RegExp) => {
    const refused = openRecording(path)
    await expect(refused).rejects.toBeInstanceOf(RecordingError)
    await expect(refused).rejects.toThrow(message)
  }

  test('a path where nothing is', () =>
    refuses(join(damaged, 'nowhere'), /nowhere: no such file or directory/))
  test('a directory without storage files', () =>
    refuses(import.meta.dirname, /expected a rosbag2 recording in .mcap or .db3, found /))
  test('an empty file', async () => {
    writeFileSync(join(damaged, 'empty.mcap'), '')
    await refuses(join(damaged, 'empty.mcap'), /expected MCAP or SQLite3.*it is empty/)
  })
  test('a file of another kind', () => refuses(import.meta.filename, /it begins as none of them does/))
  test('a database of something else', async () => {
    const path = changed('page_4096.db3', bytes => {
      bytes.write('CREATE TABLE massages', bytes.indexOf('CREATE TABLE messages'))
      bytes.write('massages', bytes.indexOf('messagesmessages'))
      return undefined
    })
    await refuses(path, /expected a rosbag2 database with a table 'messages'; it has topics, massages/)
  })
})

function* chunkPositions(bytes: Buffer): Generator<number> {
  for (let at = 8; at + 9 < bytes.length; at += 9 + Number(bytes.readBigUInt64LE(at + 1))) {
    if (bytes[at] === 6) yield at
  }
}

/** The root page of the messages table: the byte before its CREATE statement. */
function rootOf(bytes: Buffer): number {
  return bytes[bytes.indexOf('CREATE TABLE messages') - 1]!
}

/** Leaf pages of tables, of pages of 4096 bytes, behind the first few. */
function leafPages(bytes: Buffer): number[] {
  const leaves: number[] = []
  for (let page = 8; page < bytes.length / 4096; page++) if (bytes[page * 4096] === 0x0d) leaves.push(page)
  return leaves
}
