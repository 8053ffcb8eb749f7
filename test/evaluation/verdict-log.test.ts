import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest'
import { openRecordingSource } from '../../src/evaluation/recording-source.ts'
import { scoreMasks } from '../../src/evaluation/score.ts'
import { parametersFrom, type RawValue } from '../../src/parameters/parameters.ts'
import type { Episode } from '../../src/report/summary.ts'
import { clock, secondsAt, timeText, verdictSentence } from '../../src/report/verdict.ts'
import { type RecordedMask, SCORE_ALL, writeRecording } from './recording.ts'

const [OK, WARN, ERROR, STALE] = [0, 1, 2, 3]
const [SKY, GRASS, TRAIL] = [0, 1, 2]
const START = 1_700_000_000
const [WIDTH, HEIGHT] = [10, 3]

let directory: string
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'dice-verdict-'))
})
afterAll(() => rmSync(directory, { recursive: true }))

/** One of three rows each is sky, grass and trail; of the trail so many of ten pixels are taken for something else. */
interface Shot {
  /** In tenths of a second. */
  at: number
  wrong: number
  takenFor?: number
  /** Predictions, or labels, alone. */
  only?: 'prediction' | 'label'
}

function recorded(shots: readonly Shot[]): RecordedMask[] {
  return shots.flatMap(({ at, wrong, takenFor = GRASS, only }) => {
    const label = Uint8Array.from({ length: WIDTH * HEIGHT }, (_, i) => Math.floor(i / WIDTH))
    const predicted = label.map((id, i) => (id === TRAIL && i % WIDTH < wrong ? takenFor : id))
    const base = { time: START + at / 10, width: WIDTH, height: HEIGHT }
    const pair = [
      { ...base, topic: '/label', data: label },
      { ...base, topic: '/prediction', data: predicted },
    ]
    return pair.filter(({ topic }) => only === undefined || topic === `/${only}`)
  })
}

let files = 0
async function verdictOf(shots: readonly Shot[], settings: Record<string, RawValue> = {}) {
  const path = join(directory, `${files++}.mcap`)
  await writeRecording(path, recorded(shots))
  const source = await openRecordingSource(path)
  try {
    const names = ['sky', 'grass', 'trail']
    const parameters = parametersFrom(new Map(Object.entries({ 'classes.names': names, ...settings })))
    const scored = await scoreMasks(source, { ...SCORE_ALL, parameters })
    const tenths = (stamp: bigint) =>
      Math.round((Number(stamp - BigInt(START) * 1_000_000_000n) / 1e8) * 10) / 10
    return {
      frames: scored.frames,
      levels: scored.verdict.levels.map(({ stamp_ns, level }) => [tenths(stamp_ns), level]),
      episodes: scored.verdict.episodes.map(({ from_ns, to_ns, worst_stamp_ns, ...rest }) => ({
        ...rest,
        from: tenths(from_ns),
        to: tenths(to_ns),
        worst: worst_stamp_ns === null ? null : tenths(worst_stamp_ns),
      })),
    }
  } finally {
    await source.close()
  }
}

const shots = (count: number, wrong: (i: number) => number): Shot[] =>
  Array.from({ length: count }, (_, at) => ({ at, wrong: wrong(at) }))

/** Dice of `wrong` of 10 pixels of trail taken for grass, by the definition. */
const diceOf = (wrong: number, frames: number) => {
  const all = 10 * frames
  return (1 + (2 * all) / (2 * all + wrong) + (2 * (all - wrong)) / (2 * all - wrong)) / 3
}

describe('levels', () => {
  it('are those of a plain window and a plain hysteresis', async () => {
    const wrong = (i: number) =>
      Math.max(0, Math.min(10, Math.round(5 + 5 * Math.sin(i / 5) + ((i * 7) % 5) - 2)))
    const [window, patience, warn, error] = [4, 2, 0.85, 0.7]
    const expected: number[][] = []
    let level = OK!
    let run: number[] = []
    for (let i = 0; i < 80; i++) {
      const from = Math.max(0, i - window + 1)
      let sum = 0
      for (let j = from; j <= i; j++) sum += wrong(j)
      const dice = diceOf(sum, i - from + 1)
      const wanted = dice < error ? ERROR! : dice < warn ? WARN! : OK!
      if (wanted === level || (run.length > 0 && run[0]! > level !== wanted > level)) run = []
      if (wanted !== level) run.push(wanted)
      if (run.length === patience) {
        level = run[0]! > level ? Math.min(...run) : Math.max(...run)
        run = []
      }
      if (expected.at(-1)?.[1] !== level) expected.push([i, level])
    }
    const { levels, episodes } = await verdictOf(shots(80, wrong), {
      'window.frames': BigInt(window),
      'thresholds.frames': BigInt(patience),
      'thresholds.dice.warn': warn,
      'thresholds.dice.error': error,
    })
    expect(new Set(expected.map(([, l]) => l))).toEqual(new Set([OK, WARN, ERROR]))
    expect(levels).toEqual(expected)
    const stretches = expected.map(([from, l], i) => ({ from, to: expected[i + 1]?.[0] ?? 79, level: l }))
    expect(episodes.map(({ from, to, level: l }) => ({ from, to, level: l }))).toEqual(
      stretches.filter(({ level: l }) => l !== OK),
    )
  })

  it('begin with the first frame', async () => {
    expect((await verdictOf(shots(5, () => 0))).levels).toEqual([[0, OK]])
    const { levels, episodes } = await verdictOf(
      shots(5, () => 10),
      { 'thresholds.frames': 1n },
    )
    expect(levels).toEqual([[0, WARN]])
    expect(episodes).toEqual([{ level: WARN, class: 'trail', taken_for: 'grass', from: 0, to: 4, worst: 0 }])
  })
})

describe('an episode', () => {
  const quick = { 'window.frames': 1n, 'thresholds.frames': 1n }

  it('names the class below its own limit, what it is taken for, and its worst frame', async () => {
    const stretch = [0, 0, 3, 6, 5, 6, 0, 0]
    const found = await verdictOf(
      stretch.map((wrong, at) => ({ at, wrong, takenFor: at === 3 ? GRASS : SKY })),
      { ...quick, 'thresholds.class_dice': ['trail:0.9:0.3'] },
    )
    expect(found.levels).toEqual([
      [0, OK],
      [2, WARN],
      [6, OK],
    ])
    expect(found.episodes).toEqual([
      { level: WARN, class: 'trail', taken_for: 'sky', from: 2, to: 6, worst: 3 },
    ])
  })

  it('names the worst class where the mean is below its limit, and the class that most frames name', async () => {
    const settings = { ...quick, 'thresholds.dice.warn': 0.95, 'thresholds.dice.error': 0.3 }
    // One wrong pixel of the trail leaves the mean above the limit.
    const { episodes } = await verdictOf(
      shots(9, i => (i < 2 || i > 6 ? 1 : 9)),
      settings,
    )
    expect(episodes).toEqual([{ level: WARN, class: 'trail', taken_for: 'grass', from: 2, to: 7, worst: 2 }])
  })

  it('says nothing of what is taken for no class', async () => {
    const mixed = (at: number): Shot => ({ at, wrong: 8, takenFor: 77 })
    const { episodes } = await verdictOf([0, 1, 2].map(mixed), {
      ...quick,
      'thresholds.class_dice': ['trail:0.9:0.8'],
    })
    expect(episodes).toEqual([{ level: ERROR, class: 'trail', taken_for: null, from: 0, to: 2, worst: 0 }])
  })
})

describe('a silence', () => {
  const quick = { 'window.frames': 1n, 'thresholds.frames': 1n, stale_after: 0.5 }
  const around = (gap: Shot[]) => [
    ...shots(3, () => 0),
    ...gap,
    ...[20, 21, 22].map(at => ({ at, wrong: 0 })),
  ]

  it('of both is STALE from when it has lasted too long', async () => {
    const { levels, episodes } = await verdictOf(around([]), quick)
    expect(levels).toEqual([
      [0, OK],
      [7, STALE],
      [20, OK],
    ])
    expect(episodes).toEqual([{ level: STALE, class: null, taken_for: null, from: 7, to: 20, worst: null }])
  })

  it('of exactly that length is none, and none at all is waited for with 0', async () => {
    const just = [0, 5, 10].map(at => ({ at, wrong: 0 }))
    expect((await verdictOf(just, quick)).levels).toEqual([[0, OK]])
    expect((await verdictOf(around([]), { ...quick, stale_after: 0 })).levels).toEqual([[0, OK]])
  })

  it('of predictions is STALE; of labels it changes nothing unless it is asked to', async () => {
    const alone = (only: 'label' | 'prediction') =>
      Array.from({ length: 17 }, (_, i) => ({ at: 3 + i, wrong: 0, only }))
    expect((await verdictOf(around(alone('label')), quick)).levels.map(([, l]) => l)).toEqual([OK, STALE, OK])
    const paused = around(alone('prediction'))
    expect((await verdictOf(paused, quick)).levels).toEqual([[0, OK]])
    const strict = await verdictOf(paused, { ...quick, missing_labels_level: 'stale' })
    expect(strict.levels).toEqual([
      [0, OK],
      [7, STALE],
      [20, OK],
    ])
  })

  it('is STALE where both come and no pair is found, and not where the first label behind a pause waits', async () => {
    const apart = Array.from({ length: 16 }, (_, i): Shot[] => [
      { at: 3 + i, wrong: 0, only: 'prediction' },
      { at: 3.5 + i, wrong: 0, only: 'label' },
    ]).flat()
    expect((await verdictOf(around(apart), quick)).levels.map(([, l]) => l)).toEqual([OK, STALE, OK])
  })
})

describe('the sentence', () => {
  const S = 1_000_000_000n
  const episode = (from: number, to: number, level: number, blamed: Partial<Episode> = {}): Episode => ({
    from_ns: 100n * S + BigInt(Math.round(from * 1e9)),
    to_ns: 100n * S + BigInt(Math.round(to * 1e9)),
    level,
    class: 'trail',
    taken_for: 'grass',
    worst_stamp_ns: null,
    ...blamed,
  })
  const say = (episodes: Episode[], duration = 30) => verdictSentence(episodes, 100n * S, duration)

  test.each([
    [[], 'OK throughout, 30.0 s.'],
    [[episode(12.2, 18, ERROR!)], 'ERROR for 5.8 s of 30.0 s: trail taken for grass, 12.2 to 18.0 s.'],
    [
      [episode(1, 2, ERROR!), episode(12.2, 18, ERROR!, { taken_for: null }), episode(20, 21.5, WARN!)],
      'ERROR for 6.8 s of 30.0 s: 2 times, the longest trail, 12.2 to 18.0 s; WARN for 1.5 s.',
    ],
    [[episode(4, 8, STALE!, { class: null, taken_for: null })], 'STALE for 4.0 s without a pair.'],
    [[episode(4, 8, WARN!, { class: null, taken_for: null })], 'WARN for 4.0 s of 30.0 s: 4.0 to 8.0 s.'],
  ])('%#', (episodes, sentence) => {
    expect(say(episodes)).toBe(sentence)
  })

  it('has minutes and hours where there are some', () => {
    expect(say([episode(3000, 3725, ERROR!)], 7300)).toBe(
      'ERROR for 12:05 of 2:01:40: trail taken for grass, 50:00 to 1:02:05.',
    )
    expect([59.9, 59.96, 60, 3599.4, 3600].map(timeText)).toEqual([
      '59.9 s',
      '1:00',
      '1:00',
      '59:59',
      '1:00:00',
    ])
    expect(clock(5.4)).toBe('0:05')
  })

  it('adds up what was in force', () => {
    expect(secondsAt([episode(1, 2, ERROR!), episode(2, 4, WARN!), episode(5, 7.5, ERROR!)], ERROR!)).toBe(
      3.5,
    )
  })
})
