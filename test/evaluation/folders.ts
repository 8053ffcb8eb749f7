import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { evaluate } from '../../src/evaluation/evaluate.ts'
import { type FolderOptions, openFolders } from '../../src/evaluation/folders.ts'
import type { RawValue } from '../../src/parameters/parameters.ts'
import { grayPng, type Picture, writePng } from '../support/png-writer.ts'

/** Writes files into a folder that is made; their paths are relative to it. */
export function writeFolder(folder: string, files: Record<string, string | Uint8Array>): string {
  mkdirSync(folder, { recursive: true })
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), content)
  }
  return folder
}

export const [WIDTH, HEIGHT] = [12, 5]

/** A mask of ids that come in stripes, another for each seed. */
export const stripes = (seed: number, ids: readonly number[]): number[] =>
  Array.from({ length: WIDTH * HEIGHT }, (_, i) => ids[((i >> 1) + seed) % ids.length]!)

export const idMask = (values: ArrayLike<number>) => grayPng(WIDTH, HEIGHT, values)

export function colourMask(colours: readonly number[], colourType: 2 | 6 = 2): Buffer {
  const alpha = colourType === 6 ? [255] : []
  const samples = colours.flatMap(colour => [colour >> 16, (colour >> 8) & 255, colour & 255, ...alpha])
  return writePng({ width: WIDTH, height: HEIGHT, bits: 8, colourType, samples } satisfies Picture)
}

/** What two folders score, with what is said of it. */
export async function scoreFolders(
  predictions: string,
  labels: string,
  chosenByUser: Record<string, RawValue> = {},
  options: Partial<FolderOptions> = {},
) {
  const { source, topics, chosen, notes, warnings } = openFolders(
    predictions,
    labels,
    new Map(Object.entries(chosenByUser)),
    { isStrict: false, keepUnannotated: false, ...options },
  )
  try {
    const evaluation = await evaluate(source, {
      chosen,
      topics,
      start: undefined,
      end: undefined,
      withPictures: true,
      onProgress: () => {},
      checkInterrupted: () => {},
      version: '0',
    })
    return { ...evaluation, source, notes, warnings }
  } finally {
    await source.close()
  }
}
