import { expect, test } from 'vitest'
import { configurationFrom } from '../../src/monitor/configuration.ts'
import { type Change, NodeParameters } from '../../src/node/parameters.ts'
import { parametersFrom, withParameters } from '../../src/parameters/parameters.ts'

/** A node's parameters, changed as the node changes them. */
function rig() {
  let parameters = parametersFrom(new Map([['classes.names', ['sky', 'grass']]]))
  const node = new NodeParameters(
    () => ({ ...parameters, use_sim_time: false }),
    changes => {
      const wanted = withParameters(parameters, changes)
      configurationFrom(wanted)
      parameters = wanted
    },
  )
  const set = (...changes: Change[]) => node.set(changes).map(({ successful }) => successful)
  return { set, value: (name: string) => node.value(name) }
}

const warn = (value: number): Change => ({ name: 'thresholds.dice.warn', value })
const error = (value: number): Change => ({ name: 'thresholds.dice.error', value })

test('thresholds that are set together are judged together, whatever their order', () => {
  const { set, value } = rig()
  expect(set(error(0.8), warn(0.9))).toEqual([true, true])
  expect(set(warn(0.3), error(0.2))).toEqual([true, true])
  expect([value('thresholds.dice.warn'), value('thresholds.dice.error')]).toEqual([0.3, 0.2])
  expect(set(error(0.6), warn(0.5))).toEqual([false, true])
  expect([value('thresholds.dice.warn'), value('thresholds.dice.error')]).toEqual([0.5, 0.2])
})

test('so are they beside something that cannot be set, as in a file that was dumped', () => {
  const readOnly: Change = { name: 'classes.names', value: ['sky', 'grass'] }
  for (const changes of [
    [readOnly, error(0.8), warn(0.9)],
    [error(0.8), { name: 'nothing', value: 1 }, warn(0.9)],
    [error(0.8), warn(0.9), { name: 'window.frames', problem: 'of no type' }],
  ] as Change[][]) {
    const { set, value } = rig()
    const results = set(...changes)
    expect(results.filter(successful => successful)).toHaveLength(2)
    expect([value('thresholds.dice.warn'), value('thresholds.dice.error')]).toEqual([0.9, 0.8])
  }
})

test('of two values for one parameter the later that fits stays', () => {
  const { set, value } = rig()
  expect(set(error(0.9), error(0.1), warn(0.95), { name: 'nothing', value: 1 })).toEqual([
    false,
    true,
    true,
    false,
  ])
  expect(value('thresholds.dice.error')).toBe(0.1)
})
