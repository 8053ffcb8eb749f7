import { expect, test } from 'vitest'
import { Level } from '../../src/monitor/verdict.ts'
import { type Camera, Cameras } from '../../src/node/cameras.ts'
import type { DiagnosticStatus } from '../../src/node/messages.ts'

class Fake implements Camera {
  onDiagnostics: Camera['onDiagnostics'] = () => {}
  published: DiagnosticStatus[] = []
  readonly name: string
  dice = Number.NaN

  constructor(name: string) {
    this.name = name
  }

  publishStatus(statuses: readonly DiagnosticStatus[]): void {
    this.published.push(...statuses)
  }

  /** Speaks as a monitor does of its tasks. */
  say(...levels: number[]): void {
    this.onDiagnostics(
      levels.map((level, i) => ({
        level,
        name: `${this.name}: ${i}`,
        message: `task ${i}`,
        hardware_id: 'none',
        values: [],
      })),
    )
  }
}

function cameras(...names: string[]): Fake[] {
  const all = names.map(name => new Fake(name))
  new Cameras(all)
  return all
}

const latest = ([first]: Fake[]) => first!.published.at(-1)!

test('it is the status of the worst, by the worst of its tasks', () => {
  const all = cameras('/front', '/rear')
  const [front, rear] = all
  front!.dice = 0.9
  rear!.dice = 0.8
  rear!.say(Level.OK, Level.WARN, Level.WARN)
  front!.say(Level.OK, Level.OK)
  expect(latest(all)).toEqual({
    level: Level.WARN,
    name: 'dice_monitor: Cameras',
    message: 'worst of 2: /rear: task 1',
    hardware_id: 'none',
    values: [
      { key: 'worst camera', value: '/rear' },
      { key: '/front level', value: 'OK' },
      { key: '/front window_dice', value: '0.9000' },
      { key: '/rear level', value: 'WARN' },
      { key: '/rear window_dice', value: '0.8000' },
    ],
  })
  front!.say(Level.STALE, Level.ERROR)
  expect(latest(all)).toMatchObject({ level: Level.STALE, message: 'worst of 2: /front: task 0' })
})

test('of equal levels the lowest dice is the worst, of these the first; no dice is not the lowest', () => {
  const all = cameras('/a', '/b', '/c')
  const worst = (...dice: number[]) => {
    all.forEach((camera, i) => {
      camera.dice = dice[i]!
      camera.say(Level.OK)
    })
    all[0]!.say(Level.OK)
    return latest(all).values[0]!.value
  }
  expect(worst(0.5, 0.4, 0.4)).toBe('/b')
  expect(worst(0.5, 0.5, 0.5)).toBe('/a')
  expect(worst(0.5, 0.6, 0.4)).toBe('/c')
  expect(worst(Number.NaN, Number.NaN, Number.NaN)).toBe('/a')
  expect(worst(Number.NaN, Number.NaN, 0.9)).toBe('/c')
  expect(worst(Number.NaN, 0, 0.9)).toBe('/b')
  expect(worst(0.9, Number.NaN, 0.95)).toBe('/a')
})

test('it comes with the first one, and at once when the level changes', () => {
  const all = cameras('/a', '/b')
  const [a, b] = all
  b!.say(Level.OK)
  expect(a!.published).toHaveLength(0)
  a!.say(Level.OK)
  a!.say(Level.OK)
  expect(a!.published).toHaveLength(2)
  b!.say(Level.ERROR)
  expect(a!.published).toHaveLength(3)
  b!.say(Level.ERROR)
  expect(a!.published).toHaveLength(3)
  a!.say(Level.WARN)
  expect(latest(all).level).toBe(Level.ERROR)
  b!.say(Level.OK)
  expect(a!.published).toHaveLength(5)
  expect(latest(all).level).toBe(Level.WARN)
  expect(b!.published).toHaveLength(0)
})

test('before a camera has spoken it is starting', () => {
  const all = cameras('/a', '/b')
  all[0]!.say(Level.OK)
  all[1]!.dice = 0.5
  all[0]!.say(Level.OK)
  expect(latest(all)).toMatchObject({ level: Level.OK, message: 'worst of 2: /b: starting' })
})

test('the task is named by the namespace that all have in common', () => {
  const named = (...names: string[]) => {
    const all = cameras(...names)
    all[0]!.say(Level.OK)
    return latest(all).name
  }
  expect(named('/front/dice_monitor', '/rear/dice_monitor')).toBe('dice_monitor: Cameras')
  expect(named('/robot/front/m', '/robot/rear/m')).toBe('/robot/dice_monitor: Cameras')
  expect(named('/robot/a', '/robot/b')).toBe('/robot/dice_monitor: Cameras')
  expect(named('/r/x/a', '/r/x/y/b')).toBe('/r/x/dice_monitor: Cameras')
  expect(named('/r/x/y/a', '/r/b')).toBe('/r/dice_monitor: Cameras')
  expect(named('/r/x/a', '/x/r/a')).toBe('dice_monitor: Cameras')
})
