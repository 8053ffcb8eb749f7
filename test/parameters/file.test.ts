import { describe, expect, it } from 'vitest'
import { parametersInFile, parseValue } from '../../src/parameters/file.ts'
import { ParameterError } from '../../src/parameters/parameters.ts'

const read = (text: string, node = '/dice_monitor') =>
  Object.fromEntries(parametersInFile(text, node, 'test.yaml'))

const body = 'ros__parameters: { window.frames: 7 }'

describe('which entries of a parameter file are for a node (rclcpp parameter_map_from)', () => {
  const cases: [string, string, boolean][] = [
    [`/**: { ${body} }`, '/dice_monitor', true],
    [`/**: { ${body} }`, '/a/b/dice_monitor', true],
    [`dice_monitor: { ${body} }`, '/dice_monitor', true],
    [`dice_monitor: { ${body} }`, '/ns/dice_monitor', false],
    [`/dice_monitor: { ${body} }`, '/dice_monitor', true],
    [`/ns/dice_monitor: { ${body} }`, '/ns/dice_monitor', true],
    [`/ns/dice_monitor: { ${body} }`, '/dice_monitor', false],
    [`/**/dice_monitor: { ${body} }`, '/dice_monitor', true],
    [`/**/dice_monitor: { ${body} }`, '/a/b/dice_monitor', true],
    [`/*/dice_monitor: { ${body} }`, '/a/dice_monitor', true],
    [`/*/dice_monitor: { ${body} }`, '/a/b/dice_monitor', false],
    [`/*: { ${body} }`, '/dice_monitor', true],
    [`ns: { dice_monitor: { ${body} } }`, '/ns/dice_monitor', true],
    [`ns: { dice_monitor: { ${body} } }`, '/dice_monitor', false],
    [`/a: { b: { dice_monitor: { ${body} } } }`, '/a/b/dice_monitor', true],
    [`'': { dice_monitor: { ${body} } }`, '/dice_monitor', true],
    [`/ns/dice_monitor_2: { ${body} }`, '/ns/dice_monitor', false],
    [`/ns/dice.monitor: { ${body} }`, '/ns/dice_monitor', false],
  ]
  it.each(cases)('%s for %s: %s', (text, node, expected) => {
    expect(read(text, node)).toEqual(expected ? { 'window.frames': 7n } : {})
  })

  it('lets the later of several entries win, value by value', () => {
    const text = `
/**: { ros__parameters: { a: 1, b: 1 } }
dice_monitor: { ros__parameters: { b: 2 } }
other: { ros__parameters: { a: 9, list: [1, 2, 3] } }`
    expect(read(text)).toEqual({ a: 1n, b: 2n })
  })
})

describe('values', () => {
  it('joins nested keys with dots, beside keys with dots', () => {
    expect(read('/**: { ros__parameters: { sync: { tolerance: 0.5 }, sync.max_wait: 2.0 } }')).toEqual({
      'sync.tolerance': 0.5,
      'sync.max_wait': 2,
    })
  })

  it("keeps ROS's types apart", () => {
    const values = `{ a: 1, b: 1.0, c: "1", d: yes, e: [1, 2], f: [], g: ["x", y_1], h: 1e3, i: .inf, j: Off, k: 0x10 }`
    expect(read(`/**: { ros__parameters: ${values} }`)).toEqual({
      a: 1n,
      b: 1,
      c: '1',
      d: true,
      e: [1n, 2n],
      f: [],
      g: ['x', 'y_1'],
      h: 1000,
      i: Number.POSITIVE_INFINITY,
      j: false,
      k: 16n,
    })
    expect(parseValue('[11]', 'x')).toEqual([11n])
    expect(parseValue('grass', 'x')).toBe('grass')
  })

  it('takes the type that a tag names, as ROS 2 does from Lyrical on', () => {
    const values =
      '{ a: !!str true, b: !!bool yes, c: !!int 0, d: !!float 10, e: !!float -1.5e1, f: !!float -.inf }'
    expect(read(`/**: { ros__parameters: ${values} }`)).toEqual({
      ...{ a: 'true', b: true, c: 0n, d: 10, e: -15 },
      f: Number.NEGATIVE_INFINITY,
    })
    expect(parseValue('!!float .nan', 'x')).toBeNaN()
    for (const text of ['ten', '""', '1 2'])
      expect(() => parseValue(`!!float ${text}`, '-p x')).toThrow(
        /^-p x: not YAML: !!float: expected a number/,
      )
  })

  it.each([
    ['/**: { ros__parameters: { a: } }', 'test.yaml: parameter a: expected a value, got nothing'],
    ['a: 3', 'test.yaml: expected a map of nodes with ros__parameters at "/a"'],
    ['- 1', 'test.yaml: expected a map of nodes with ros__parameters at the top'],
    ['ros__parameters: {}', 'test.yaml: ros__parameters needs a node name above it'],
    ['a: [', 'test.yaml: not YAML:'],
  ])('says in one line what is wrong with %s', (text, message) => {
    expect(() => read(text)).toThrow(ParameterError)
    expect(() => read(text)).toThrow(message)
  })

  it('takes an empty file', () => {
    expect(read('')).toEqual({})
    expect(read('/**:\n  ros__parameters:\n')).toEqual({})
  })
})
