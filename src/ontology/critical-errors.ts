import { ParameterError } from '../parameters/parameters.ts'
import type { ClassLookup, Group } from './groups.ts'

/** Pixels of some classes that are predicted as some others, and how many of them are too many. */
export interface CriticalError {
  /** `label>prediction`, as written. */
  name: string
  /** Class ids of the labels. */
  labels: readonly number[]
  /** Class ids of the predictions; none is among the labels. */
  predictions: readonly number[]
  /** Share of the label's evaluated pixels above which it is WARN. */
  warn: number
  /** Share above which it is ERROR. */
  error: number
}

const FORM = '"label>prediction:warn:error" with shares from 0 to 1'

/**
 * Reads `errors.critical`: `"obstacle>traversable:0.01:0.05"`. Either side is a group or a class; the group is meant
 * where both have the name.
 * @throws ParameterError for what cannot be read, an unknown name, sides that share a class, or one error twice
 */
export function criticalErrorsOf(
  texts: readonly string[],
  groups: readonly Group[],
  idOf: ClassLookup,
): CriticalError[] {
  const errors: CriticalError[] = []
  for (const text of texts) {
    const error = criticalError(text, groups, idOf)
    if (errors.some(({ name }) => name === error.name)) throw fault(`"${error.name}" is given twice`)
    errors.push(error)
  }
  return errors
}

function criticalError(text: string, groups: readonly Group[], idOf: ClassLookup): CriticalError {
  const match = /^([^>]+)>(.+):([^:]*):([^:]*)$/.exec(text)
  if (!match) throw fault(`expected ${FORM}, got "${text}"`)
  const [label, prediction] = [match[1]!.trim(), match[2]!.trim()]
  const [warn, error] = [share(match[3]!), share(match[4]!)]
  if (Number.isNaN(warn) || Number.isNaN(error)) throw fault(`expected ${FORM}, got "${text}"`)
  if (warn > error) throw fault(`"${text}": expected warn (${warn}) to be no higher than error (${error})`)
  const idsOf = (name: string) => {
    const group = groups.find(group => group.name === name)
    const id = group ? undefined : idOf(name)
    if (group) return group.ids
    if (id !== undefined) return [id]
    throw fault(`"${text}": "${name}" is neither a class nor a group`)
  }
  const [labels, predictions] = [idsOf(label), idsOf(prediction)]
  if (labels.some(id => predictions.includes(id)))
    throw fault(`"${text}": a class is on both sides: predicted as itself it is no error`)
  return { name: `${label}>${prediction}`, labels, predictions, warn, error }
}

function share(text: string): number {
  const value = text.trim() === '' ? Number.NaN : Number(text)
  return value >= 0 && value <= 1 ? value : Number.NaN
}

const fault = (message: string) => new ParameterError(`parameter errors.critical: ${message}`)
