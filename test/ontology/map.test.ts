import { describe, expect, it } from 'vitest'
import { Code } from '../../src/kernels/tables.ts'
import { classesOf } from '../../src/ontology/class-names.ts'
import { colourTables } from '../../src/ontology/colour-table.ts'
import { parseEntry } from '../../src/ontology/entry.ts'
import { loadOntology } from '../../src/ontology/load.ts'
import { maskTable } from '../../src/ontology/mask-table.ts'
import { type Meanings, meaningsOf } from '../../src/ontology/meanings.ts'
import { parseOntology } from '../../src/ontology/ontology.ts'
import { ParameterError } from '../../src/parameters/parameters.ts'

const TINY = parseOntology(
  `
name: tiny
groups: { kind: [soft, hard] }
classes:
  - { name: void, ids: [0], color: "#000000", ignore: true }
  - { name: moss, ids: [1, 7], color: "#00ff00", kind: soft }
  - { name: "moss:wet", ids: [2], color: "#00FF01", kind: soft }
  - { name: rock, ids: [3], color: "#00ff00", kind: hard }
  - { name: fog, id: 4 }
`,
  'tiny.yaml',
)
const tiny = { ontology: TINY, grouping: undefined }
const byKind = { ontology: TINY, grouping: 'kind' }

/** The code of a value, as the kernels find it. */
function codeOf(meanings: Meanings, names: readonly string[], value: number, ignored: number[] = []): number {
  const { bytes, ranges, rest } = maskTable(meanings, names, ignored).values
  if (value >= 0 && value < 256) return bytes[value]!
  const words = new Int32Array(ranges.buffer)
  for (let i = 0; i < words.length; i += 3)
    if (words[i]! <= value && value <= words[i + 1]!) return words[i + 2]!
  return rest
}

const fails = (map: string[], message: string, choice?: typeof tiny) => {
  expect(() => maskTable(meaningsOf(map, choice, true), ['grass', 'tree'], [])).toThrow(message)
  expect(() => maskTable(meaningsOf(map, choice, true), ['grass', 'tree'], [])).toThrow(ParameterError)
}

describe('an entry', () => {
  it.each([
    ['3:grass', { kind: 'values', first: 3, last: 3 }, 'grass'],
    ['4-7:tree', { kind: 'values', first: 4, last: 7 }, 'tree'],
    [' 4 - 7 : tall tree ', { kind: 'values', first: 4, last: 7 }, 'tall tree'],
    ['-1:ignore', { kind: 'values', first: -1, last: -1 }, 'ignore'],
    ['-3--1:a', { kind: 'values', first: -3, last: -1 }, 'a'],
    ['-3-2:a', { kind: 'values', first: -3, last: 2 }, 'a'],
    ['2147483647:a', { kind: 'values', first: 2147483647, last: 2147483647 }, 'a'],
    ['-2147483648:a', { kind: 'values', first: -2147483648, last: -2147483648 }, 'a'],
    ['#00fF0a:a:b', { kind: 'colour', colour: 0x00ff0a }, 'a:b'],
    ['*:obstacle', { kind: 'rest' }, 'obstacle'],
  ])('%j', (text, subject, target) => {
    expect(parseEntry(text)).toEqual({ subject, target, text })
  })

  it('takes the longest name of the ontology that it begins with', () => {
    expect(parseEntry('moss:wet', TINY)).toMatchObject({
      subject: { class: { name: 'moss' } },
      target: 'wet',
    })
    expect(parseEntry('moss:wet:a', TINY)).toMatchObject({
      subject: { class: { name: 'moss:wet' } },
      target: 'a',
    })
  })

  it.each([
    ['grass', 'expected "3:grass"'],
    ['3:', 'expected a class behind the colon'],
    ['7-4:a', 'a range that goes up, got 7 to 4'],
    ['2147483648:a', 'expected values of 32 bits'],
    ['-2147483649:a', 'expected values of 32 bits'],
    ['#00ff0:a', 'six hexadecimal digits'],
    ['#00ff0g:a', 'six hexadecimal digits'],
    ['moss:a', 'names on the left need an ontology'],
    ['mos:a', 'no class of tiny, which has void, moss, moss:wet, rock, fog'],
  ])('refuses %j', (text, message) => {
    expect(() => parseEntry(text, text === 'mos:a' ? TINY : undefined)).toThrow(message)
  })
})

describe('a map', () => {
  it('gives values to classes, and leaves the others unlisted', () => {
    const map = meaningsOf(['3:grass', '4-7:tree', '-1:ignore', '250-300:grass'], undefined, true)
    const codes = [2, 3, 4, 7, 8, -1, -2, 249, 250, 255, 256, 300, 301].map(v =>
      codeOf(map, ['grass', 'tree'], v),
    )
    const [out, left] = [Code.UNLISTED, Code.IGNORED]
    expect(codes).toEqual([out, 0, 1, 1, out, left, out, out, 0, 0, 0, 0, out])
  })

  it('gives the rest to a class, or leaves it out', () => {
    for (const [rest, code] of [
      ['tree', 1],
      ['ignore', Code.IGNORED],
    ] as const) {
      const map = meaningsOf(['3:grass', `*:${rest}`, '#0000ff:grass'], undefined, true)
      expect([3, 4, -9, 70000].map(v => codeOf(map, ['grass', 'tree'], v))).toEqual([0, code, code, code])
      expect(maskTable(map, ['grass', 'tree'], []).colours!.rgb.rest).toBe(code)
      expect(maskTable(map, ['grass', 'tree'], []).canIgnore).toBe(rest === 'ignore')
    }
  })

  it('wins over ignored values, which are left out where it does not name them', () => {
    const ignored = [255, 3, -1, 1000, 2 ** 40]
    const named = meaningsOf(['3:grass'], undefined, true)
    expect([3, 255, -1, 1000, 4].map(v => codeOf(named, ['grass'], v, ignored))).toEqual([
      0,
      Code.IGNORED,
      Code.IGNORED,
      Code.IGNORED,
      Code.UNLISTED,
    ])
    const all = meaningsOf(['*:grass'], undefined, true)
    expect([3, 255, -1].map(v => codeOf(all, ['grass'], v, ignored))).toEqual([0, 0, 0])
  })

  it('refuses two classes for one value, colour or rest, and names both', () => {
    fails(['3:grass', '2-4:tree'], 'value 3 is both tree ("2-4:tree") and grass ("3:grass")')
    fails(['0-9:grass', '2-3:grass', '9:tree'], 'value 9 is both grass ("0-9:grass") and tree ("9:tree")')
    fails(['#00ff00:grass', '#00FF00:ignore'], 'colour #00ff00 is both grass ("#00ff00:grass") and ignore')
    fails(['*:grass', '*:tree'], 'the rest is both grass ("*:grass") and tree ("*:tree")')
    fails(['1:grass', 'moss:tree'], 'value 1 is both grass ("1:grass") and tree ("moss:tree")', tiny)
  })

  it('lets entries agree', () => {
    const map = meaningsOf(
      ['2-4:grass', '3:grass', '4-6:grass', '7:tree', '#00ff00:a', '#00ff00:a'],
      undefined,
      true,
    )
    expect(map.values.map(({ first, last }) => [first, last])).toEqual([
      [2, 6],
      [7, 7],
    ])
  })

  it('refuses a class that is none, and more classes than have a code', () => {
    fails(['3:gras'], '"3:gras": unknown class "gras", the classes are grass, tree')
    const names = (count: number) => Array.from({ length: count }, (_, i) => `c${i}`)
    expect(() => maskTable(meaningsOf(['1:c0'], undefined, true), names(254), [])).toThrow(
      'at most 253 classes',
    )
    expect(codeOf(meaningsOf(['1:c252'], undefined, true), names(253), 1)).toBe(252)
  })
})

describe('an ontology', () => {
  const names = ['moss', 'rock', 'grass']

  it('is its own map where there is none', () => {
    const map = meaningsOf([], tiny, true)
    expect(map.classes).toEqual(['moss', 'moss:wet', 'rock', 'fog'])
    expect([0, 1, 7, 2, 3, 4, 5].map(v => codeOf(map, names, v))).toEqual([
      Code.IGNORED,
      0,
      0,
      Code.UNLISTED,
      1,
      Code.UNLISTED,
      Code.UNLISTED,
    ])
  })

  it('has a void that is left out of a label, and is no class in a prediction', () => {
    expect(codeOf(meaningsOf([], tiny, false), names, 0)).toBe(Code.NO_CLASS)
    expect(maskTable(meaningsOf([], tiny, false), names, []).canIgnore).toBe(false)
  })

  it('only names what is on the left where there is a map', () => {
    const map = meaningsOf(['moss:grass', '9:rock'], tiny, true)
    expect(map.classes).toEqual(['grass', 'rock'])
    expect([0, 1, 7, 2, 3, 9].map(v => codeOf(map, names, v))).toEqual([
      Code.UNLISTED,
      2,
      2,
      Code.UNLISTED,
      Code.UNLISTED,
      1,
    ])
    expect(map.colours.get(0x00ff00)?.target).toBe('grass')
  })

  it('can be known by its groups, which entries win over', () => {
    const map = meaningsOf(['moss:ice', '#00ff00:soft'], byKind, true)
    expect(map.classes).toEqual(['soft', 'hard', 'ice'])
    expect([0, 1, 7, 2, 3, 4].map(v => codeOf(map, map.classes, v))).toEqual([
      Code.IGNORED,
      2,
      2,
      0,
      1,
      Code.UNLISTED,
    ])
    expect(map.colours.get(0x00ff00)?.target).toBe('soft')
    expect(map.sharedColour).toBeUndefined()
  })

  it('says which classes share a colour, unless an entry says what is meant', () => {
    expect(meaningsOf([], tiny, true).sharedColour).toBe(
      '#00ff00 is moss (moss of tiny) and rock (rock of tiny)',
    )
    expect(meaningsOf(['moss:a', 'rock:b'], tiny, true).sharedColour).toContain(
      'a ("moss:a") and b ("rock:b")',
    )
    expect(meaningsOf(['moss:a', 'rock:a'], tiny, true).sharedColour).toBeUndefined()
  })

  it('means the class where void has the same colour', () => {
    for (const order of [
      ['a', 'void'],
      ['void', 'a'],
    ]) {
      const classes = order.map(
        (name, i) => `{ name: ${name}, ids: [${i}], color: "#000001", ignore: ${name === 'void'} }`,
      )
      const ontology = parseOntology(`classes: [${classes.join(', ')}]`, 'x')
      const { colours, sharedColour } = meaningsOf([], { ontology, grouping: undefined }, true)
      expect([colours.get(1)?.target, sharedColour]).toEqual(['a', undefined])
    }
  })

  it.each([
    ['{', 'not YAML'],
    ['- 1', 'expected an ontology with classes'],
    ['classes: []', 'classes: expected a list'],
    ['classes: [{ id: 1 }]', 'classes[0]: expected a name'],
    ['classes: [{ name: a }]', 'class a: expected ids or a color'],
    ['classes: [{ name: a, ids: [1.5] }]', 'expected ids, integers of 32 bits'],
    ['classes: [{ name: a, ids: [4294967296] }]', 'expected ids, integers of 32 bits'],
    ['classes: [{ name: a, color: red }]', 'expected a color "#rrggbb"'],
    ['classes: [{ name: a, id: 1, ignore: 1 }]', 'ignore to be true or false'],
    ['classes: [{ name: a, id: 1 }, { name: a, id: 2 }]', 'class a is named twice'],
    ['classes: [{ name: a, id: 1 }, { name: b, ids: [0, 1] }]', 'id 1 is both a and b'],
    ['{ groups: { g: [x] }, classes: [{ name: a, id: 1, g: y }] }', 'g "y" is none of x'],
    ['{ groups: { g: x }, classes: [{ name: a, id: 1 }] }', 'groups.g: expected a list of names'],
  ])('is refused as %s', (text, message) => {
    expect(() => parseOntology(text, 'file.yaml')).toThrow(message)
    expect(() => parseOntology(text, 'file.yaml')).toThrow('file.yaml')
  })

  it('is a shipped one, with a grouping or without, or a file', () => {
    expect(loadOntology('rugd')).toMatchObject({ ontology: { name: 'rugd' }, grouping: undefined })
    expect(loadOntology('goose/category').grouping).toBe('category')
    expect(loadOntology('config/ontologies/rugd.yaml/terrain')).toMatchObject({ grouping: 'terrain' })
    expect(() => loadOntology('rugged')).toThrow(
      'unknown ontology "rugged": expected a file NAME.yaml, or one of ade20k',
    )
    expect(() => loadOntology('rugd/category')).toThrow(
      'ontology rugd has no grouping "category", it has terrain',
    )
    expect(() => loadOntology('nowhere.yaml')).toThrow('cannot read the ontology nowhere.yaml')
  })
})

it('lists the classes that the maps name, those of the label first, or the ids', () => {
  const of = (...map: string[]) => meaningsOf(map, undefined, true)
  expect(classesOf(of('1:b', '2:ignore', '3:a'), of('1:c', '2:a'))).toEqual(['b', 'a', 'c'])
  expect(classesOf(undefined, of('1:c', '*:d'))).toEqual(['c', 'd'])
  expect(classesOf(of('7:2'), of('9:0'))).toEqual(['0', '1', '2'])
  expect(classesOf(of('7:2'), of('9:x'))).toEqual(['2', 'x'])
  expect(classesOf(of('7:255'), undefined)).toHaveLength(256)
  expect(classesOf(of('7:256'), undefined)).toEqual(['256'])
  expect(classesOf(of('7:ignore'), undefined)).toEqual([])
})

it('looks up to 1024 colours up', () => {
  const colours = (count: number) => new Map(Array.from({ length: count }, (_, i) => [i * 4099, 1]))
  expect(() => colourTables(colours(1024), 0)).not.toThrow()
  expect(() => colourTables(colours(1025), 0)).toThrow('expected at most 1024 colours, got 1025')
})
