import { closeSync, ftruncateSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openRecording } from '../../src/recording/open.ts'

/** Set `DICE_MONITOR_LARGE_GIGABYTES=8` for one that is larger than the memory of many machines. */
const GIGABYTES = Number(process.env.DICE_MONITOR_LARGE_GIGABYTES ?? 2)
const DATA_BYTES = 2 ** 23
const MESSAGES = (GIGABYTES * 2 ** 30) / DATA_BYTES

/** An MCAP file without chunks whose messages are holes: as large as it is to read, it takes no room on the disk. */
function writeSparse(path: string): void {
  const file = openSync(path, 'w')
  let position = 0
  const write = (bytes: Buffer) => {
    position += writeSync(file, bytes, 0, bytes.length, position)
  }
  const record = (opcode: number, content: Buffer, length = content.length) => {
    const header = Buffer.alloc(9, opcode)
    header.writeBigUInt64LE(BigInt(length), 1)
    write(Buffer.concat([header, content]))
  }
  const text = (value: string) => Buffer.concat([Buffer.of(value.length, 0, 0, 0), Buffer.from(value)])
  const magic = Buffer.from('\x89MCAP0\r\n', 'latin1')
  write(magic)
  record(1, Buffer.concat([text('ros2'), text('')]))
  const channel = Buffer.concat([Buffer.of(1, 0, 0, 0), text('/mask'), text('cdr'), Buffer.alloc(4)])
  record(4, channel)
  for (let i = 0; i < MESSAGES; i++) {
    const head = Buffer.alloc(22)
    head.writeUInt16LE(1)
    head.writeBigUInt64LE(BigInt(i), 6)
    record(5, head, 22 + DATA_BYTES)
    position += DATA_BYTES
  }
  ftruncateSync(file, position)
  record(15, Buffer.alloc(4))
  record(2, Buffer.alloc(20))
  write(magic)
  closeSync(file)
}

test(`${GIGABYTES} GB are read in bounded memory`, async () => {
  const directory = mkdtempSync(join(tmpdir(), 'large-'))
  try {
    const path = join(directory, 'large.mcap')
    writeSparse(path)
    const before = process.memoryUsage.rss()
    let largest = 0
    let messages = 0
    const recording = await openRecording(path)
    expect(recording.topics[0]!.count).toBe(MESSAGES)
    for await (const batch of recording.messages({ inUse: () => [] })) {
      messages += batch.length
      largest = Math.max(largest, process.memoryUsage.rss() - before)
    }
    expect(messages).toBe(MESSAGES)
    expect(recording.problems).toEqual([])
    expect(largest / 2 ** 20).toBeLessThan(200)
    await recording.close()
  } finally {
    rmSync(directory, { recursive: true })
  }
})
