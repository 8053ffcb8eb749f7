import { readFileSync, writeFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { CLASS_SCORES, SCORE_NAMES, type ScoreName, scoreSpec } from '../../src/metrics/score-table.ts'

const README = new URL('../../README.md', import.meta.url)

/** Every score as the README shows it. */
function scoreTable(): string {
  const rows = SCORE_NAMES.map(name => {
    const { formula, explanation, mean } = scoreSpec(name)
    const over = mean === 'classes' ? 'mean over classes' : 'of all pixels'
    return [`\`${name}\``, formula, over, fields(name), explanation]
  })
  const cells = [
    ['score', 'formula', 'of a frame', 'given as', ''],
    ['---', '---', '---', '---', '---'],
    ...rows,
  ]
  return cells.map(row => `| ${row.join(' | ')} |`).join('\n')
}

/** Where a score is found besides its own field of the metrics. */
function fields(name: ScoreName): string {
  const { loss, window, from, mean, frames } = scoreSpec(name)
  const found = [
    loss && `\`${name}_loss\``,
    window && `\`window_${name}\``,
    from === 'pixels' && mean === 'classes' && `\`class_${name}\``,
    frames && mean === 'classes' && `\`frame_mean.${name}\``,
  ]
  return found.filter(Boolean).join(', ')
}

// As CONTRIBUTING.md says, `UPDATE_DOCS=1` writes the table anew.
if (process.env.UPDATE_DOCS) {
  const table = `<!-- scores -->\n${scoreTable()}\n<!-- /scores -->`
  writeFileSync(
    README,
    readFileSync(README, 'utf8').replace(/<!-- scores -->[\s\S]*<!-- \/scores -->/, table),
  )
}

it('the README shows the table of scores', () => {
  expect(readFileSync(README, 'utf8')).toContain(scoreTable())
})

it('the message has a field for every score, in the order of the table', () => {
  const message = readFileSync(new URL('../../msg/SegmentationMetrics.msg', import.meta.url), 'utf8')
  const names = message.split('\n').flatMap(line => /^\S+\s+([a-z_]+)/.exec(line)?.[1] ?? [])
  const expected = {
    scores: SCORE_NAMES.flatMap(name => (scoreSpec(name).loss ? [name, `${name}_loss`] : [name])),
    windows: SCORE_NAMES.filter(name => scoreSpec(name).window).map(name => `window_${name}`),
    classes: CLASS_SCORES.map(name => `class_${name}`),
  }
  for (const group of Object.values(expected)) {
    expect(names.filter(name => (group as string[]).includes(name))).toEqual(group)
  }
})
