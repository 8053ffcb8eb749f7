import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Messages } from '../../src/cli/messages.ts'
import { chosenParameters } from '../../src/cli/parameters.ts'
import { evaluate } from '../../src/evaluation/evaluate.ts'
import { openRecordingSource } from '../../src/evaluation/recording-source.ts'
import { chooseTopics } from '../../src/evaluation/topics.ts'
import type { RawValue } from '../../src/parameters/parameters.ts'
import { type RecordedMessage, SCORE_ALL, writeMessages } from '../evaluation/recording.ts'
import { RELLIS_AGAINST_RUGD, SENDERS, type Sender, type SentFrame } from './senders.ts'
import { documented, type Expected, expectedScores, FRAMES, framesOf, parameterFile } from './written.ts'

let directory: string
let scores: Record<string, Expected>
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'dice-senders-'))
  scores = expectedScores([...SENDERS, RELLIS_AGAINST_RUGD])
})
afterAll(() => rmSync(directory, { recursive: true }))

const recorded = (sender: Sender): RecordedMessage[] =>
  framesOf(sender).flatMap(({ prediction, label, names }) =>
    [...(names ? [names.message] : []), prediction, label].map(({ topic, type, data }, i) => {
      const { sec, nanosec } = label
      return { topic, type, data, logTime: BigInt(sec) * 1_000_000_000n + BigInt(nanosec + 1000 * i) }
    }),
  )

/** Evaluates what a sender publishes, and compares all numbers with those of the script. */
async function expectScores(sender: Sender, chosen: ReadonlyMap<string, RawValue>) {
  const path = join(directory, `${sender.name}.mcap`)
  await writeMessages(path, recorded(sender))
  const source = await openRecordingSource(path)
  try {
    const [{ prediction, label }] = framesOf(sender) as [SentFrame]
    const named = { prediction: prediction.topic, label: label.topic }
    const topics = await chooseTopics(source, sender.isFound ? {} : named)
    expect(topics).toMatchObject(named)
    const { summary } = await evaluate(source, { ...SCORE_ALL, topics, chosen, version: 'test' })
    const expected = scores[sender.name]!
    expect(summary.classes.map(entry => entry.name)).toEqual(expected.classes)
    expect(summary.confusion).toEqual(expected.confusion)
    expect(summary.unknown_prediction).toEqual(expected.unknown)
    expect(summary.pixels.ignored).toBe(expected.ignored)
    summary.classes.forEach(({ dice }, i) => {
      if (dice === null) expect(expected.pooled[i]).toBeNull()
      else expect(dice).toBeCloseTo(expected.pooled[i]!, 12)
    })
    expect(summary.pairing.matched).toBe(FRAMES)
    expect(summary.pairing.rejected).toBe(0)
  } finally {
    await source.close()
  }
}

test('ids of RELLIS-3D against colours of RUGD, in a recording', async () => {
  const chosen = new Map([
    ['prediction.ontology', 'rellis3d/terrain'],
    ['label.ontology', 'rugd/terrain'],
  ])
  await expectScores(RELLIS_AGAINST_RUGD, chosen)
})

describe('masks as their senders write them, in a recording', () => {
  test.each(SENDERS.map(sender => [sender.name, sender] as const))('%s', async (_, sender) => {
    await expectScores(sender, chosenParameters(parameterFile(sender), [], new Messages(true)))
  })

  test('every parameter file that ships is of a sender here, and in the documentation', () => {
    const files = readdirSync(join(import.meta.dirname, '../../config/inputs')).map(file => file.slice(0, -5))
    expect(files.sort()).toEqual(SENDERS.map(({ name }) => name).sort())
    const text = documented()
    for (const file of files) expect(text).toContain(`config/inputs/${file}.yaml`)
  })
})
