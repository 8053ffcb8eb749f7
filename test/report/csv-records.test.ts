import { expect, test } from 'vitest'
import { CsvRecords } from '../../src/report/csv-records.ts'
import { SEED } from '../support/seed.ts'
import { randomNumbers } from './example.ts'

function read(text: string): string[][] {
  const records = new CsvRecords(Buffer.from(text))
  const found: string[][] = []
  while (records.next()) found.push(Array.from({ length: records.count }, (_, i) => records.text(i)))
  return found
}

test.each<[string, string, string[][]]>([
  [
    'fields and records',
    'a,b\n1,2\n',
    [
      ['a', 'b'],
      ['1', '2'],
    ],
  ],
  [
    'a last line without its end',
    'a,b\n1,2',
    [
      ['a', 'b'],
      ['1', '2'],
    ],
  ],
  [
    'ends of line of Windows',
    'a,b\r\n1,"2"\r\n',
    [
      ['a', 'b'],
      ['1', '2'],
    ],
  ],
  [
    'empty fields',
    ',\n,,',
    [
      ['', ''],
      ['', '', ''],
    ],
  ],
  ['empty lines', '\n\na\n\r\nb\n\n', [['a'], ['b']]],
  [
    'commas, ends of line and quotation marks within quotation marks',
    '"a,""b""\n",""\nc,d',
    [
      ['a,"b"\n', ''],
      ['c', 'd'],
    ],
  ],
  ['letters of any script', 'Straße,道路\n', [['Straße', '道路']]],
  ['nothing', '', []],
])('%s', (_, text, expected) => {
  expect(read(text)).toEqual(expected)
})

test.each(['a"b\n', '"a"b\n', '"a', '"a""\n'])('the quotation mark in %j is out of place', text => {
  expect(() => read(text)).toThrow('a quotation mark is out of place')
})

const numberOf = (text: string) => {
  const records = new CsvRecords(Buffer.from(`x,${text},y`))
  records.next()
  return records.number(1)
}

test.each([
  '0',
  '-0',
  '1',
  '-1.5',
  '0.1',
  '.5',
  '5.',
  '9007199254740991',
  '9007199254740993',
  '0.9007199254740993',
  '1e-7',
  '1.5E3',
  '123456789012345678901234567890',
  '0.00000000000000000000001',
  '0.0000000000000000000001',
  'Infinity',
  '"2.5"',
  ' 3 ',
])('%s is read as the number it is', text => {
  expect(numberOf(text)).toBe(Number(text.replaceAll('"', '')))
})

test.each(['', 'x', '.', '-', '1.2.3', '1-2', '0:', '/0'])('%j is no number', text => {
  expect(numberOf(text)).toBeNaN()
})

test('numbers are read back to the last bit', () => {
  const random = randomNumbers(SEED)
  for (let i = 0; i < 2000; i++) {
    const value = (random() - 0.5) * 10 ** Math.floor(random() * 24 - 12)
    for (const text of [String(value), value.toFixed(12), value.toPrecision(17)])
      expect(numberOf(text)).toBe(Number(text))
  }
})

test.each<[string, { sec: number; nanosec: number } | undefined]>([
  ['1700000000123456789', { sec: 1_700_000_000, nanosec: 123_456_789 }],
  ['1000000000', { sec: 1, nanosec: 0 }],
  ['999999999', { sec: 0, nanosec: 999_999_999 }],
  ['7', { sec: 0, nanosec: 7 }],
  ['-1', { sec: -1, nanosec: 999_999_999 }],
  ['"5000000001"', { sec: 5, nanosec: 1 }],
  ['12345678901234567890', undefined],
  ['17000000001234567:9', undefined],
  ['1.5', undefined],
  ['', undefined],
])('the stamp %s', (text, expected) => {
  const records = new CsvRecords(Buffer.from(`${text},`))
  records.next()
  const time = { sec: 0, nanosec: 0 }
  expect(records.nanoseconds(0, time)).toBe(expected !== undefined)
  if (expected) expect(time).toEqual(expected)
})
