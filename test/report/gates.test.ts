import { expect, test } from 'vitest'
import { checkGates, GateError, judge, parseGate } from '../../src/report/gates.ts'
import { percentile, sorted } from '../../src/report/statistics.ts'
import { exampleRun } from './example.ts'

const names = ['grass', 'tree', 'p5', 'dirt road', 'a=b', 'water.deep']
const { summary, frames } = exampleRun({ names, frames: 60, noise: 0.5 })
const scoreOf = (text: string) => judge([parseGate(text)], summary, frames!)[0]!.value

test('each form of a score is looked up where it says', () => {
  const classes = Object.fromEntries(summary.classes.map(c => [c.name, c]))
  expect(scoreOf('dice=0')).toBe(summary.pooled.dice)
  expect(scoreOf('accuracy=0')).toBe(summary.pooled.accuracy)
  expect(scoreOf('iou.grass=0')).toBe(classes.grass!.iou)
  expect(scoreOf('recall.dirt road=0')).toBe(classes['dirt road']!.recall)
  expect(scoreOf('dice.a=b=0.5')).toBe(classes['a=b']!.dice)
  expect(scoreOf('dice.water.deep=0')).toBe(classes['water.deep']!.dice)
  expect(scoreOf('frame.dice=0')).toBe(summary.frame_mean.dice)
  expect(scoreOf('frame.dice.mean=0')).toBe(summary.frame_mean.dice)
  expect(scoreOf('frame.iou=0')).toBe(summary.frame_mean.iou)
  expect(scoreOf('frame.dice.min=0')).toBe(summary.frame_percentiles.dice.min)
  expect(scoreOf('frame.dice.p95=0')).toBe(summary.frame_percentiles.dice.p95)
  expect(scoreOf('frame.dice.p12.5=0')).toBe(percentile(sorted(frames!.dice.values), 12.5))
  expect(scoreOf('frame.dice.tree.p25=0')).toBe(percentile(sorted(frames!.ofClass(1, 'dice')), 25))
  expect(scoreOf('frame.iou.water.deep.max=0')).toBe(percentile(sorted(frames!.ofClass(5, 'iou')), 100))
})

test('a class named like a statistic is the class', () => {
  expect(scoreOf('dice.p5=0')).toBe(summary.classes[2]!.dice)
  const ofClass = frames!.ofClass(2, 'dice')
  expect(scoreOf('frame.dice.p5=0')).toBeCloseTo(ofClass.reduce((a, b) => a + b) / ofClass.length, 12)
})

test('a gate is met at its minimum, and not when its score is undefined', () => {
  const exact = `dice=${summary.pooled.dice}`
  expect(judge([parseGate(exact)], summary, frames!)[0]!.met).toBe(true)
  expect(judge([parseGate('dice=1')], summary, frames!)[0]!.met).toBe(false)
  const empty = { ...summary, pooled: { ...summary.pooled, iou: null } }
  expect(judge([parseGate('iou=0')], empty, frames!)[0]).toMatchObject({ met: false, value: Number.NaN })
})

test('classes without names are numbers; one that was never seen is undefined', () => {
  const unnamed = { ...summary, config: { ...summary.config, 'classes.names': [] } }
  expect(judge([parseGate('dice.77=0')], unnamed, frames!)[0]!.met).toBe(false)
  expect(() => checkGates([parseGate('dice.grass=0.1')], [])).toThrow(/unnamed classes are numbers/)
})

test.each([
  'dice',
  'dice=',
  '=0.5',
  'dice=1.2',
  'dice=-0.1',
  'dice=x',
  'dise=0.5',
  'frame.recall=0.5',
  'frame=0.5',
  'Dice=0.5',
])('%s is no gate', text => {
  expect(() => parseGate(text)).toThrow(GateError)
})

test.each([
  'dice.sky=0.5',
  'dice.grass.p5=0.5',
  'accuracy.grass=0.5',
  'frame.dice.p101=0.5',
  'frame.dice.sky.p5=0.5',
])('%s names nothing there is', text => {
  expect(() => checkGates([parseGate(text)], names)).toThrow(GateError)
})

test('how much was scored', () => {
  const few = exampleRun({ names, frames: 50, noise: 0.5, unmatched: [3, 4, 5, 6, 7] }).summary
  const met = (text: string, of = few) => judge([parseGate(text)], of, undefined)[0]!
  expect(met('labels.matched=0.9')).toMatchObject({ value: 0.9, met: true })
  expect(met('labels.matched=0.91').met).toBe(false)
  expect(met('frames=45')).toMatchObject({ value: 45, met: true })
  expect(met('frames=46').met).toBe(false)
  expect(met('frames=0').met).toBe(true)
  // Of 60 labels that came, 10 were bad.
  const told = { ...few, pairing: { ...few.pairing, labels: 60 } }
  expect(met('labels.matched=0', told).value).toBe(0.75)
  const none = { ...few, pairing: { ...few.pairing, matched: 0, label_unmatched: 0 } }
  expect(met('labels.matched=0', none)).toMatchObject({ value: Number.NaN, met: false })
  expect(met('frame.dice=0')).toMatchObject({ value: Number.NaN, met: false })
})

test.each([
  'frames=0.5',
  'frames=-1',
  'frames=',
  'frames=all',
  'labels.matched=2',
  'labels=0.5',
  'frames.min=1',
])('%s is refused', text => expect(() => parseGate(text)).toThrow(GateError))
