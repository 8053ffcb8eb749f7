import type { Run } from './compare.ts'
import { type Gate, GateError, gateScore, parseGate } from './gates.ts'

/** One `--max-drop` as it was found. Undefined values are NaN. */
export interface DropResult {
  name: string
  /** What it was in the earlier run, and is now. */
  base: number
  value: number
  /** How much lower it is now; below 0 where it is higher. */
  drop: number
  most: number
  /** Never where one of the two is undefined. */
  met: boolean
}

/** @param text `SCORE=DROP`, the score as of a gate @throws GateError */
export function parseDrop(text: string): Gate {
  try {
    return parseGate(text)
  } catch (error) {
    if (!(error instanceof GateError)) throw error
    throw new GateError(error.message.replace('SCORE=MINIMUM with a minimum', 'SCORE=DROP with a drop'))
  }
}

/** What rounding alone can make of a difference of two scores. */
const ROUNDING = 1e-12

/** How much lower scores are than in an earlier run. @param drops the largest allowed @throws GateError */
export function judgeDrops(drops: readonly Gate[], base: Run, run: Run): DropResult[] {
  return drops.map(gate => {
    const [before, value] = [base, run].map(({ summary, frames }) => gateScore(gate, summary, frames)) as [
      number,
      number,
    ]
    const drop = before - value
    return {
      name: gate.name,
      base: before,
      value,
      drop,
      most: gate.minimum,
      met: drop <= gate.minimum + ROUNDING,
    }
  })
}
