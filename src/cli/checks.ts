import { existsSync, statSync } from 'node:fs'
import { basename, dirname } from 'node:path'
import { type DropResult, judgeDrops, parseDrop } from '../report/baseline.ts'
import { type Run, readRun } from '../report/compare.ts'
import { intervalText } from '../report/comparison-text.ts'
import { pairedDifference } from '../report/difference.ts'
import { checkGates, type Gate, GateError, type GateResult, judge, parseGate } from '../report/gates.ts'
import { type Check, junitXml } from '../report/junit.ts'
import { markdownReport } from '../report/markdown.ts'
import { coverageOf } from '../report/summary.ts'
import { type DriveRow, dropTable, dropText, gateTable, gateText } from '../report/table.ts'
import { tryDirectory, writeFiles } from '../report/write-files.ts'
import { CliError, Exit, inputError, usageError } from './errors.ts'
import type { Messages } from './messages.ts'

/** Options of `evaluate` that decide whether a run passes, and where that is told. */
export interface CheckOptions {
  failUnder: readonly string[]
  baseline?: string
  maxDrop?: readonly string[]
  strict?: boolean
  junit?: string
  markdown?: string
}

/** What is to be checked of a run. */
export interface Checks {
  gates: readonly Gate[]
  drops: readonly Gate[]
  base: Run | undefined
  isStrict: boolean
  junit: string | undefined
  markdown: string | undefined
  /** When the run began, ms. */
  began: number
}

/** What was scored, to be checked. */
export interface Checked {
  run: Run & { frames: NonNullable<Run['frames']> }
  /** The drives, where there are several. */
  drives: readonly (DriveRow & { failure?: string | undefined })[]
}

/**
 * Reads what is to be checked, before an hour of scoring.
 * @param classes `classes.names`; empty for unnamed classes
 * @throws CliError for what is not written as it must be, or cannot be read or written
 */
export function parsedChecks(options: CheckOptions, classes: readonly string[]): Checks {
  const { failUnder, baseline, maxDrop = [], strict, junit, markdown } = options
  const parsed = (option: string, texts: readonly string[], parse: (text: string) => Gate) => {
    try {
      const gates = texts.map(parse)
      checkGates(gates, classes)
      return gates
    } catch (error) {
      if (error instanceof GateError) throw usageError(`${option}: ${error.message}`)
      throw error
    }
  }
  if (maxDrop.length > 0 && baseline === undefined) {
    throw usageError('--max-drop: an earlier run is needed to compare with: --baseline SUMMARY')
  }
  for (const [option, file] of [
    ['--junit', junit],
    ['--markdown', markdown],
  ] as const) {
    if (file !== undefined) checkFile(option, file)
  }
  return {
    gates: parsed('--fail-under', failUnder, parseGate),
    drops: parsed('--max-drop', maxDrop, parseDrop),
    base: baseline === undefined ? undefined : readRun(baseline, baseline),
    isStrict: strict === true,
    junit,
    markdown,
    began: performance.now(),
  }
}

function checkFile(option: string, file: string): void {
  try {
    if (existsSync(file) && statSync(file).isDirectory()) throw new Error('it is a directory')
    tryDirectory(dirname(file))
  } catch (error) {
    throw inputError(`${option} ${file}: cannot be written: ${(error as Error).message}; name another file`)
  }
}

/** Labels of which less than this share was judged on are hardly the run. */
const FEW = 0.5

/** Checks a run, says what was found, and writes it where it was asked for. @returns the exit code */
export function check(checks: Checks, { run, drives }: Checked, messages: Messages): number {
  const { gates, drops, base, isStrict } = checks
  const results = judge(gates, run.summary, run.frames)
  const dropped = base ? judgeDrops(drops, base, run) : []
  for (const table of [gateTable(results), dropTable(dropped)])
    if (table !== '') process.stderr.write(`${table}\n`)
  const difference =
    base && `${run.name} - ${base.name}, frame-mean dice: ${intervalText(pairedDifference(base, run))}`
  if (difference) messages.note(difference)
  const { pairing } = run.summary
  const coverage = coverageOf(pairing)
  if (gates.length + drops.length > 0 && !(coverage >= FEW)) {
    messages.warn(
      `judged on ${pairing.matched} pairs, ${percentText(coverage)} of the labels: try --fail-under labels.matched=0.9`,
    )
  }
  const damaged = damagedParts(run, drives)
  if (isStrict) for (const name of damaged) messages.warn(`--strict: ${name} could not be read whole`)
  const list = checkList(run.name, results, dropped, drives, isStrict ? damaged : undefined)
  write(checks, list)
  if (checks.markdown !== undefined) {
    const page = markdownReport({ run, drives, gates: results, drops: dropped, difference })
    writeFiles(dirname(checks.markdown), new Map([[basename(checks.markdown), page]]))
  }
  const isWhole = drives.every(({ failure }) => failure === undefined) && !(isStrict && damaged.length > 0)
  if (!isWhole) return Exit.BAD_INPUT
  return [...results, ...dropped].every(({ met }) => met) ? Exit.DONE : Exit.GATE_NOT_MET
}

/** Tells of a run that came to nothing where its checks would have been told. */
export function reportFailure({ junit, began, markdown }: Checks, name: string, error: unknown): void {
  if (!(error instanceof CliError)) return
  const [text = ''] = error.message.split('\n')
  write({ junit, began }, [{ name: 'evaluated', of: name, text, result: 'error' }])
  if (markdown === undefined) return
  writeFiles(dirname(markdown), new Map([[basename(markdown), markdownReport({ failure: { name, text } })]]))
}

function write({ junit, began }: Pick<Checks, 'junit' | 'began'>, list: readonly Check[]): void {
  if (junit === undefined) return
  const text = junitXml(list, (performance.now() - began) / 1000)
  writeFiles(dirname(junit), new Map([[basename(junit), text]]))
}

/** The drives, or the only one, that could not be read whole. */
function damagedParts({ name, summary }: Run, drives: Checked['drives']): string[] {
  if (drives.length === 0) return summary.pairing.truncated ? [name] : []
  return drives.flatMap(drive => (drive.summary?.pairing.truncated ? [drive.name] : []))
}

function checkList(
  of: string,
  gates: readonly GateResult[],
  drops: readonly DropResult[],
  drives: Checked['drives'],
  damaged: readonly string[] | undefined,
): Check[] {
  const result = (met: boolean) => (met ? 'passed' : 'failed')
  const parts = drives.length > 0 ? drives : [{ name: of, failure: undefined }]
  return [
    ...parts.map(({ name, failure }) => ({
      name: 'evaluated',
      of: name,
      text: failure ?? 'scored',
      result: failure === undefined ? ('passed' as const) : ('error' as const),
    })),
    ...(damaged?.map(name => ({
      name: 'read whole',
      of: name,
      text: 'could not be read whole',
      result: 'failed' as const,
    })) ?? []),
    ...gates.map(gate => ({ name: gate.name, of, text: gateText(gate), result: result(gate.met) }) as Check),
    ...drops.map(
      drop => ({ name: `drop of ${drop.name}`, of, text: dropText(drop), result: result(drop.met) }) as Check,
    ),
  ]
}

const percentText = (part: number) => (Number.isNaN(part) ? 'none' : `${(100 * part).toFixed(0)} %`)
