import type { RawValue } from '../parameters/parameters.ts'
import type { ParameterSpec, Parameters, ParameterType } from '../parameters/table.ts'
import { type Guard, Refused } from './guard.ts'
import { type Change, type NodeParameters, TYPE_CODES } from './parameters.ts'

/** Names that one request may ask for. */
const MAX_NAMES = 256
/** The widest range that is described as one. */
const WIDEST = 1000

/** rcl_interfaces/msg/ParameterValue; what is left out is as the message's default. */
interface ParameterValue {
  type: number
  bool_value?: boolean
  integer_value?: bigint | number | string
  double_value?: number
  string_value?: string
  byte_array_value?: ArrayLike<number>
  bool_array_value?: ArrayLike<boolean>
  integer_array_value?: ArrayLike<bigint | number | string>
  double_array_value?: ArrayLike<number>
  string_array_value?: ArrayLike<string>
}
interface ParameterMessage {
  name: string
  value: ParameterValue
}
interface Names {
  names: readonly string[]
}
interface ListRequest {
  prefixes: readonly string[]
  depth: bigint | number | string
}
interface SetRequest {
  parameters: readonly ParameterMessage[]
}

/**
 * The six parameter services. rclnodejs's own would throw at an empty name and at a type that there is none, leave out
 * the ranges, and answer about fewer parameters than were asked for.
 * @param changed called with what a request has set
 */
export function serveParameters(
  guard: Guard,
  nodeName: string,
  parameters: NodeParameters,
  changed: (messages: readonly object[]) => void,
): void {
  const serve = <Request>(
    name: string,
    type: string,
    answer: (request: Request) => object,
    refuse: (reason: string) => object,
  ) => guard.serve(`rcl_interfaces/srv/${type}`, `${nodeName}/${name}`, answer, refuse)
  const value = (name: string) => valueMessage(parameters, name)
  const tell = (names: readonly string[]) => {
    const known = [...new Set(names)]
    if (known.length > 0) changed(known.map(name => ({ name, value: value(name) })))
  }

  serve<ListRequest>(
    'list_parameters',
    'ListParameters',
    request => ({ result: list(parameters.names, request) }),
    () => ({ result: { names: [], prefixes: [] } }),
  )
  serve<Names>(
    'get_parameters',
    'GetParameters',
    ({ names }) => ({ values: bounded(names).map(value) }),
    () => ({ values: [] }),
  )
  serve<Names>(
    'get_parameter_types',
    'GetParameterTypes',
    ({ names }) => ({
      types: Uint8Array.from(bounded(names), name => typeCode(parameters.specification(name))),
    }),
    () => ({ types: new Uint8Array(0) }),
  )
  serve<Names>(
    'describe_parameters',
    'DescribeParameters',
    ({ names }) => ({
      descriptors: bounded(names).map(name => descriptor(name, parameters.specification(name))),
    }),
    () => ({ descriptors: [] }),
  )
  serve<SetRequest>(
    'set_parameters',
    'SetParameters',
    request => {
      const results = parameters.set(request.parameters.map(change))
      tell(request.parameters.filter((_, i) => results[i]!.successful).map(({ name }) => name))
      return { results }
    },
    reason => ({ results: [{ successful: false, reason }] }),
  )
  serve<SetRequest>(
    'set_parameters_atomically',
    'SetParametersAtomically',
    request => {
      const result = parameters.setAtomically(request.parameters.map(change))
      if (result.successful) tell(request.parameters.map(({ name }) => name))
      return { result }
    },
    reason => ({ result: { successful: false, reason } }),
  )
}

function bounded(names: readonly string[]): readonly string[] {
  if (names.length > MAX_NAMES) throw new Refused(`expected at most ${MAX_NAMES} names, got ${names.length}`)
  return names
}

/** As rclcpp lists: names that have a prefix, or all, no more than `depth` levels below it; 0 is any depth. */
function list(all: readonly string[], { prefixes, depth }: ListRequest) {
  const limit = Number(depth)
  const isWithin = (rest: string) => limit === 0 || rest.split('.').length - 1 < limit
  const names = all.filter(name =>
    prefixes.length === 0
      ? isWithin(name)
      : prefixes.some(
          prefix =>
            name === prefix || (name.startsWith(`${prefix}.`) && isWithin(name.slice(prefix.length + 1))),
        ),
  )
  const parents = names.filter(name => name.includes('.')).map(name => name.slice(0, name.lastIndexOf('.')))
  return { names, prefixes: [...new Set(parents)] }
}

const typeCode = (spec: ParameterSpec | undefined) => (spec ? TYPE_CODES[spec.type] : 0)

/** What is not declared is not set. */
function valueMessage(parameters: NodeParameters, name: string): ParameterValue {
  const spec = parameters.specification(name)
  if (!spec) return { type: 0 }
  return { type: TYPE_CODES[spec.type], [`${spec.type}_value`]: rosValue(spec.type, parameters.value(name)) }
}

/** rclnodejs takes integers as bigints. */
function rosValue(type: ParameterType, value: Parameters[keyof Parameters]): unknown {
  if (type === 'integer') return BigInt(value as number)
  return type === 'integer_array' ? (value as readonly number[]).map(BigInt) : value
}

function change({ name, value }: ParameterMessage): Change {
  if (value.type === 0) return { name, problem: 'cannot be undeclared' }
  const raw = rawValue(value)
  return raw === undefined
    ? { name, problem: `a value of the unknown type ${value.type}` }
    : { name, value: raw }
}

/** A value as a request gives it; undefined when it has no type that there is. */
function rawValue(value: ParameterValue): RawValue | undefined {
  switch (value.type) {
    case 1:
      return value.bool_value
    case 2:
      return BigInt(value.integer_value!)
    case 3:
      return value.double_value
    case 4:
      return value.string_value
    case 5:
      return Array.from(value.byte_array_value!)
    case 6:
      return Array.from(value.bool_array_value!)
    case 7:
      return Array.from(value.integer_array_value!, BigInt)
    case 8:
      return Array.from(value.double_array_value!)
    case 9:
      return Array.from(value.string_array_value!)
    default:
      return undefined
  }
}

function descriptor(name: string, spec: ParameterSpec | undefined): object {
  if (!spec) return { name, type: 0 }
  return {
    name,
    type: TYPE_CODES[spec.type],
    description: spec.description,
    additional_constraints: constraints(spec),
    read_only: spec.readOnly ?? false,
    ...range(spec),
  }
}

function constraints(spec: ParameterSpec): string {
  const { choices, unit, min, max } = spec
  if (choices) return `One of ${choices.join(', ')}.`
  if (isWide(spec)) return `From ${min} to ${max}${unit ? ` ${unit}` : ''}.`
  return unit ? `Unit: ${unit}.` : ''
}

/** Tools make a slider of a range, which is of no use over days or terabytes: such bounds are said in words. */
const isWide = ({ min, max }: ParameterSpec) => min !== undefined && max !== undefined && max - min > WIDEST

function range(spec: ParameterSpec): object {
  const { type, min, max } = spec
  if (min === undefined || max === undefined || isWide(spec)) return {}
  return type === 'integer'
    ? { integer_range: [{ from_value: BigInt(min), to_value: BigInt(max), step: 1n }] }
    : { floating_point_range: [{ from_value: min, to_value: max, step: 0 }] }
}
