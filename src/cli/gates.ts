import type { FrameTable } from '../report/frames.ts'
import { checkGates, type Gate, GateError, judge, parseGate } from '../report/gates.ts'
import type { Summary } from '../report/summary.ts'
import { gateTable } from '../report/table.ts'
import { Exit, usageError } from './errors.ts'

/** @throws CliError for a gate that is not written as it must be */
export function parsedGates(texts: readonly string[], classes: readonly string[]): Gate[] {
  try {
    const gates = texts.map(parseGate)
    checkGates(gates, classes)
    return gates
  } catch (error) {
    if (error instanceof GateError) throw usageError(`--fail-under: ${error.message}`)
    throw error
  }
}

/** Says what the gates say to a run. @returns the exit code */
export function pass(
  gates: readonly Gate[],
  { summary, frames }: { summary: Summary; frames: FrameTable },
): number {
  if (gates.length === 0) return Exit.DONE
  const results = judge(gates, summary, frames)
  process.stderr.write(`${gateTable(results)}\n`)
  return results.every(({ met }) => met) ? Exit.DONE : Exit.GATE_NOT_MET
}
