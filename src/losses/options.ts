/**
 * A function of single numbers that a prediction goes through, as MONAI's `other_act`. What it gives is taken as it is,
 * inside 0..1 or not.
 */
export interface ElementActivation {
  /** What becomes of x. */
  readonly value: (x: number) => number
  /** Its derivative at x. */
  readonly slope: (x: number) => number
}

/** What turns a prediction's channels into probabilities; `none` when they are probabilities already. */
export type Activation = 'none' | 'sigmoid' | 'softmax' | ElementActivation

/** Options of every loss. */
export interface CommonOptions {
  /** Axes of the prediction, `N`, `C` and any letters for space; by rank `NCHW`, `HW`, `W`, `NCDHW`. */
  layout?: string | undefined
  /** Default `none`: probabilities in 0..1 are expected, but by the hinge of `lovaszLoss`. Or a function of your own. */
  activation?: Activation | undefined
  /**
   * Pixels with this target value count nowhere, whatever prediction and target hold there. Of a map of several
   * classes, the id of a class is meant where that channel holds 1; any other value where a channel holds it.
   */
  ignoreLabel?: number | undefined
  /**
   * How a map of several classes marks what is ignored where `ignoreLabel` is no class: `value` (default), a channel
   * holds it; `zeros`, all channels are 0, as a one-hot map has it (MONAI).
   */
  ignoredMap?: 'value' | 'zeros' | undefined
  /**
   * A label that is no class: `error` (default) throws, `none` lets the pixel belong to no class, `nearest` takes it for
   * the class whose id is nearest.
   */
  unknownLabel?: 'error' | 'none' | 'nearest' | undefined
  /** The value when nothing counts: `nan` (default) or `zero`. The gradient is 0 then. */
  empty?: 'nan' | 'zero' | undefined
}

/** Defaults of the options of every loss. */
const commonDefaults = {
  activation: 'none',
  ignoredMap: 'value',
  unknownLabel: 'error',
  empty: 'nan',
} as const satisfies CommonOptions

const commonOptional = ['layout', 'ignoreLabel']

/** Options with their defaults: none of those is undefined. */
export type Settled<O extends CommonOptions, D> = {
  readonly [K in keyof O]-?: K extends keyof D | keyof typeof commonDefaults
    ? NonNullable<O[K]>
    : O[K] | undefined
}

/**
 * The options with their defaults, checked as far as every loss checks them.
 * @param optional names of options without a default
 * @throws TypeError unless `options` is an object; RangeError for a name that is no option, and for a value out of
 *   range
 */
export function settle<O extends CommonOptions, D extends object>(
  loss: string,
  options: O,
  defaults: D,
  optional: readonly (keyof O & string)[],
): Settled<O, D> {
  if (typeof options !== 'object' || options === null || Array.isArray(options))
    throw new TypeError(`${loss}: expected an object of options, got ${shown(options)}`)
  const all: Record<string, unknown> = { ...commonDefaults, ...defaults }
  const names = [...Object.keys(all), ...commonOptional, ...optional].sort()
  for (const [name, value] of Object.entries(options)) {
    if (!names.includes(name))
      throw new RangeError(`${loss}: ${shown(name)} is no option; there are ${names.join(', ')}`)
    if (value !== undefined) all[name] = value
  }
  checkCommon(all as CommonOptions)
  return all as Settled<O, D>
}

function checkCommon(settled: CommonOptions): void {
  checkActivation(settled.activation)
  oneOf('ignoredMap', settled.ignoredMap, ['value', 'zeros'])
  oneOf('unknownLabel', settled.unknownLabel, ['error', 'none', 'nearest'])
  oneOf('empty', settled.empty, ['nan', 'zero'])
  if (settled.ignoreLabel !== undefined && !Number.isFinite(settled.ignoreLabel))
    throw new RangeError(`ignoreLabel: expected a number, got ${shown(settled.ignoreLabel)}`)
  if (settled.layout !== undefined && !/^(?!.*(.).*\1)[A-Z]+$/.test(settled.layout))
    throw new RangeError(
      `layout: expected a letter of its own for each axis, such as 'NCHW', got ${shown(settled.layout)}`,
    )
}

function checkActivation(activation: unknown): void {
  if (typeof activation !== 'object' || activation === null) {
    oneOf('activation', activation, ['none', 'sigmoid', 'softmax'])
    return
  }
  const { value, slope } = activation as Partial<ElementActivation>
  if (typeof value !== 'function' || typeof slope !== 'function')
    throw new TypeError('activation: expected { value, slope }, two functions of a number')
}

/** A value in a message: printable, and never long. */
export function shown(value: unknown): string {
  const text = typeof value === 'string' ? JSON.stringify(value) : String(value)
  return text.length > 60 ? `${text.slice(0, 60)}...` : text
}

/** @throws RangeError unless `value` is one of `allowed`. */
export function oneOf<T>(name: string, value: T, allowed: readonly T[]): T {
  if (!allowed.includes(value))
    throw new RangeError(`${name}: expected ${allowed.map(String).join(', ')}, got ${shown(value)}`)
  return value
}

/** @throws RangeError unless `value` is a finite number of at least `low`, at most `high`. */
export function within(name: string, value: unknown, low: number, high = Number.MAX_VALUE): void {
  if (!(typeof value === 'number' && value >= low && value <= high)) {
    const range = high === Number.MAX_VALUE ? `of at least ${low}` : `in ${low}..${high}`
    throw new RangeError(`${name}: expected a number ${range}, got ${shown(value)}`)
  }
}

/** @throws TypeError unless `value` is true or false. */
export function flag(name: string, value: unknown): void {
  if (typeof value !== 'boolean') throw new TypeError(`${name}: expected true or false, got ${shown(value)}`)
}

/** @throws RangeError unless the weights are a list of numbers of 0 or more. */
export function weightList(name: string, weights: unknown): void {
  if (!(Array.isArray(weights) || ArrayBuffer.isView(weights)))
    throw new RangeError(`${name}: expected a list of weights, one a class, got ${shown(weights)}`)
  for (const weight of weights as Iterable<unknown>) within(name, weight, 0)
}

/** @throws RangeError unless there is a weight for each class. */
export function weightCount(name: string, weights: readonly number[], classes: number): void {
  if (weights.length !== classes)
    throw new RangeError(`${name}: expected ${classes} weights, one a class, got ${weights.length}`)
}

/** @throws RangeError: an option that was given changes nothing beside the others. */
export function refuse(isGiven: boolean, option: string, why: string): void {
  if (isGiven) throw new RangeError(`${option} has no effect: ${why}`)
}
