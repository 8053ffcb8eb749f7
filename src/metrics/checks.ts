/** Says what an option must be where the value is not, and nothing where it is. */
type Rule = (value: unknown) => string | undefined

const shown = (value: unknown): string => {
  if (typeof value === 'number' || typeof value === 'boolean' || value == null) return String(value)
  if (typeof value === 'string') return JSON.stringify(value.slice(0, 40))
  if (Array.isArray(value))
    return `[${value.slice(0, 8).map(shown).join(', ')}${value.length > 8 ? ', ...' : ''}]`
  if (typeof value === 'bigint') return `${value}n`
  return typeof value === 'object' ? Object.prototype.toString.call(value).slice(8, -1) : typeof value
}

/**
 * Holds options against their rules; an option that is undefined is not given.
 * @throws TypeError for an option that there is not, RangeError for a value that is not allowed
 */
export function checkOptions(where: string, options: object, rules: Readonly<Record<string, Rule>>): void {
  if (typeof options !== 'object' || options === null || Array.isArray(options))
    throw new TypeError(`${where}: expected an object of options, got ${shown(options)}`)
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined) continue
    const rule = Object.hasOwn(rules, name) ? rules[name] : undefined
    if (rule === undefined)
      throw new TypeError(
        `${where}: there is no option ${shown(name)}; there are ${Object.keys(rules).join(', ')}`,
      )
    const expected = rule(value)
    if (expected !== undefined)
      throw new RangeError(`${where}: ${name}: expected ${expected}, got ${shown(value)}`)
  }
}

/** Holds one argument against a rule. @throws RangeError */
export function checkArgument(where: string, name: string, value: unknown, rule: Rule): void {
  const expected = rule(value)
  if (expected !== undefined)
    throw new RangeError(`${where}: ${name}: expected ${expected}, got ${shown(value)}`)
}

export const oneOf =
  (...allowed: readonly (string | number)[]): Rule =>
  value =>
    allowed.some(one => one === value) ? undefined : `one of ${allowed.join(', ')}`

/** A number from `least` to `most`; without `most` any finite number from `least` on. */
export const numberFrom =
  (least: number, most?: number): Rule =>
  value =>
    typeof value === 'number' && value >= least && value <= (most ?? Number.MAX_VALUE)
      ? undefined
      : most === undefined
        ? `a number of at least ${least}`
        : `a number in ${least}..${most}`

export const positiveInteger: Rule = value =>
  Number.isSafeInteger(value) && (value as number) > 0 ? undefined : 'a positive integer'

/** A list of distinct class ids below `classes`, at least one. */
export const classIds =
  (classes: number): Rule =>
  value =>
    isList(value) &&
    value.length > 0 &&
    new Set(value).size === value.length &&
    value.every(id => Number.isInteger(id) && (id as number) >= 0 && (id as number) < classes)
      ? undefined
      : `a list of different class ids in 0..${classes - 1}`

/** A number of at least 0 for each of `count` classes. */
export const weightsRule =
  (count: number): Rule =>
  value =>
    isList(value) &&
    value.length === count &&
    value.every(weight => typeof weight === 'number' && weight >= 0 && weight < Infinity)
      ? undefined
      : `${count} numbers of at least 0, one a class`

export const labelValues: Rule = value =>
  isList(value) && value.every(label => Number.isSafeInteger(label)) ? undefined : 'a list of label values'

/** A positive number for each axis. */
export const spacingRule =
  (isVolume: boolean): Rule =>
  value =>
    isList(value) &&
    value.length === (isVolume ? 3 : 2) &&
    value.every(step => typeof step === 'number' && step > 0 && step < Infinity)
      ? undefined
      : isVolume
        ? 'three positive numbers, [slice, row, column]'
        : 'two positive numbers, [row, column]'

const isList = (value: unknown): value is readonly unknown[] => Array.isArray(value) || isNumericArray(value)

const isNumericArray = (value: unknown): boolean =>
  ArrayBuffer.isView(value) && !/^\[object (Big|DataView)/.test(Object.prototype.toString.call(value))

/**
 * Refuses what would count as something else than it shows: 64-bit integers, text, arrays in arrays.
 * @throws TypeError where the values are no flat array of numbers
 */
export function checkNumbers(where: string, name: string, values: ArrayLike<number>): void {
  if (isNumericArray(values)) return
  if (!Array.isArray(values))
    throw new TypeError(`${where}: ${name}: expected a flat array of numbers, got ${shown(values)}`)
  const at = values.findIndex(value => typeof value !== 'number')
  if (at >= 0)
    throw new TypeError(
      `${where}: ${name}: expected a flat array of numbers, got ${shown(values[at])} at index ${at}`,
    )
}
