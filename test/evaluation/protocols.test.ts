import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { evaluate } from '../../src/evaluation/evaluate.ts'
import { openRecordingSource } from '../../src/evaluation/recording-source.ts'
import { loadOntology } from '../../src/ontology/load.ts'
import { parametersInFile } from '../../src/parameters/file.ts'
import type { RawValue } from '../../src/parameters/parameters.ts'
import { type RecordedMask, SCORE_ALL, writeRecording } from './recording.ts'

const [WIDTH, HEIGHT, FRAMES] = [40, 30, 3]
const PIXELS = WIDTH * HEIGHT

let directory: string
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'dice-protocols-'))
})
afterAll(() => rmSync(directory, { recursive: true }))

/** Ids of labels and predictions of all frames, one after the other. */
interface Ids {
  labels: Uint8Array
  predictions: Uint8Array
}

/** Areas of the ids given, with one of the others for every fifth pixel of the prediction. */
function ids(labels: readonly number[], predictions: readonly number[]): Ids {
  const label = (i: number) => labels[(((i % PIXELS) >> 5) * 7 + Math.floor(i / PIXELS)) % labels.length]!
  return {
    labels: Uint8Array.from({ length: FRAMES * PIXELS }, (_, i) => label(i)),
    predictions: Uint8Array.from({ length: FRAMES * PIXELS }, (_, i) => {
      const other = predictions[(i * 11) % predictions.length]!
      return i % 5 === 0 || !predictions.includes(label(i)) ? other : label(i)
    }),
  }
}

async function summaryOf(
  protocol: string,
  { labels, predictions }: Ids,
  more: Record<string, RawValue> = {},
) {
  const masks = Array.from({ length: FRAMES }, (_, frame): RecordedMask[] => {
    const part = (all: Uint8Array) => all.slice(frame * PIXELS, (frame + 1) * PIXELS)
    const common = { time: 1_700_000_000 + frame, width: WIDTH, height: HEIGHT }
    return [
      { ...common, topic: '/label', data: part(labels) },
      { ...common, topic: '/prediction', data: part(predictions) },
    ]
  })
  const path = join(directory, `${protocol}.mcap`)
  await writeRecording(path, masks.flat())
  const file = join(import.meta.dirname, `../../config/protocols/${protocol}.yaml`)
  const chosen = parametersInFile(readFileSync(file, 'utf8'), '/dice_monitor', file)
  for (const [name, value] of Object.entries(more)) chosen.set(name, value)
  const source = await openRecordingSource(path)
  try {
    const { summary } = await evaluate(source, { ...SCORE_ALL, withPictures: false, chosen, version: '' })
    return summary
  } finally {
    await source.close()
  }
}

/** A confusion matrix as the scripts of the protocols make it. */
function confusion(
  size: number,
  pairs: readonly (readonly [label: number, prediction: number])[],
): number[][] {
  const matrix = Array.from({ length: size }, () => new Array<number>(size).fill(0))
  for (const [label, prediction] of pairs) matrix[label]![prediction]!++
  return matrix
}

const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0)

/** Intersection over union of each class, 0 where there is none of it. */
function ious(matrix: readonly (readonly number[])[]): number[] {
  return matrix.map((row, k) => {
    const union = sum(row) + sum(matrix.map(other => other[k]!)) - row[k]!
    return row[k]! / Math.max(1, union)
  })
}

const pairsOf = ({ labels, predictions }: Ids) =>
  Array.from(labels, (label, i) => [label, predictions[i]!] as const)

describe('RELLIS-3D', () => {
  /** `label_mapping` of the script. */
  const TRAIN: Record<number, number> = {
    ...{
      0: 0,
      1: 0,
      3: 1,
      4: 2,
      5: 3,
      6: 4,
      7: 5,
      8: 6,
      9: 7,
      10: 8,
      12: 9,
      15: 10,
      17: 11,
      18: 12,
      19: 13,
      23: 14,
    },
    ...{ 27: 15, 29: 1, 30: 1, 31: 16, 32: 4, 33: 17, 34: 18 },
  }

  test('has void in the mean, as its script', async () => {
    const all = Object.keys(TRAIN).map(Number)
    for (const labels of [all, all.filter(id => id !== 27), [0, 1, 3, 30, 4, 33]]) {
      const masks = ids(labels, all)
      const known = pairsOf(masks)
        .map(([label, prediction]) => [TRAIN[label]!, TRAIN[prediction]!] as const)
        .filter(([label]) => label !== 0)
      const expected = ious(confusion(19, known))
      const summary = await summaryOf('rellis3d', masks)
      expect(summary.classes).toHaveLength(19)
      expect(summary.classes.map(({ iou }) => iou ?? 0)).toEqual(expected)
      expect(summary.pooled.iou).toBeCloseTo(sum(expected) / 19, 12)
      expect(expected[0]).toBe(0)
    }
  })

  test('is 18/19 of the mean without void', async () => {
    const kept = Object.keys(TRAIN)
      .map(Number)
      .filter(id => id > 1)
    const { pooled, classes, pairing } = await summaryOf('rellis3d', ids(kept, kept))
    const others = classes.filter(({ name }) => name !== 'void').map(({ iou }) => iou!)
    expect(pooled.iou).toBeCloseTo((18 / 19) * (sum(others) / 18), 12)
    expect(pairing.problems).toEqual([])
  })
})

describe('GOOSE', () => {
  const { classes } = loadOntology('goose').ontology
  const CATEGORIES = [
    'other',
    'artificial_structures',
    'artificial_ground',
    'natural_ground',
    'obstacle',
    'vehicle',
  ]
  CATEGORIES.push('vegetation', 'human', 'sky')
  const categoryOf = (id: number) => CATEGORIES.indexOf(classes[id]!.groups.get('category') ?? 'other')

  test('is scored by 64 classes and by categories, whose mean is the composite', async () => {
    const all = Array.from({ length: 64 }, (_, id) => id)
    for (const labels of [all, [0, 5, 8, 11, 23, 38, 50, 53]]) {
      const masks = ids(labels, all)
      const fine = ious(confusion(64, pairsOf(masks)))
      const coarse = ious(
        confusion(
          9,
          pairsOf(masks).map(([label, prediction]) => [categoryOf(label), categoryOf(prediction)]),
        ),
      ).slice(1)
      const summaries = [await summaryOf('goose_fine', masks), await summaryOf('goose_categories', masks)]
      expect(summaries.map(({ pixels }) => pixels.evaluated)).toEqual([FRAMES * PIXELS, FRAMES * PIXELS])
      expect(summaries[0]!.pooled.iou).toBeCloseTo(sum(fine) / 64, 12)
      expect(summaries[1]!.pooled.iou).toBeCloseTo(sum(coarse) / 8, 12)
    }
  })
})

describe('ADE20K', () => {
  /** pixelAccuracy.m and intersectionAndUnion.m, over all frames. */
  function published({ labels, predictions }: Ids) {
    let [labelled, correct] = [0, 0]
    const [intersection, union] = [new Array<number>(151).fill(0), new Array<number>(151).fill(0)]
    labels.forEach((label, i) => {
      const prediction = label > 0 ? predictions[i]! : 0
      if (label > 0) labelled++
      if (label > 0 && label === prediction) correct++
      if (label === prediction) intersection[label]!++
      else union[prediction]!++
      union[label]!++
    })
    const scores = intersection.slice(1).map((area, k) => area / (union[k + 1]! + Number.EPSILON))
    return { accuracy: correct / labelled, iou: sum(scores) / 150 }
  }

  test('leaves 0 out, with predictions of 1 to 150 and of 0 to 149', async () => {
    const all = Array.from({ length: 151 }, (_, id) => id)
    for (const labels of [all, [0, 3, 7, 150, 1]]) {
      const masks = ids(labels, all.slice(1))
      const expected = published(masks)
      const reduced = { ...masks, predictions: masks.predictions.map(id => id - 1) }
      for (const { pooled, pixels } of [
        await summaryOf('ade20k', masks),
        await summaryOf('ade20k', reduced, { 'prediction.ontology': 'ade20k_reduced' }),
      ]) {
        expect(pooled.accuracy).toBeCloseTo(expected.accuracy, 12)
        expect(pooled.iou).toBeCloseTo(expected.iou, 10)
        expect(pixels.ignored).toBe(masks.labels.filter(label => label === 0).length)
      }
    }
  })
})
