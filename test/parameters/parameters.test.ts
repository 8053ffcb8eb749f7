import { describe, expect, it } from 'vitest'
import { configurationFrom } from '../../src/monitor/configuration.ts'
import {
  ParameterError,
  parametersFrom,
  type RawValue,
  withParameters,
} from '../../src/parameters/parameters.ts'

const from = (values: Record<string, RawValue>) => parametersFrom(new Map(Object.entries(values)))

describe('parameter values', () => {
  it('are the defaults where nothing else is said', () => {
    expect(from({})['classes.ignored_labels']).toEqual([255])
    expect(from({ unknown: 1n })).toEqual(from({}))
  })

  it('take an integer for a double', () => {
    expect(from({ 'sync.tolerance': 1n })['sync.tolerance']).toBe(1)
  })

  it('hold integers of 32 bits and more', () => {
    const labels = [-(2n ** 31n), 2n ** 31n, 2n ** 50n]
    expect(from({ 'classes.ignored_labels': labels })['classes.ignored_labels']).toEqual(labels.map(Number))
  })

  it.each([2n ** 53n + 1n, -(2n ** 53n) - 1n, 2n ** 63n - 1n])(
    'refuse %i, which a double cannot hold',
    value => {
      expect(() => from({ 'classes.ignored_labels': [value] })).toThrow('expected an integer array')
      expect(() => from({ 'sync.tolerance': value })).toThrow('expected a double, got the integer')
    },
  )

  it('take their bounds', () => {
    expect(from({ 'window.frames': 1n })['window.frames']).toBe(1)
    expect(from({ 'window.frames': 10_000n })['window.frames']).toBe(10_000)
    expect(() => from({ 'window.frames': 10_001n })).toThrow(ParameterError)
    expect(from({ 'thresholds.dice.warn': 1 })['thresholds.dice.warn']).toBe(1)
  })

  it.each<[Record<string, RawValue>, string]>([
    [{ 'window.frames': 'many' }, 'parameter window.frames: expected an integer, got the string "many"'],
    [{ 'window.frames': 3.5 }, 'parameter window.frames: expected an integer, got the double 3.5'],
    [{ 'window.frames': 0n }, 'parameter window.frames: expected a value from 1 to 10000 frames, got 0'],
    [{ 'sync.tolerance': Number.NaN }, 'parameter sync.tolerance: expected a value from 0 to 60 s, got .nan'],
    [{ 'sync.tolerance': -1 }, 'parameter sync.tolerance: expected a value from 0 to 60 s, got -1'],
    [
      { 'classes.names': ['a', 1n] },
      'parameter classes.names: expected a string array, got the array [a, 1]',
    ],
    [{ 'classes.ignored_labels': 255n }, 'expected an integer array, got the integer 255'],
    [{ empty_class: 'none' }, 'parameter empty_class: expected one of exclude, one, zero, got "none"'],
    [{ 'diagnostic_updater.use_fqn': 1n }, 'expected a bool, got the integer 1'],
  ])('%o is refused', (values, message) => {
    expect(() => from(values)).toThrow(ParameterError)
    expect(() => from(values)).toThrow(message)
  })

  it('change at run time without touching the others', () => {
    const before = from({ 'window.frames': 5n })
    const after = withParameters(before, new Map<string, RawValue>([['sync.tolerance', 0.25]]))
    expect(after).toEqual({ ...before, 'sync.tolerance': 0.25 })
    expect(before['sync.tolerance']).toBe(0)
  })
})

describe('parameters held against each other', () => {
  const names = { 'classes.names': ['sky', 'grass'] }
  it.each<[Record<string, RawValue>, string]>([
    [{ ...names, 'classes.evaluated': ['mud'] }, 'unknown class "mud", classes.names has sky, grass'],
    [{ 'classes.evaluated': ['grass'] }, 'without classes.names a class is a number from 0 to 255'],
    [{ 'classes.names': ['a', 'a'] }, '"a" names both class 0 and class 1'],
    [{ ...names, 'thresholds.class_dice': ['grass:0.8'] }, 'expected "class:warn:error"'],
    [{ ...names, 'thresholds.class_dice': ['grass:0.8:x'] }, 'expected "class:warn:error"'],
    [{ ...names, 'thresholds.class_dice': ['grass:0.6:0.8'] }, 'expected error (0.8) to be no higher'],
    [{ 'thresholds.dice.warn': 0.2, 'thresholds.dice.error': 0.5 }, 'expected error (0.5) to be no higher'],
  ])('%o is refused', (values, message) => {
    expect(() => configurationFrom(from(values))).toThrow(message)
  })

  it('give the classes that enter the means', () => {
    const { evaluated } = configurationFrom(from({ ...names, 'classes.evaluated': ['grass'] }))
    expect([evaluated[0], evaluated[1]]).toEqual([0, 1])
  })
})
