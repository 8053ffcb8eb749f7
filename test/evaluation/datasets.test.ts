import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import type { RawValue } from '../../src/parameters/parameters.ts'
import { runPython } from '../support/python.ts'
import { scoreFolders } from './folders.ts'

interface Dataset {
  name: string
  names: string[]
  frames: number
  predictions: string
  labels: string
  settings: Record<string, RawValue>
  notes: string[]
  confusion: number[][]
  unknown: number[]
  ignored: number
}

const directory = mkdtempSync(join(tmpdir(), 'dice-datasets-'))
afterAll(() => rmSync(directory, { recursive: true }))
runPython(join(import.meta.dirname, 'write_datasets.py'), directory)
const datasets: Dataset[] = JSON.parse(readFileSync(join(directory, 'datasets.json'), 'utf8'))

describe('data sets and exports, as they are laid out and named', () => {
  test.each(datasets.map((dataset, i) => [`${i + 1} ${dataset.name}`, dataset] as const))(
    '%s',
    async (_, { predictions, labels, settings, names, frames, notes, ...expected }) => {
      const result = await scoreFolders(predictions, labels, settings)
      const { classes, confusion, unknown_prediction: unknown, pixels, pairing } = result.summary
      expect(result.warnings).toEqual([])
      expect(pairing).toMatchObject({
        matched: frames,
        rejected: 0,
        prediction_unmatched: 0,
        label_unmatched: 0,
      })
      // A class that is in no mask has no counts.
      const places = names.map(name => classes.findIndex(found => found.name === name))
      expect(places.map(i => places.map(j => confusion[i]![j]))).toEqual(expected.confusion)
      expect(places.map(i => unknown[i])).toEqual(expected.unknown)
      expect(pixels.ignored).toBe(expected.ignored)
      const sum = (row: number[]) => row.reduce((a, b) => a + b, 0)
      expect(sum(confusion.map(sum))).toBe(sum(expected.confusion.map(sum)))
      for (const note of notes) expect(result.notes.join('\n')).toContain(note)
    },
  )
})
