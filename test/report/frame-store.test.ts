import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, describe, expect, it } from 'vitest'
import { FrameStore, FrameTooLarge } from '../../src/report/frame-store.ts'
import { filesOfFrame, stampOfFile } from '../../src/report/saved-frames.ts'

// In memory where there is such a place: what is written is waited for.
const root = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'store-'))
afterAll(() => rmSync(root, { recursive: true }))
let folders = 0
const folder = () => join(root, String(folders++))

/** Files of a frame of 100 bytes. */
function files(stamp: bigint, dice: number): Map<string, string> {
  const scores = JSON.stringify({ dice })
  const each = filesOfFrame(stamp).map((name): [string, string] => [name, 'x'.repeat(15)])
  const last = each.length - 1
  each[last] = [each[last]![0], scores.padEnd(100 - 15 * last)]
  return new Map(each)
}
const keep = (store: FrameStore, stamp: bigint, dice: number, replaced?: bigint) =>
  store.keep({ stamp, dice }, files(stamp, dice), replaced)
const stampsIn = (directory: string) =>
  [...new Set(readdirSync(directory).map(name => stampOfFile(name)))].map(Number).sort((a, b) => a - b)
/** Every file is of a whole frame. */
function expectWhole(directory: string): void {
  const names = readdirSync(directory)
  const stamps = [...new Set(names.map(name => stampOfFile(name)))]
  expect(stamps).not.toContain(undefined)
  expect(names.sort()).toEqual(stamps.flatMap(stamp => filesOfFrame(stamp!)).sort())
}

describe('a store of frames', () => {
  it('keeps those with the lowest dice, of equals the earlier, as many as it may', () => {
    const directory = folder()
    const store = new FrameStore(directory, { frames: 2, bytes: 1000 })
    expect([store.frames, store.bytes]).toEqual([0, 0])
    expect(keep(store, 1n, 0.5)).toBe(true)
    expect(keep(store, 2n, 0.7)).toBe(true)
    expect([store.frames, store.bytes]).toEqual([2, 200])
    expect(keep(store, 3n, 0.7)).toBe(false)
    expect(stampsIn(directory)).toEqual([1, 2])
    expect(keep(store, 4n, 0.6)).toBe(true)
    expect(stampsIn(directory)).toEqual([1, 4])
    expect(keep(store, 5n, 0.1)).toBe(true)
    expect(stampsIn(directory)).toEqual([1, 5])
    expectWhole(directory)
    const equal = folder()
    const first = new FrameStore(equal, { frames: 2, bytes: 1000 })
    for (const stamp of [1n, 2n]) keep(first, stamp, 0.5)
    expect(keep(first, 3n, 0.4)).toBe(true)
    expect(stampsIn(equal)).toEqual([1, 3])
  })

  it('keeps no more bytes than it may, to the last one', () => {
    const directory = folder()
    const store = new FrameStore(directory, { frames: 10, bytes: 300 })
    for (const [stamp, dice] of [
      [1n, 0.5],
      [2n, 0.6],
      [3n, 0.7],
    ] as const)
      expect(keep(store, stamp, dice)).toBe(true)
    expect(store.bytes).toBe(300)
    expect(keep(store, 4n, 0.65)).toBe(true)
    expect(stampsIn(directory)).toEqual([1, 2, 4])
    const small = new FrameStore(directory, { frames: 10, bytes: 299 })
    expect(stampsIn(directory)).toEqual([1, 2])
    expect(small.bytes).toBe(200)
    const tiny = new FrameStore(folder(), { frames: 10, bytes: 99 })
    expect(() => keep(tiny, 1n, 0.5)).toThrow(FrameTooLarge)
    expect(() => keep(tiny, 1n, 0.5)).toThrow('a frame has 100 bytes, save.bytes is 99')
    expect(keep(new FrameStore(folder(), { frames: 1, bytes: 100 }), 1n, 0.5)).toBe(true)
  })

  it('gives up no worse frame for room', () => {
    const directory = folder()
    const store = new FrameStore(directory, { frames: 10, bytes: 250 })
    keep(store, 1n, 0.5)
    keep(store, 2n, 0.6)
    const large = new Map([...files(3n, 0.55)].map(([name, text]) => [name, `${text}${' '.repeat(10)}`]))
    expect(store.keep({ stamp: 3n, dice: 0.55 }, large)).toBe(true)
    expect(stampsIn(directory)).toEqual([1, 3])
    const larger = new Map([...files(4n, 0.52)].map(([name, text]) => [name, text.padEnd(45)]))
    expect(store.keep({ stamp: 4n, dice: 0.52 }, larger)).toBe(false)
    expect(stampsIn(directory)).toEqual([1, 3])
  })

  it('puts a frame in the place of another of its episode', () => {
    const directory = folder()
    const store = new FrameStore(directory, { frames: 2, bytes: 1000 })
    keep(store, 1n, 0.5)
    keep(store, 2n, 0.6)
    expect(keep(store, 3n, 0.55, 2n)).toBe(true)
    expect(stampsIn(directory)).toEqual([1, 3])
    expect(keep(store, 4n, 0.3, 3n)).toBe(true)
    expect(stampsIn(directory)).toEqual([1, 4])
    expect(store.frames).toBe(2)
    const roomy = new FrameStore(directory, { frames: 9, bytes: 1000 })
    expect(keep(roomy, 5n, 0.2, 4n)).toBe(true)
    expect(keep(roomy, 6n, 0.9, 99n)).toBe(true)
    expect(stampsIn(directory)).toEqual([1, 5, 6])
  })

  it('overwrites a frame of the same stamp by a worse one alone', () => {
    const directory = folder()
    const store = new FrameStore(directory, { frames: 2, bytes: 1000 })
    keep(store, 1n, 0.5)
    expect(keep(store, 1n, 0.5)).toBe(false)
    expect(keep(store, 1n, 0.4)).toBe(true)
    expect(store.frames).toBe(1)
    expect(readFileSync(join(directory, filesOfFrame(1n).at(-1)!), 'utf8')).toContain('0.4')
  })
})

describe('opened again', () => {
  it('counts what earlier runs left', () => {
    const directory = folder()
    const first = new FrameStore(directory, { frames: 3, bytes: 1000 })
    for (const stamp of [1n, 2n, 3n]) keep(first, stamp, 0.1 * Number(stamp))
    const store = new FrameStore(directory, { frames: 3, bytes: 1000 })
    expect([store.frames, store.bytes]).toEqual([3, 300])
    expect(keep(store, 4n, 0.35)).toBe(false)
    expect(keep(store, 5n, 0.05)).toBe(true)
    expect(stampsIn(directory)).toEqual([1, 2, 5])
    expect(new FrameStore(directory, { frames: 2, bytes: 1000 }).frames).toBe(2)
    expect(stampsIn(directory)).toEqual([1, 5])
    expectWhole(directory)
  })

  it('removes what it was writing and what it changed in part, and nothing of others', () => {
    const directory = folder()
    keep(new FrameStore(directory, { frames: 3, bytes: 1000 }), 1n, 0.5)
    const put = (name: string, text = 'x') => writeFileSync(join(directory, name), text)
    const [label, prediction, , , scores] = filesOfFrame(2n)
    for (const name of [label!, prediction!]) put(name)
    put(`.${filesOfFrame(3n)[0]}.4711.tmp`)
    put('..changing.4711.tmp')
    put('.changing', '2\n1')
    // Labels that somebody has drawn, and a file that another program writes.
    const theirs = filesOfFrame(9n).slice(0, 1)
    for (const name of theirs) put(name)
    put('.note.1.tmp')
    put('note.txt')
    // Whole but for what it scored.
    for (const name of filesOfFrame(4n)) put(name)
    expect(new FrameStore(directory, { frames: 3, bytes: 1000 }).frames).toBe(1)
    expect(readdirSync(directory).sort()).toEqual(
      [...filesOfFrame(1n), ...filesOfFrame(4n), ...theirs, '.note.1.tmp', 'note.txt'].sort(),
    )
    put('.changing', '4')
    for (const name of filesOfFrame(5n)) put(name, name === filesOfFrame(5n)[1] ? '' : '{"dice": 0.1}')
    expect(new FrameStore(directory, { frames: 3, bytes: 1000 }).frames).toBe(1)
    expect(existsSync(join(directory, filesOfFrame(4n)[0]!))).toBe(false)
    expect(existsSync(join(directory, filesOfFrame(5n)[0]!))).toBe(true)
    expect(existsSync(join(directory, scores!))).toBe(false)
  })

  it('after a kill at any moment, has whole frames within its bounds', async () => {
    const directory = folder()
    const stamps: number[] = []
    for (let round = 0; round < 3; round++) {
      const script = join(import.meta.dirname, 'store-forever.ts')
      const child = spawn(process.execPath, ['--import', 'tsx', script, directory])
      await once(child.stdout, 'data')
      await sleep(30 + 67 * round)
      child.kill('SIGKILL')
      await once(child, 'close')
      const { frames, bytes } = new FrameStore(directory, { frames: 3, bytes: 2 ** 20 })
      expect(frames).toBeLessThanOrEqual(3)
      expect(bytes).toBeGreaterThan(0)
      expectWhole(directory)
      stamps.push(...stampsIn(directory))
    }
    expect(new Set(stamps).size).toBeGreaterThan(1)
  })
})

describe('a directory that cannot be written to', () => {
  it('is an error of the system when the store is opened, and nothing is lost', () => {
    const file = folder()
    writeFileSync(file, '')
    expect(() => new FrameStore(join(file, 'below'), { frames: 1, bytes: 1000 })).toThrow(/ENOTDIR/)
    const directory = folder()
    const store = new FrameStore(directory, { frames: 1, bytes: 1000 })
    keep(store, 1n, 0.5)
    // A folder stands where the scores of the next one are to be.
    mkdirSync(join(directory, filesOfFrame(2n).at(-1)!))
    expect(() => keep(store, 2n, 0.4)).toThrow()
    expect(readdirSync(directory).some(name => name.endsWith('.tmp'))).toBe(false)
  })
})
