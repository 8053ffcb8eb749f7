import type { ClassScore, ScoreName } from '../metrics/score-table.ts'

/** A score; null is undefined (0/0). */
export type Score = number | null

export type Scored<Name extends string> = Record<Name, Score>

/** The scores of one class, or of what is scored as one, and its pixels. */
export interface ClassScores extends Scored<ClassScore> {
  label_pixels: number
  prediction_pixels: number
}

/** The parameters of the run by their contract names. */
export type Config = Readonly<
  Record<string, boolean | number | string | readonly number[] | readonly string[]>
>

export const score = (value: number): Score => (Number.isNaN(value) ? null : value)

/** Scores by name, as they are written. */
export function scored<Name extends ScoreName>(
  names: readonly Name[],
  value: (name: Name) => number,
): Scored<Name> {
  return Object.fromEntries(names.map(name => [name, score(value(name))])) as Scored<Name>
}
