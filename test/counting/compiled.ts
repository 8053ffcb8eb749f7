import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type * as Thread from '../../src/counting/second-thread.ts'
import type * as Drives from '../../src/evaluation/drives.ts'
import type * as Source from '../../src/evaluation/recording-source.ts'
import type * as Score from '../../src/evaluation/score.ts'
import type * as Readers from '../../src/folder/readers.ts'
import { configurationFrom } from '../../src/monitor/configuration.ts'
import { countingRules } from '../../src/monitor/count-pair.ts'
import { parametersFrom } from '../../src/parameters/parameters.ts'
import type * as Open from '../../src/recording/open.ts'
import type { ReadOptions } from '../../src/recording/recording.ts'
import { compile, folderAmongPackages } from '../support/compile.ts'

/** How pairs of masks of 12 classes are found and counted. */
function pairOptions(): Thread.FetchOptions {
  const topics = { prediction: '/prediction', label: '/label' }
  const names = Array.from({ length: 12 }, (_, id) => String(id))
  const parameters = parametersFrom(new Map([['classes.names', names]]))
  const rules = countingRules(parameters, configurationFrom(parameters))
  return { topics, tolerance: 0, rules, capacity: 12 }
}

/** Has a recording of such masks read with a second thread. */
export function readWith(thread: Thread.SecondThread, options = pairOptions()): ReadOptions {
  return { blocks: thread.memory, fetchAhead: thread.fetchAhead(() => options) }
}

/** Rules that every thread fails on, as it would for a defect of ours. */
export function brokenOptions(): Thread.FetchOptions {
  const { rules, ...options } = pairOptions()
  return { ...options, rules: { ...rules, prediction: undefined as never } }
}

/** Compiled modules. */
export async function compiled() {
  const build = folderAmongPackages('counting-test-')
  compile(build)
  const load = async (path: string) => await import(pathToFileURL(join(build, path)).href)
  const { SecondThread } = (await load('counting/second-thread.js')) as typeof Thread
  const { scoreMasks } = (await load('evaluation/score.js')) as typeof Score
  const { RecordingSource, openRecordingSource } = (await load(
    'evaluation/recording-source.js',
  )) as typeof Source
  const { evaluateDrives } = (await load('evaluation/drives.js')) as typeof Drives
  const { openRecording } = (await load('recording/open.js')) as typeof Open
  const { openReaders } = (await load('folder/readers.js')) as typeof Readers
  const remove = () => rmSync(build, { recursive: true })
  return {
    SecondThread,
    RecordingSource,
    openRecordingSource,
    scoreMasks,
    openRecording,
    evaluateDrives,
    openReaders,
    remove,
  }
}
