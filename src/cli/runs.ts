import { basename, dirname } from 'node:path'
import type { Run } from '../report/compare.ts'
import { readFramesBeside, readSummary } from '../report/files.ts'
import { refuseAddress } from './errors.ts'

/**
 * Reads summaries, each with the frames beside it. A directory stands for the summary.json in it.
 * @param reads the frames' scores of `classes` too, or their means alone, or no frames
 */
export function readRuns(paths: readonly string[], reads: 'classes' | 'means' | 'summaries'): Run[] {
  for (const path of paths) refuseAddress(path, 'summaries')
  const names = runNames(paths)
  return paths.map((path, i) => {
    const { summary, file } = readSummary(path)
    return {
      name: names[i]!,
      summary,
      frames:
        reads === 'summaries'
          ? undefined
          : readFramesBeside(file, reads === 'classes' ? summary.classes : []),
    }
  })
}

/** A run's name: its directory's, as runs are told apart by those; the whole path where two are the same. */
function runNames(paths: readonly string[]): string[] {
  const short = paths.map(path => {
    const directory = /\.json$/i.test(path) ? dirname(path) : path
    const file = basename(path)
    if (file !== 'summary.json' && /\.json$/i.test(file)) return file.replace(/\.json$/i, '')
    return basename(directory) || path
  })
  return short.map((name, i) =>
    name === '.' || short.some((other, j) => j !== i && other === name) ? paths[i]! : name,
  )
}
