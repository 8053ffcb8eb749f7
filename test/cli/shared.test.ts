import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Summary } from '../../src/report/summary.ts'
import { run } from './run.ts'

const SHARED = process.env.DICE_MONITOR_SHARED ?? join(import.meta.dirname, '../../../shared')
const BAGS = join(SHARED, 'bags')

interface Scores {
  dice: (number | null)[]
  iou: (number | null)[]
  accuracy: number
}

interface Expected {
  per_frame: Scores[]
  overall: Scores
  overall_skew: Scores
  confusion: number[][]
  confusion_skew: number[][]
}

describe.skipIf(!existsSync(BAGS))('the CamVid recordings (skipped without DICE_MONITOR_SHARED)', () => {
  const expected = existsSync(BAGS)
    ? (JSON.parse(readFileSync(join(BAGS, 'expected.json'), 'utf8')) as Expected)
    : undefined!
  const close = (got: number | null, wanted: number | null) => {
    if (got === null || wanted === null) expect(got).toBe(wanted)
    else expect(Math.abs(got - wanted)).toBeLessThan(1e-12)
  }

  test.each([
    ['camvid_val_mcap', 'overall', 'confusion', []],
    ['camvid_val_skew', 'overall_skew', 'confusion_skew', ['sync.tolerance=0.01']],
  ] as const)('%s scores as scikit-learn does', async (bag, overall, confusion, settings) => {
    const set = ['--set', 'classes.ignored_labels=[11]', ...settings]
    const { code, stdout } = await run('evaluate', join(BAGS, bag), ...set, '--json', '--quiet')
    expect(code).toBe(0)
    const summary = JSON.parse(stdout) as Summary
    expect(summary.confusion).toEqual(expected[confusion])
    summary.classes.forEach((scores, i) => {
      close(scores.dice, expected[overall].dice[i]!)
      close(scores.iou, expected[overall].iou[i]!)
    })
    close(summary.pooled.accuracy, expected[overall].accuracy)
  })
})
