import { setImmediate } from 'node:timers/promises'
import { Kernels } from '../../../src/kernels/kernels.ts'
import { Monitor } from '../../../src/monitor/monitor.ts'
import { ParameterError, parametersFrom, type RawValue } from '../../../src/parameters/parameters.ts'
import { type Random, random } from '../../recording/fuzz/variants.ts'
import { grayPng } from '../../support/png-writer.ts'
import { type Channel, CLASSES, IGNORED, meant, NO_CLASS, randomMap } from './maps.ts'
import { type PlainPng, plainPng } from './plain-png.ts'
import { randomPicture, tampered, written } from './variants.ts'

/** What became of so many variants. */
export interface Outcomes {
  /** Maps that were refused, as they had to be or as they were no maps. */
  mapsRefused: number
  maps: number
  pngs: number
  /** Pairs whose counts were those of the plain decoder and loop. */
  scored: number
  /** Refused, and the plain decoder cannot read them or the rules do not say what they mean. */
  refused: number
  /** Refused, though the plain decoder, which is not as strict, reads them. */
  refusedAlone: number
}

/** Masks that are tried with one pair of maps. */
const MASKS_A_MAP = 20
const IGNORED_LABELS = [255, 2]

/**
 * Scores masks of tampered PNG files through random maps, and compares every count with that of a plain decoder and
 * a plain loop.
 * @throws Error that names the variant at the first that crashes or counts otherwise
 */
export async function fuzzMasks(
  variants: number,
  seed: number,
  onProgress: (outcomes: Outcomes) => void = () => {},
): Promise<Outcomes> {
  const outcomes: Outcomes = { mapsRefused: 0, maps: 0, pngs: 0, scored: 0, refused: 0, refusedAlone: 0 }
  const kernels = new Kernels()
  for (let i = 0; outcomes.pngs + outcomes.maps < variants; i++) {
    try {
      tryMaps(kernels, random(seed + i), outcomes)
    } catch (error) {
      throw new Error(`seed ${seed + i}: ${(error as Error).message}`, { cause: error })
    }
    // What the decompressor leaves is freed between tasks.
    await setImmediate()
    if (i % 500 === 0) onProgress(outcomes)
  }
  return outcomes
}

function tryMaps(kernels: Kernels, next: Random, outcomes: Outcomes): void {
  const [label, prediction] = [randomMap(next), randomMap(next)]
  const channels = [0, 1].map(() => (['auto', 'auto', 'auto', 'color', 'r', 'g', 'b'] as const)[next(7)]!)
  const [labelChannel, predictionChannel] = channels as [Channel, Channel]
  outcomes.maps += 2
  const values: Record<string, RawValue> = {
    'classes.names': CLASSES,
    'classes.ignored_labels': IGNORED_LABELS.map(BigInt),
    'label.map': label.texts,
    'prediction.map': prediction.texts,
    'label.channel': labelChannel,
    'prediction.channel': predictionChannel,
  }
  const maps = [label, prediction]
  const isRefused =
    maps.some(({ meaning }) => meaning === 'refused') ||
    maps.some(
      ({ meaning }, m) =>
        meaning && meaning !== 'refused' && channels[m] === 'color' && meaning.colours.size === 0,
    )
  let monitor: Monitor
  try {
    monitor = new Monitor(parametersFrom(new Map(Object.entries(values))), kernels)
  } catch (error) {
    if (!(error instanceof ParameterError)) throw error
    if (!isRefused && maps.every(({ meaning }) => meaning !== undefined)) {
      throw new Error(
        `refused ${JSON.stringify([label.texts, prediction.texts, channels])}: ${error.message}`,
      )
    }
    outcomes.mapsRefused++
    return
  }
  if (isRefused && maps.every(({ meaning }) => meaning !== undefined)) {
    throw new Error(`took ${JSON.stringify([label.texts, prediction.texts, channels])}`)
  }
  for (let i = 0; i < MASKS_A_MAP; i++) {
    outcomes.pngs++
    tryMask(monitor, next, outcomes, (png, isLabel) => {
      const { meaning } = isLabel ? label : prediction
      if (meaning === undefined || meaning === 'refused') return 'anything'
      return meant(
        png,
        meaning,
        isLabel ? labelChannel : predictionChannel,
        isLabel,
        ignoredBy(label.texts, isLabel),
      )
    })
  }
}

/** A label map that has an entry for the rest leaves nothing to `classes.ignored_labels`. */
const ignoredBy = (texts: readonly string[], isLabel: boolean) =>
  isLabel && texts.length === 0 ? IGNORED_LABELS : []

type Reading = (png: PlainPng, isLabel: boolean) => number[] | 'anything' | undefined

function tryMask(monitor: Monitor, next: Random, outcomes: Outcomes, read: Reading): void {
  const picture = randomPicture(next)
  const isSound = next(4) === 0
  const file = isSound ? written(picture, next) : tampered(picture, next)
  const plain = plainPng(file)
  const size = plain ?? picture
  const other = grayPng(
    size.width,
    size.height,
    Array.from({ length: size.width * size.height }, () => next(5)),
  )
  const isLabel = next(2) === 0
  const [predicted, labelled] = isLabel ? [other, file] : [file, other]
  const { frame, predictionInput, labelInput } = monitor
  const before = frame.frameCount
  const rejected = predictionInput.rejected + labelInput.rejected
  const stamp = { sec: 1, nanosec: 0 }
  monitor.scorePair({ ...stamp, png: predicted }, { ...stamp, png: labelled })
  if (frame.frameCount === before) {
    if (predictionInput.rejected + labelInput.rejected === rejected)
      throw new Error('neither scored nor rejected')
  }
  const isScored = frame.frameCount > before
  const own = plain && read(plain, isLabel)
  const others = read(plainPng(other)!, !isLabel)
  if (!isScored) {
    const isReadable =
      own !== undefined && others !== undefined && own !== 'anything' && others !== 'anything'
    if (isReadable && isSound)
      throw new Error(`refused a sound PNG: ${predictionInput.lastError} ${labelInput.lastError}`)
    outcomes[isReadable ? 'refusedAlone' : 'refused']++
    return
  }
  if (own === undefined || others === undefined) throw new Error('scored what cannot be read')
  if (own !== 'anything' && others !== 'anything') {
    expectCounts(monitor, isLabel ? others : own, isLabel ? own : others)
  }
  outcomes.scored++
}

function expectCounts({ frame }: Monitor, predictions: readonly number[], labels: readonly number[]): void {
  const counts = new Array<number>(CLASSES.length ** 2).fill(0)
  let [ignored, unknown] = [0, 0]
  labels.forEach((label, i) => {
    const prediction = predictions[i]!
    if (label < 0 || prediction === IGNORED) ignored++
    else if (prediction === NO_CLASS) unknown++
    else counts[label * CLASSES.length + prediction]!++
  })
  const got = [...frame.counts.counts, frame.pixelsIgnored, frame.pixelsUnknownPrediction]
  const expected = [...counts, ignored, unknown]
  if (got.join() !== expected.join()) throw new Error(`expected ${expected.join()}, got ${got.join()}`)
}
