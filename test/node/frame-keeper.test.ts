import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { decodePng } from '../../src/image/png.ts'
import { serializeImage } from '../../src/image/serialize.ts'
import type { ArchiveRequest } from '../../src/node/frame-archive.ts'
import { directoryOf, FrameKeeper } from '../../src/node/frame-keeper.ts'
import { type Archive, openArchive } from '../../src/node/open-archive.ts'
import type { SteadyClock } from '../../src/node/steady-clock.ts'
import type { RawValue } from '../../src/parameters/parameters.ts'
import { filesOfFrame } from '../../src/report/saved-frames.ts'
import { Rig } from '../monitor/rig.ts'
import { readStoredPng } from '../support/png-reader.ts'

// In memory where there is such a place: what is written is waited for.
const root = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'keeper-'))
afterAll(() => rmSync(root, { recursive: true }))
let folders = 0

/** 100 pixels of two classes, of which so many are wrong. */
const label = Array.from({ length: 100 }, (_, i) => (i < 50 ? 0 : 1))
const wrong = (count: number) => label.map((id, i) => (i < count ? 1 - id : id))

/** A monitor whose level follows every frame, and its keeper. Frames are stamped 0, 1, 2 s. */
class KeeperRig {
  readonly directory = join(root, String(folders++))
  readonly clock = { seconds: 100 }
  readonly rig: Rig
  readonly keeper: FrameKeeper
  changes = 0
  camera: Uint8Array | undefined

  constructor(
    values: Record<string, RawValue> = {},
    open: () => Archive = openArchive,
    name = '/dice_monitor',
  ) {
    this.rig = new Rig({
      'classes.names': ['grass', 'trail'],
      'window.frames': 1n,
      'thresholds.frames': 1n,
      'save.worst': 10n,
      'save.directory': this.directory,
      ...values,
    })
    const { monitor } = this.rig
    this.keeper = new FrameKeeper(
      monitor,
      this.clock as SteadyClock,
      name,
      open,
      () => this.camera,
      () => this.changes++,
    )
    monitor.onFrame = frame => this.keeper.offer(frame)
    this.keeper.tick()
  }

  frames(...wrongPixels: number[]): this {
    for (const count of wrongPixels) this.rig.pair(wrong(count), label, 10, 10)
    return this
  }

  pass(seconds: number): this {
    this.clock.seconds += seconds
    this.keeper.tick()
    return this
  }

  /** Stamps of the frames in the directory, s. */
  get kept(): number[] {
    const scores = readdirSync(this.directory).filter(name => name.endsWith('scores.json'))
    return scores.map(name => Number(name.slice(0, 19)) / 1e9)
  }
}

describe('the worst frame of an episode', () => {
  it('is kept when the episode is over, and one of each', async () => {
    const rig = new KeeperRig().frames(0, 40, 60, 45, 0)
    expect(rig.kept).toEqual([2])
    rig.frames(0, 50, 60, 60, 0)
    expect(rig.kept).toEqual([2, 7])
    expect(rig.keeper.state).toMatchObject({ frames: 2, problem: '', skipped: 0, directory: rig.directory })
    expect(rig.keeper.state!.bytes).toBeGreaterThan(500)
    rig.frames(50)
    await rig.keeper.close()
    expect(rig.kept).toEqual([2, 7, 10])
  })

  it('is kept at once, and a worse one in its place a while later or at the end', () => {
    const rig = new KeeperRig().frames(40)
    expect(rig.kept).toEqual([])
    rig.pass(0.05)
    expect(rig.kept).toEqual([0])
    rig.frames(50).pass(9.94)
    expect(rig.kept).toEqual([0])
    rig.pass(0.06)
    expect(rig.kept).toEqual([1])
    rig.frames(45).pass(20)
    expect(rig.kept).toEqual([1])
    rig.frames(60, 0)
    expect(rig.kept).toEqual([3])
    rig.frames(41).pass(0.05)
    expect(rig.kept).toEqual([3, 5])
  })

  it('is one of a WARN and an ERROR in a row; what is OK or undefined is no frame to keep', () => {
    const rig = new KeeperRig({ 'thresholds.dice.warn': 0.9, 'thresholds.dice.error': 0.5 })
    rig.frames(5, 20, 60, 20, 0, 10)
    expect(rig.kept).toEqual([2])
    const none = new KeeperRig({ 'classes.ignored_labels': [0n, 1n] }).frames(50, 50).pass(1)
    expect(none.kept).toEqual([])
  })

  it('has masks of ids in their full size, the picture, and scores', () => {
    const rig = new KeeperRig({
      'classes.groups': ['all: grass, trail'],
      regions: ['top: rows 0-0.5', 'body: rows 0.9-1'],
      'regions.ignored': ['body'],
      'errors.critical': ['grass>trail:0.1:0.5'],
    }).frames(0, 40, 0)
    const [labelFile, predictionFile, overlay, error, scores] = filesOfFrame(1_000_000_000n).map(name =>
      readFileSync(join(rig.directory, name)),
    )
    expect([...decodePng(labelFile!)]).toEqual(label)
    expect([...decodePng(predictionFile!)]).toEqual(wrong(40))
    expect([...decodePng(error!)]).toEqual(label.map((_, i) => (i < 40 ? 1 : 0)))
    expect([overlay!.readUInt32BE(16), overlay!.readUInt32BE(20)]).toEqual([10, 10])
    const [grass, trail] = [20 / 60, 80 / 120]
    expect(JSON.parse(scores!.toString())).toMatchObject({
      stamp_ns: 1_000_000_000,
      prediction_stamp_ns: 1_000_000_000,
      dice: expect.closeTo((grass + trail) / 2, 12),
      window_dice: expect.closeTo((grass + trail) / 2, 12),
      level: 2,
      verdict: expect.stringMatching(/^ERROR 80 % of grass taken for trail/),
      accuracy: expect.closeTo(50 / 90, 12),
      pixels_evaluated: 90,
      pixels_ignored: 10,
      pixels_unknown_prediction: 0,
      width: 10,
      height: 10,
      classes: [
        { id: 0, name: 'grass', dice: expect.closeTo(grass, 12), recall: 0.2 },
        { id: 1, name: 'trail', dice: expect.closeTo(trail, 12), recall: 1 },
      ],
      groups: [{ name: 'all', dice: 1 }],
      regions: [{ name: 'top', dice: expect.closeTo(20 / 60 / 2, 12) }],
      critical_errors: [{ name: 'grass>trail', window_rate: 0.8 }],
      mistakes: [{ label: 'grass', prediction: 'trail', pixels: 40, share: 40 / 90 }],
    })
  })

  it('has an overlay over what the camera saw, where that is a picture', () => {
    const rig = new KeeperRig()
    const overlay = (second: bigint) => {
      const { samples } = readStoredPng(
        readFileSync(join(rig.directory, filesOfFrame(second * 10n ** 9n)[2]!)),
      )
      return [...samples]
    }
    const image = { sec: 0, nanosec: 0, width: 5, height: 5 }
    // Right pixels are of its dimmed gray, of which there is another at each.
    rig.camera = serializeImage({
      ...image,
      encoding: 'mono8',
      data: Uint8Array.from({ length: 25 }, (_, i) => 9 * i),
    })
    rig.frames(40, 0)
    const colors = new Set(overlay(0n).slice(60))
    expect(colors.size).toBeGreaterThan(8)
    rig.camera = serializeImage({ ...image, encoding: '32FC1', data: new Uint8Array(100) })
    rig.frames(40, 0)
    expect(new Set(overlay(2n).slice(60)).size).toBeLessThan(5)
    rig.camera = Uint8Array.of(0, 1, 0, 0, 7)
    rig.frames(40, 0)
    expect(overlay(4n)).toEqual(overlay(2n))
    expect(rig.keeper.state!.problem).toBe('')
  })

  it('is of the bytes as they were, whatever becomes of the message', () => {
    const rig = new KeeperRig()
    rig.frames(40)
    const { frame } = rig.rig.monitor
    frame.predictionMessage.fill(0)
    frame.labelMessage.fill(0)
    rig.pass(1)
    expect([...decodePng(readFileSync(join(rig.directory, filesOfFrame(0n)[1]!)))]).toEqual(wrong(40))
  })
})

describe('the parameters', () => {
  it('bound what is kept, and change it while it runs', () => {
    const rig = new KeeperRig({ 'save.worst': 1n }).frames(40, 0, 50, 0, 45, 0)
    expect(rig.kept).toEqual([2])
    rig.rig.configure({ 'save.worst': 2n })
    rig.pass(0.05).frames(41, 0)
    expect(rig.kept).toEqual([2, 6])
    rig.rig.configure({ 'save.worst': 0n })
    rig.pass(0.05).frames(90, 0)
    expect(rig.kept).toEqual([2, 6])
    expect(rig.keeper.state).toBeUndefined()
    const elsewhere = join(root, String(folders++))
    rig.rig.configure({ 'save.worst': 2n, 'save.directory': elsewhere })
    rig.pass(0.05).frames(42, 0)
    expect(readdirSync(elsewhere)).toHaveLength(5)
    expect(rig.kept).toEqual([2, 6])
  })

  it('ask for a directory', () => {
    const missing = { 'save.directory': '' }
    expect(() => new KeeperRig(missing)).toThrow('parameter save.directory: save.worst asks for frames')
    expect(new KeeperRig({ 'save.worst': 0n, ...missing }).keeper.state).toBeUndefined()
  })

  it('give each node its own folder, and ~ the home directory', () => {
    expect(directoryOf('/data', '/dice_monitor')).toBe('/data')
    expect(directoryOf('/data', '/front/dice_monitor')).toBe('/data/front/dice_monitor')
    expect(directoryOf('/data', '/rear')).toBe('/data/rear')
    expect(directoryOf('~/worst', '/dice_monitor')).toBe(join(homedir(), 'worst'))
    expect(directoryOf('~', '/dice_monitor')).toBe(join(process.cwd(), '~'))
    const rig = new KeeperRig({}, openArchive, '/front/dice_monitor').frames(40, 0)
    expect(readdirSync(join(rig.directory, 'front/dice_monitor'))).toHaveLength(5)
  })
})

describe('a disk that refuses', () => {
  it('is a problem that is told, and what it refused is written when it does no longer', () => {
    const blocked = join(root, String(folders++))
    writeFileSync(blocked, '')
    const rig = new KeeperRig({ 'save.directory': join(blocked, 'frames') })
    expect(rig.keeper.state!.problem).toMatch(/^frames are not kept in .*frames: ENOTDIR: /)
    expect(rig.changes).toBe(1)
    rig.frames(40, 0)
    expect(rig.changes).toBe(1)
    rmSync(blocked)
    mkdirSync(blocked)
    rig.pass(9.9)
    expect(rig.keeper.state!.problem).not.toBe('')
    rig.pass(0.1)
    expect(rig.keeper.state).toMatchObject({ frames: 1, problem: '' })
    expect(rig.changes).toBe(2)
    expect(readdirSync(join(blocked, 'frames'))).toHaveLength(5)
  })

  it('is not asked again for a frame that is too large', () => {
    const rig = new KeeperRig({ 'save.bytes': 300n }).frames(40, 0)
    expect(rig.keeper.state!.problem).toMatch(/a frame has \d+ bytes, save\.bytes is 300$/)
    rig.pass(10)
    expect(rig.keeper.state!.problem).toBe('')
  })

  it('that hangs lets no more than four frames wait', () => {
    const asked: ArchiveRequest[] = []
    const answers: (() => void)[] = []
    const slow: Archive = {
      ask: (request, onAnswer) => {
        asked.push(request)
        answers.push(() => onAnswer({ frames: 1, bytes: 1, problem: '' }))
      },
      close: async () => {},
    }
    const rig = new KeeperRig({}, () => slow)
    for (let i = 0; i < 6; i++) rig.frames(40, 0)
    expect(asked.map(({ kind }) => kind)).toEqual(['open', 'keep', 'keep', 'keep', 'keep'])
    expect(rig.keeper.state!.skipped).toBe(2)
    for (const answer of answers.splice(0)) answer()
    rig.frames(40, 0)
    expect(asked).toHaveLength(6)
    // What is answered of a directory that is no longer looked at says nothing of the next.
    rig.rig.configure({ 'save.directory': `${rig.directory}b` })
    rig.pass(0.05)
    for (const answer of answers.slice(0, 1)) answer()
    expect(rig.keeper.state!.frames).toBe(0)
    // Nor are those that are still on their way to it in the way of others.
    for (let i = 0; i < 4; i++) rig.frames(40, 0)
    rig.rig.configure({ 'save.directory': `${rig.directory}c` })
    rig.pass(0.05)
    const before = asked.length
    rig.frames(40, 0)
    expect(asked.slice(before).map(({ kind }) => kind)).toEqual(['keep'])
  })

  const inOwnMounts = spawnSync('unshare', ['-rm', 'true']).status === 0

  it.skipIf(!inOwnMounts)('is full or read-only (skipped where nothing can be mounted)', () => {
    const directory = join(root, String(folders++))
    mkdirSync(directory)
    const run = (options: string) =>
      spawnSync(
        'unshare',
        [
          ...[
            '-rm',
            'bash',
            '-c',
            'mount -t tmpfs -o "$0" none "$1" && shift && exec "$@"',
            options,
            directory,
          ],
          ...[process.execPath, '--import', 'tsx', join(import.meta.dirname, 'keep-one.ts'), directory],
        ],
        { encoding: 'utf8' },
      ).stdout
    expect(run('ro')).toMatch(/^0 files frames are not kept in .*: EROFS: read-only file system/)
    expect(run('size=16k')).toMatch(/^0 files frames are not kept in .*: ENOSPC: no space left on device/)
    expect(run('size=16m')).toBe('5 files ')
  })
})
