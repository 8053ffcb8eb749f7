import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  countSegments,
  matchInstances,
  noSegments,
  type PanopticOptions,
  panopticQuality,
} from '../../src/metrics/index.ts'
import { expectNear } from './masks.ts'

const map = (classes: number[], instances: number[]) => ({ classes, instances })
const things: PanopticOptions = { things: [1], stuff: [0] }

/** Everything by its definition, a segment being a set of pixels. */
function plain(
  prediction: ReturnType<typeof map>,
  label: ReturnType<typeof map>,
  { things, stuff, ignoredLabels = [], stuffMatching }: PanopticOptions,
) {
  const known = [...things, ...stuff]
  const segmentsOf = ({ classes, instances }: ReturnType<typeof map>) => {
    const segments = new Map<string, number[]>()
    classes.forEach((id, i) => {
      if (!known.includes(id)) return
      const key = `${id} ${stuff.includes(id) ? 0 : instances[i]}`
      segments.set(key, [...(segments.get(key) ?? []), i])
    })
    return [...segments].map(([key, pixels]) => ({ id: Number(key.split(' ')[0]), pixels }))
  }
  const isVoid =
    ({ classes }: ReturnType<typeof map>) =>
    (i: number) =>
      !known.includes(classes[i]!)
  const isLoose = (id: number) => stuffMatching === 'any' && stuff.includes(id)
  const [ps, ls] = [segmentsOf(prediction), segmentsOf(label)]
  expect(ignoredLabels.every(id => !known.includes(id))).toBe(true)
  const [voidOfLabel, voidOfPrediction] = [isVoid(label), isVoid(prediction)]
  return known.map(id => {
    const matched = new Set<object>()
    let iouSum = 0
    let pairs = 0
    for (const p of ps.filter(segment => segment.id === id))
      for (const l of ls.filter(segment => segment.id === id)) {
        const both = p.pixels.filter(i => l.pixels.includes(i)).length
        const counted = [
          ...p.pixels.filter(i => !voidOfLabel(i)),
          ...l.pixels.filter(i => !voidOfPrediction(i)),
        ]
        const iou = both / (counted.length - both)
        if (both === 0 || (!isLoose(id) && iou <= 0.5)) continue
        iouSum += iou
        pairs++
        matched.add(p).add(l)
      }
    const missed = (segments: typeof ps, isVoidThere: (i: number) => boolean) =>
      segments.filter(
        s => s.id === id && !matched.has(s) && s.pixels.filter(isVoidThere).length <= s.pixels.length / 2,
      ).length
    if (isLoose(id)) return { iouSum, matched: ls.filter(s => s.id === id).length, fp: 0, fn: 0 }
    return { iouSum, matched: pairs, fp: missed(ps, voidOfLabel), fn: missed(ls, voidOfPrediction) }
  })
}

describe('segments', () => {
  it('are counted as their definition says', () => {
    const size = fc.integer({ min: 1, max: 14 })
    const maps = size.chain(length => {
      const list = (values: number[]) =>
        fc.array(fc.constantFrom(...values), { minLength: length, maxLength: length })
      return fc.tuple(list([1, 1, 3, 2, 9]), list([5, 6]), list([1, 1, 3, 2, 8]), list([4, 5]))
    })
    const matching = fc.constantFrom('half' as const, 'any' as const)
    fc.assert(
      fc.property(maps, matching, ([classes, instances, labels, labelled], stuffMatching) => {
        const options: PanopticOptions = {
          ...{ things: [3, 1], stuff: [2], ignoredLabels: [8] },
          ...{ unknownPrediction: 'void', stuffMatching },
        }
        const prediction = map(classes, instances)
        const label = map(labels, labelled)
        const counts = countSegments(prediction, label, options)
        const expected = plain(prediction, label, { ...options, things: [1, 3] })
        expect(counts.ids).toEqual([1, 3, 2])
        expected.forEach(({ iouSum, matched, fp, fn }, at) => {
          expectNear(counts.iouSum[at]!, iouSum)
          expect([counts.matched[at], counts.falsePositives[at], counts.falseNegatives[at]]).toEqual([
            matched,
            fp,
            fn,
          ])
        })
        const quality = panopticQuality(counts)
        const scores = expected.map(({ iouSum, matched, fp, fn }) =>
          matched + fp + fn === 0 ? Number.NaN : iouSum / (matched + fp / 2 + fn / 2),
        )
        const defined = scores.filter(score => !Number.isNaN(score))
        quality.perClass.forEach(({ panoptic }, at) => {
          expectNear(panoptic, scores[at]!)
        })
        expectNear(quality.panoptic, defined.reduce((sum, score) => sum + score, 0) / defined.length)
      }),
      { numRuns: 500 },
    )
  })

  it('match above one half of the union, not at it', () => {
    const half = countSegments(map([1, 1, 0], [1, 1, 0]), map([1, 0, 0], [1, 0, 0]), things)
    expect([half.matched[0], half.falsePositives[0], half.falseNegatives[0]]).toEqual([0, 1, 1])
    const more = countSegments(map([1, 1, 1, 0], [1, 1, 1, 0]), map([1, 1, 0, 0], [7, 7, 0, 0]), things)
    expect([more.matched[0], more.iouSum[0]]).toEqual([1, 2 / 3])
  })

  it('that are half void are counted, those that are mostly void are not', () => {
    const options: PanopticOptions = { things: [1], stuff: [0], ignoredLabels: [255] }
    const falsePositives = (label: number[]) =>
      countSegments(map([1, 1, 1, 1], [1, 1, 1, 1]), map(label, [0, 0, 0, 0]), options).falsePositives[0]
    expect(falsePositives([255, 255, 0, 0])).toBe(1)
    expect(falsePositives([255, 255, 255, 0])).toBe(0)
  })

  it('add over images, where an instance of one is none of the other', () => {
    const into = noSegments(things)
    const one = map([1, 0], [1, 0])
    countSegments(one, one, things, into)
    countSegments(map([0, 0], [0, 0]), map([0, 1], [0, 1]), things, into)
    expect(into).toEqual({
      ids: [1, 0],
      matched: Float64Array.of(1, 1),
      falsePositives: Float64Array.of(0, 1),
      falseNegatives: Float64Array.of(1, 1),
      iouSum: Float64Array.of(1, 1),
    })
    const { perClass, ...mean } = panopticQuality(into)
    expect(perClass[0]).toEqual({ id: 1, panoptic: 2 / 3, segmentation: 1, recognition: 2 / 3 })
    expect(perClass[1]).toEqual({ id: 0, panoptic: 0.5, segmentation: 1, recognition: 0.5 })
    expectNear(mean.panoptic, 7 / 12)
  })

  it('of no class there are no means', () => {
    expect(panopticQuality(noSegments(things)).panoptic).toBeNaN()
  })

  const ones = map([1, 1], [1, 2])
  it.each([
    [
      'prediction 7 at pixel 1 is neither a thing nor stuff',
      () => countSegments(map([1, 7], [1, 1]), ones, things),
    ],
    [
      'label 7 at pixel 0 is neither a thing nor stuff',
      () => countSegments(ones, map([7, 1], [1, 1]), things),
    ],
    ['got neither', () => noSegments({ things: [], stuff: [] })],
    ['a class stands twice', () => noSegments({ things: [1], stuff: [1] })],
    ['class 1 is in ignoredLabels', () => noSegments({ ...things, ignoredLabels: [1] })],
    ['no option "stuffs"', () => noSegments({ ...things, stuffs: [1] } as PanopticOptions)],
    ['prediction has 2 pixels, label 1', () => countSegments(ones, map([1], [1]), things)],
    ['prediction has 1 pixels, label 2', () => countSegments(map([1, 1], [1]), ones, things)],
    [
      'counts have the classes 2, expected 1,0',
      () => countSegments(ones, ones, things, noSegments({ things: [2], stuff: [] })),
    ],
  ])('are refused where they cannot be meant: %s', (message, call) => {
    expect(call).toThrow(message)
  })
})

describe('instances', () => {
  it('are matched one to one, the best pair first', () => {
    const prediction = [1, 1, 1, 2, 2, 0, 3, 0]
    const label = [5, 5, 6, 6, 6, 0, 0, 7]
    expect(matchInstances(prediction, label)).toEqual({
      matches: [
        { prediction: 1, label: 5, iou: 2 / 3, dice: 0.8 },
        { prediction: 2, label: 6, iou: 2 / 3, dice: 0.8 },
      ],
      falsePositives: [3],
      falseNegatives: [7],
      ...{ recognition: 2 / 3, segmentation: 2 / 3, panoptic: 4 / 9, dice: 0.8 },
    })
    expect(matchInstances([1, 1, 1, 2], [5, 5, 5, 5], { threshold: 0.1 }).matches).toEqual([
      { prediction: 1, label: 5, iou: 0.75, dice: 6 / 7 },
    ])
  })

  it('match from the threshold on', () => {
    const at = (threshold: number) => matchInstances([1, 1], [1, 0], { threshold }).matches.length
    expect([at(0.5), at(0.51), at(0)]).toEqual([1, 0, 1])
  })

  it('that there are none of give no number; where none matches it is 0', () => {
    expect(matchInstances([0, 0], [0, 0])).toMatchObject({
      ...{ panoptic: Number.NaN, dice: Number.NaN, matches: [], falsePositives: [] },
    })
    expect(matchInstances([1, 0], [0, 9])).toMatchObject({
      ...{ panoptic: 0, dice: 0, falsePositives: [1], falseNegatives: [9] },
    })
  })

  it('are refused where they cannot be meant', () => {
    expect(() => matchInstances([1], [1, 2])).toThrow('prediction has 1 pixels, label 2')
    expect(() => matchInstances([1], [1], { threshold: 2 })).toThrow('threshold: expected a number in 0..1')
  })
})
