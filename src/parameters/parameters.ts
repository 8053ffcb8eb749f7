import {
  isParameterName,
  PARAMETER_NAMES,
  PARAMETERS,
  type ParameterName,
  type ParameterSpec,
  type Parameters,
  type ParameterType,
} from './table.ts'

/** A parameter that cannot be used; the message is one line: which, what was expected, what came. */
export class ParameterError extends Error {
  /** Tells the class in a message. */
  override name = 'ParameterError'
}

/**
 * A value as a parameter file, an override or a service call gives it: an integer is a bigint, a double a number,
 * so that the two types stay apart as they do in ROS.
 */
export type RawValue = boolean | bigint | number | string | readonly RawValue[]

/**
 * Defaults with `overrides` laid over them, every value checked by type and bounds. A double takes an integer.
 * Names that are no parameter are the caller's to report: they are ignored here.
 * @throws ParameterError for the first value that does not fit
 */
export function parametersFrom(overrides: ReadonlyMap<string, RawValue>): Parameters {
  const values: Record<string, unknown> = {}
  for (const name of PARAMETER_NAMES) {
    const raw = overrides.get(name)
    values[name] = raw === undefined ? PARAMETERS[name].default : checkedValue(name, raw)
  }
  return values as Parameters
}

/** `current` with some values replaced, checked as {@link parametersFrom} does. */
export function withParameters(current: Parameters, changes: ReadonlyMap<string, RawValue>): Parameters {
  const values: Record<string, unknown> = { ...current }
  for (const [name, raw] of changes) if (isParameterName(name)) values[name] = checkedValue(name, raw)
  return values as Parameters
}

/** The typed value of one parameter. @throws ParameterError when `raw` has the wrong type or is out of range */
export function checkedValue(name: ParameterName, raw: RawValue): Parameters[ParameterName] {
  const spec: ParameterSpec = PARAMETERS[name]
  const value = typedValue(raw, spec.type)
  if (value === undefined) {
    throw new ParameterError(`parameter ${name}: expected ${article(spec.type)}, got ${describe(raw)}`)
  }
  if (typeof value === 'number') checkRange(name, value, spec)
  if (spec.choices && !spec.choices.includes(value as string)) {
    throw new ParameterError(`parameter ${name}: expected one of ${spec.choices.join(', ')}, got "${value}"`)
  }
  return value
}

function checkRange(name: string, value: number, { min, max, unit }: ParameterSpec): void {
  if (value >= (min ?? Number.NEGATIVE_INFINITY) && value <= (max ?? Number.POSITIVE_INFINITY)) return
  throw new ParameterError(
    `parameter ${name}: expected a value from ${min} to ${max}${unit ? ` ${unit}` : ''}, got ${numberText(value)}`,
  )
}

function typedValue(raw: RawValue, type: ParameterType): Parameters[ParameterName] | undefined {
  switch (type) {
    case 'bool':
      return typeof raw === 'boolean' ? raw : undefined
    case 'integer':
      return integer(raw)
    case 'double':
      return typeof raw === 'number' ? raw : integer(raw)
    case 'string':
      return typeof raw === 'string' ? raw : undefined
    case 'integer_array':
      return array(raw, integer)
    case 'string_array':
      return array(raw, element => (typeof element === 'string' ? element : undefined))
  }
}

function integer(raw: RawValue): number | undefined {
  return typeof raw === 'bigint' && BigInt.asIntN(53, raw) === raw ? Number(raw) : undefined
}

function array<T>(raw: RawValue, element: (raw: RawValue) => T | undefined): T[] | undefined {
  if (!Array.isArray(raw)) return undefined
  const values: T[] = []
  for (const item of raw as readonly RawValue[]) {
    const value = element(item)
    if (value === undefined) return undefined
    values.push(value)
  }
  return values
}

const ARTICLES: Record<ParameterType, string> = {
  bool: 'a bool',
  integer: 'an integer',
  double: 'a double',
  string: 'a string',
  integer_array: 'an integer array',
  string_array: 'a string array',
}

const article = (type: ParameterType) => ARTICLES[type]

/** A number as YAML has it. */
function numberText(value: number): string {
  if (Number.isNaN(value)) return '.nan'
  return Number.isFinite(value) ? String(value) : value > 0 ? '.inf' : '-.inf'
}

function describe(raw: RawValue): string {
  switch (typeof raw) {
    case 'string':
      return `the string "${raw}"`
    case 'bigint':
      return `the integer ${raw}`
    case 'number':
      return `the double ${numberText(raw)}`
    case 'boolean':
      return `the bool ${raw}`
    default:
      return `the array [${(raw as readonly RawValue[]).map(String).join(', ')}]`
  }
}
