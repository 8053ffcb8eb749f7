import { expect, it } from 'vitest'
import { Logbook } from '../../src/node/logbook.ts'

function logbook() {
  const lines: string[] = []
  return { lines, log: new Logbook((severity, text) => lines.push(`${severity}: ${text}`)) }
}

it('writes a line a second of each kind, and how many it kept back', () => {
  const { lines, log } = logbook()
  for (let i = 0; i < 100; i++) log.say('warn', 'label', i % 2 ? 'odd' : 'even', 5 + i / 100)
  log.say('error', 'prediction', 'other', 5.5)
  expect(lines).toEqual(['warn: even', 'error: other'])
  log.flush(5.999)
  expect(lines).toHaveLength(2)
  log.flush(6)
  expect(lines.slice(2)).toEqual(['warn: odd (and 98 more like it)'])
  log.flush(7)
  expect(lines).toHaveLength(3)
})

it('writes what was kept back when the next comes after the second', () => {
  const { lines, log } = logbook()
  log.say('warn', 'label', 'first', 0)
  log.say('warn', 'label', 'second', 0.5)
  log.say('info', 'label', 'third', 1.5)
  expect(lines).toEqual(['warn: first', 'info: third (and 1 more like it)'])
  log.say('warn', 'label', 'fourth', 2.4)
  log.flush(2.5)
  expect(lines.slice(2)).toEqual(['warn: fourth'])
})

it('writes at once what comes a second after the last', () => {
  const { lines, log } = logbook()
  log.say('warn', 'label', 'first', 0)
  log.say('warn', 'label', 'second', 1)
  expect(lines).toEqual(['warn: first', 'warn: second'])
})
