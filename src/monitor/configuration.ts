import type { EmptyClass } from '../metrics/scores.ts'
import { type CriticalError, criticalErrorsOf } from '../ontology/critical-errors.ts'
import { type Group, groupsOf } from '../ontology/groups.ts'
import { type Region, regionsOf } from '../ontology/regions.ts'
import type { PairingOptions } from '../pairing/pairing.ts'
import { ParameterError } from '../parameters/parameters.ts'
import type { Parameters } from '../parameters/table.ts'
import { isMapped } from './mask-rules.ts'

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
  /** 1 for prediction values that are no class although they are counted apart. */
  noClass: Uint8Array
  emptyClass: EmptyClass
  meanLimits: DiceLimits
  /** Of classes, groups and regions. */
  limits: readonly NamedLimits[]
  groups: readonly Group[]
  criticalErrors: readonly CriticalError[]
  regions: readonly Region[]
}

/** Limits on the windowed dice of a class, a group, a region's mean, or a class in a region. */
export interface NamedLimits {
  /** As it is called in the verdict. */
  name: string
  of: 'class' | 'group' | 'region'
  /** The class's id, or the place of the group or the region. */
  id: number
  /** The place of the region that the class is scored in; undefined for the whole frame. */
  region: number | undefined
  limits: DiceLimits
}

/** How messages are paired. */
export const pairingOptions = (parameters: Parameters): Required<PairingOptions> => ({
  tolerance: parameters['sync.tolerance'],
  queueSize: parameters['sync.queue_size'],
  queueBytes: parameters['sync.queue_bytes'],
  maxWait: parameters['sync.max_wait'],
})

/** @throws ParameterError for an unknown class name, or limits that contradict each other */
export function configurationFrom(parameters: Parameters): Configuration {
  if (parameters['save.worst'] > 0 && parameters['save.directory'] === '') {
    throw new ParameterError(
      'parameter save.directory: save.worst asks for frames to be kept, name a directory',
    )
  }
  const names = checkedNames(parameters['classes.names'])
  const ignored = ignoredLabels(parameters)
  const evaluated = evaluatedClasses(parameters)
  const idOf = (name: string) => classId(name, names)
  const groups = groupsOf(parameters['classes.groups'], idOf)
  const regions = regionsOf(parameters.regions, parameters['regions.ignored'])
  return {
    names,
    evaluated,
    ignored,
    // Without names an ignored value is no class, whichever mask it is in, unless it is to be evaluated.
    noClass: ignored.map((flag, id) => (names.length === 0 && flag === 1 && evaluated[id] === 0 ? 1 : 0)),
    emptyClass: parameters.empty_class as EmptyClass,
    meanLimits: checkedLimits('thresholds.dice', {
      warn: parameters['thresholds.dice.warn'],
      error: parameters['thresholds.dice.error'],
    }),
    limits: parameters['thresholds.class_dice'].map(text => namedLimits(text, names, groups, regions)),
    groups,
    criticalErrors: criticalErrorsOf(parameters['errors.critical'], groups, idOf),
    regions,
  }
}

/** Of several of one name the class is meant, then the group. */
function namedLimits(
  text: string,
  names: readonly string[],
  groups: readonly Group[],
  regions: readonly Region[],
): NamedLimits {
  const { name, limits } = classLimits(text)
  const entry = (of: NamedLimits['of'], id: number, region?: number) => ({ name, of, id, region, limits })
  if (classId(name, names) === undefined) {
    const group = groups.findIndex(group => group.name === name)
    if (group >= 0) return entry('group', group)
    const slash = name.indexOf('/')
    const regionName = slash < 0 ? name : name.slice(0, slash)
    const region = regions.findIndex(region => region.name === regionName)
    if (region >= 0 && regions[region]!.isIgnored)
      throw new ParameterError(`parameter thresholds.class_dice: the region ${regionName} is ignored`)
    if (region >= 0 && slash < 0) return entry('region', region)
    if (region >= 0)
      return entry('class', knownClass(name.slice(slash + 1), names, 'thresholds.class_dice'), region)
  }
  return entry('class', knownClass(name, names, 'thresholds.class_dice'))
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

/** The id of a class name, undefined where it is none. Without names a class is named by its number. */
export function classId(name: string, names: readonly string[]): number | undefined {
  const id = names.length > 0 ? names.indexOf(name) : Number(name)
  const isClass =
    names.length > 0 ? id >= 0 : Number.isInteger(id) && String(id) === name && id >= 0 && id < MAX_CLASSES
  return isClass ? id : undefined
}

/** @throws ParameterError when the name is of no class */
function knownClass(name: string, names: readonly string[], parameter: string): number {
  const id = classId(name, names)
  if (id !== undefined) return id
  const known =
    names.length > 0
      ? `classes.names has ${names.join(', ')}`
      : `without classes.names a class is a number from 0 to ${MAX_CLASSES - 1}`
  throw new ParameterError(`parameter ${parameter}: unknown class "${name}", ${known}`)
}

/** The parameters that say what the classes are. */
export type ClassParameters = Pick<
  Parameters,
  'classes.names' | 'classes.evaluated' | 'classes.ignored_labels' | 'label.map' | 'label.ontology'
>

/**
 * Flags by class id, 1 for the classes that enter the means: those that are named for it, or else all that a label can
 * have.
 * @throws ParameterError for an unknown class
 */
export function evaluatedClasses(parameters: ClassParameters): Uint8Array {
  const evaluated = parameters['classes.evaluated']
  if (evaluated.length === 0) return ignoredLabels(parameters).map(flag => 1 - flag)
  const flags = new Uint8Array(MAX_CLASSES)
  for (const name of evaluated) flags[knownClass(name, parameters['classes.names'], 'classes.evaluated')] = 1
  return flags
}

/**
 * Values beyond 255 are no class, so they are ignored without being named. Where a map makes class ids of the values,
 * it is the map that leaves them out.
 */
function ignoredLabels(parameters: ClassParameters): Uint8Array {
  const flags = new Uint8Array(MAX_CLASSES)
  if (isMapped(parameters, 'label')) return flags
  for (const value of parameters['classes.ignored_labels'])
    if (value >= 0 && value < MAX_CLASSES) flags[value] = 1
  return flags
}

/** A class and its limits, "class:warn:error", the class by its name. @throws ParameterError when it is not so */
export function classLimits(text: string): { name: string; limits: DiceLimits } {
  const [, name = '', ...limits] = /^(.+):([^:]+):([^:]+)$/.exec(text) ?? []
  const [warn = Number.NaN, error = Number.NaN] = limits.map(Number)
  if (!isScore(warn) || !isScore(error)) {
    throw new ParameterError(
      `parameter thresholds.class_dice: expected "class:warn:error" with values from 0 to 1, got "${text}"`,
    )
  }
  return { name, limits: checkedLimits(`thresholds.class_dice "${text}"`, { warn, error }) }
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
