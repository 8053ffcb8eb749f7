import { describe, expect, test } from 'vitest'
import { CliError } from '../../src/cli/errors.ts'
import { Messages } from '../../src/cli/messages.ts'
import { chosenParameters } from '../../src/cli/parameters.ts'

const set = (setting: string) => {
  const chosen = chosenParameters(undefined, [setting], new Messages(true))
  return [...chosen.values()][0]
}

describe('--set', () => {
  test.each([
    ['classes.ignored_labels=[11, 12]', [11n, 12n]],
    ['classes.ignored_labels=11', [11n]],
    ['classes.ignored_labels=11,12', [11n, 12n]],
    ['classes.ignored_labels= 11, 12 ', [11n, 12n]],
    ['classes.ignored_labels=', []],
    ['classes.ignored_labels=[]', []],
    ['classes.names=grass', ['grass']],
    ['classes.names=grass,mud', ['grass', 'mud']],
    ['classes.names=no,1', ['no', '1']],
    ['classes.names=\'a b\',"c"', ['a b', 'c']],
    ['classes.names=- a\n- b', ['a', 'b']],
    ['prediction.map=#00ff00:grass,4-7:tree', ['#00ff00:grass', '4-7:tree']],
    ['thresholds.class_dice=grass:0.8:0.6', ['grass:0.8:0.6']],
    ['sync.tolerance=1', 1n],
    ['empty_class=one', 'one'],
  ])('takes %s', (setting, value) => expect(set(setting)).toEqual(value))

  test.each([
    'classes.ignored_labels=11,',
    'classes.ignored_labels=eleven',
    'classes.ignored_labels=1.5',
    'classes.ignored_labels=[11',
    'sync.tolerance=1,2',
    'sync.tolerance=.inf',
  ])('refuses %s', setting => {
    expect(() => set(setting)).toThrow(CliError)
    expect(() => set(setting)).toThrow(/^(?!.*Infinity)/)
  })
})
