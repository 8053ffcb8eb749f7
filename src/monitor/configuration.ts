import type { EmptyClass } from '../metrics/scores.ts'
import { ParameterError } from '../parameters/parameters.ts'
import type { Parameters } from '../parameters/table.ts'

/** The largest number of classes: ids 0 to 255. */
export const MAX_CLASSES = 256

/** Limits on a windowed dice: WARN below `warn`, ERROR below `error`; 0 for no limit. */
export interface DiceLimits {
  warn: number
  error: number
}

/** What the parameters mean to the engine, checked against each other. Arrays are indexed by class id. */
export interface Configuration {
  names: readonly string[]
  /** 1 for classes that enter the means. */
  evaluated: Uint8Array
  /** 1 for label values left out of the counts. */
  ignored: Uint8Array
  emptyClass: EmptyClass
  meanLimits: DiceLimits
  classLimits: readonly { id: number; limits: DiceLimits }[]
}

/** @throws ParameterError for an unknown class name, limits that contradict each other, or what is not built yet */
export function configurationFrom(parameters: Parameters): Configuration {
  refuseUnsupported(parameters)
  const names = checkedNames(parameters['classes.names'])
  return {
    names,
    evaluated: evaluatedFlags(parameters['classes.evaluated'], names),
    ignored: ignoredFlags(parameters['classes.ignored_labels']),
    emptyClass: parameters.empty_class as EmptyClass,
    meanLimits: checkedLimits('thresholds.dice', {
      warn: parameters['thresholds.dice.warn'],
      error: parameters['thresholds.dice.error'],
    }),
    classLimits: parameters['thresholds.class_dice'].map(text => classLimits(text, names)),
  }
}

function refuseUnsupported(parameters: Parameters): void {
  for (const name of ['prediction.map', 'label.map'] as const) {
    if (parameters[name].length > 0) throw new ParameterError(`parameter ${name}: not supported yet`)
  }
  for (const name of ['prediction.transport', 'label.transport'] as const) {
    if (parameters[name] !== 'raw') {
      throw new ParameterError(`parameter ${name}: ${parameters[name]} is not supported yet`)
    }
  }
  if (parameters.resize !== 'reject') {
    throw new ParameterError(`parameter resize: ${parameters.resize} is not supported yet`)
  }
}

function checkedNames(names: readonly string[]): readonly string[] {
  if (names.length > MAX_CLASSES) {
    throw new ParameterError(
      `parameter classes.names: expected at most ${MAX_CLASSES} names, got ${names.length}`,
    )
  }
  names.forEach((name, id) => {
    if (name === '') throw new ParameterError(`parameter classes.names: the name of class ${id} is empty`)
    const first = names.indexOf(name)
    if (first !== id) {
      throw new ParameterError(`parameter classes.names: "${name}" names both class ${first} and class ${id}`)
    }
  })
  return names
}

/** The id of a class name; without names a class is named by its number. @throws ParameterError when unknown */
function classId(name: string, names: readonly string[], parameter: string): number {
  if (names.length === 0) {
    const id = /^\d{1,3}$/.test(name) ? Number(name) : MAX_CLASSES
    if (id < MAX_CLASSES) return id
    throw new ParameterError(
      `parameter ${parameter}: unknown class "${name}": without classes.names a class is a number from 0 to 255`,
    )
  }
  const id = names.indexOf(name)
  if (id >= 0) return id
  throw new ParameterError(
    `parameter ${parameter}: unknown class "${name}", classes.names has ${names.join(', ')}`,
  )
}

function evaluatedFlags(evaluated: readonly string[], names: readonly string[]): Uint8Array {
  const flags = new Uint8Array(MAX_CLASSES)
  if (evaluated.length === 0) return flags.fill(1)
  for (const name of evaluated) flags[classId(name, names, 'classes.evaluated')] = 1
  return flags
}

/** Values beyond 255 are no class, so they are ignored without being named. */
function ignoredFlags(values: readonly number[]): Uint8Array {
  const flags = new Uint8Array(MAX_CLASSES)
  for (const value of values) if (value >= 0 && value < MAX_CLASSES) flags[value] = 1
  return flags
}

function classLimits(text: string, names: readonly string[]): { id: number; limits: DiceLimits } {
  const match = /^(.+):([^:]+):([^:]+)$/.exec(text)
  const warn = Number(match?.[2])
  const error = Number(match?.[3])
  if (!match || !isScore(warn) || !isScore(error)) {
    throw new ParameterError(
      `parameter thresholds.class_dice: expected "class:warn:error" with values from 0 to 1, got "${text}"`,
    )
  }
  const limits = checkedLimits(`thresholds.class_dice "${text}"`, { warn, error })
  return { id: classId(match[1]!, names, 'thresholds.class_dice'), limits }
}

const isScore = (value: number) => value >= 0 && value <= 1

function checkedLimits(parameter: string, limits: DiceLimits): DiceLimits {
  if (limits.warn > 0 && limits.error > limits.warn) {
    throw new ParameterError(
      `parameter ${parameter}: expected error (${limits.error}) to be no higher than warn (${limits.warn})`,
    )
  }
  return limits
}
