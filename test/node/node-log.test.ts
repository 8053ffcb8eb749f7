import { beforeEach, expect, it } from 'vitest'
import type { Doubt } from '../../src/monitor/doubts.ts'
import { Level } from '../../src/monitor/verdict.ts'
import { Refused } from '../../src/node/guard.ts'
import type { DiagnosticStatus } from '../../src/node/messages.ts'
import { NodeLog } from '../../src/node/node-log.ts'
import type { Node } from '../../src/node/rclnodejs.ts'

let lines: string[]
let now: number
let log: NodeLog

beforeEach(() => {
  lines = []
  now = 0
  const writer = (severity: string) => (text: string) => lines.push(`${severity} ${text}`)
  const logger = { info: writer('info'), warn: writer('warn'), error: writer('error') }
  log = new NodeLog({ getLogger: () => logger } as unknown as Node, () => now)
})

/** What came since this was asked last, a second or more apart so that nothing is held back. */
function news(): string[] {
  now += 10
  return lines.splice(0)
}

const tasks = (...levels: number[]): DiagnosticStatus[] =>
  levels.map((level, i) => ({
    level,
    name: `/a/monitor: ${i === 0 ? 'Overlap' : `Task ${i}`}`,
    message: `level ${level} of ${i}`,
    hardware_id: 'none',
    values: [],
  }))

it('has a line for each change of a task, with its name but for the first one', () => {
  log.changes(tasks(Level.OK, Level.OK), [])
  expect(news()).toEqual([])
  log.changes(tasks(Level.WARN, Level.ERROR), [])
  expect(news()).toEqual(['warn level 1 of 0', 'error Task 1: level 2 of 1'])
  expect(log.overlapLevel).toBe(Level.WARN)
  log.changes(tasks(Level.WARN, Level.ERROR), [])
  expect(news()).toEqual([])
  log.changes(tasks(Level.OK, Level.STALE), [])
  expect(news()).toEqual(['info level 0 of 0', 'warn Task 1: level 3 of 1'])
})

it('leaves what a doubt says to the line of the doubt, which comes once, and hints after 300 frames', () => {
  const doubt = { mask: 'label', kind: 'binary', text: 'level 1 of 1', isHint: false } as Doubt
  const hint = { mask: 'label', kind: 'never labelled', text: 'no sky', isHint: true } as Doubt
  log.changes(tasks(Level.OK, Level.WARN), [doubt])
  expect(news()).toEqual([])
  log.doubts([doubt, hint], 299)
  expect(news()).toEqual(['warn label: level 1 of 1'])
  log.doubts([doubt, hint], 300)
  expect(news()).toEqual(['info label: no sky'])
  log.doubts([doubt, hint, { ...doubt, mask: 'prediction' }], 301)
  expect(news()).toEqual(['warn prediction: level 1 of 1'])
})

it('has a line for each other reason of a rejection, of each mask', () => {
  log.rejected('label', 'size')
  log.rejected('label', 'size')
  log.rejected('prediction', 'size')
  expect(news()).toEqual(['warn label rejected: size', 'warn prediction rejected: size'])
  log.rejected('label', 'encoding')
  expect(news()).toEqual(['warn label rejected: encoding'])
})

it('warns of what was refused, and calls everything else an error', () => {
  log.failed('a request was refused', new Refused('too long'))
  log.failed('a tick failed', new Error('no memory'))
  log.failed('a timer failed', 'gone')
  expect(news()).toEqual([
    'warn a request was refused: too long',
    'error a tick failed: no memory',
    'error a timer failed: gone',
  ])
})

it('names the first ten parameters that are unknown, and counts the rest', () => {
  log.unknown(['stale_after', 'use_sim_time', 'qos_overrides./a', 'start_type_description_service'])
  expect(news()).toEqual([])
  const names = Array.from({ length: 12 }, (_, i) => `x${i}`)
  log.unknown(names.slice(0, 10))
  expect(news().length).toBe(10)
  log.unknown(names)
  const said = news()
  expect(said.slice(0, 1)).toEqual(['warn parameter x0 is unknown and has no effect'])
  expect(said.slice(10)).toEqual(['warn 2 more parameters are unknown and have no effect'])
})
