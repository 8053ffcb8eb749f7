import { expect, test } from 'vitest'
import { printable } from '../src/printable.ts'

test.each([
  ['a terminal sequence', 'a\x1b[31mb', 'a\\u{1b}[31mb'],
  ['NUL', 'a\0b', 'a\\u{0}b'],
  ['line ends', 'a\nb\r\tc', 'a\\u{a}b\\u{d}\\u{9}c'],
  ['C1 controls', 'a\x9bb\x85', 'a\\u{9b}b\\u{85}'],
  ['a change of direction', 'a\u202eb\u2066', 'a\\u{202e}b\\u{2066}'],
  ['what has no width', 'a\u200bb\ufeff\u00ad', 'a\\u{200b}b\\u{feff}\\u{ad}'],
  ['separators of lines', 'a\u2028b\u2029', 'a\\u{2028}b\\u{2029}'],
  ['tags beyond 16 bits', 'a\u{e0041}', 'a\\u{e0041}'],
  ['half a character', 'a\ud83d b\udc00', 'a\\u{d83d} b\\u{dc00}'],
])('escapes %s', (_, text, shown) => {
  expect(printable(text)).toBe(shown)
})

test('leaves letters of all scripts, symbols and whole characters', () => {
  const text = 'gräs 草 🌲 "quoted" \\ /path-1.mcap'
  expect(printable(text)).toBe(text)
})

test('says how much of a long text is left out', () => {
  expect(printable('x'.repeat(1000))).toBe('x'.repeat(1000))
  expect(printable('x'.repeat(1001))).toBe(`${'x'.repeat(1000)}… (1 more)`)
  expect(printable('abcdef', 4)).toBe('abcd… (2 more)')
})

test('cuts no character in two', () => {
  expect(printable('abc🌲def', 4)).toBe('abc… (5 more)')
  expect(printable('abc🌲def', 5)).toBe('abc🌲… (3 more)')
})

test('escapes within what is left of a long text', () => {
  expect(printable('\x1b'.repeat(5), 2)).toBe('\\u{1b}\\u{1b}… (3 more)')
})
