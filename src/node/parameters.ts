import type { RawValue } from '../parameters/parameters.ts'
import {
  PARAMETER_NAMES,
  PARAMETERS,
  type ParameterSpec,
  type Parameters,
  type ParameterType,
} from '../parameters/table.ts'
import type { Node, Parameter, Ros } from './rclnodejs.ts'

/** rcl_interfaces/msg/ParameterType. */
const TYPE_CODES: Record<ParameterType, number> = {
  bool: 1,
  integer: 2,
  double: 3,
  string: 4,
  integer_array: 7,
  string_array: 9,
}

/** Declares every parameter of the table with its value, type, range and description. */
export function declareParameters(ros: Ros, node: Node, values: Parameters): void {
  const ranges = rangeClasses(ros)
  for (const name of PARAMETER_NAMES) {
    const spec: ParameterSpec = PARAMETERS[name]
    const type = TYPE_CODES[spec.type]
    const range = spec.min === undefined ? undefined : ranges(spec.type, spec.min, spec.max!)
    const description = `${spec.description}${spec.choices ? ` One of ${spec.choices.join(', ')}.` : ''}`
    node.declareParameter(
      new ros.Parameter(name, type, rosValue(spec.type, values[name])),
      new ros.ParameterDescriptor(name, type, description, spec.readOnly ?? false, range),
    )
  }
}

/** rclnodejs takes integers as bigints. */
function rosValue(type: ParameterType, value: Parameters[keyof Parameters]): unknown {
  if (type === 'integer') return BigInt(value as number)
  return type === 'integer_array' ? (value as readonly number[]).map(BigInt) : value
}

/** Ranges that are shown, and leave the check to us: rclnodejs's own refusal does not say what was wrong. */
function rangeClasses(ros: Ros) {
  class ShownIntegerRange extends ros.IntegerRange {
    override inRange(): boolean {
      return true
    }
  }
  class ShownFloatingPointRange extends ros.FloatingPointRange {
    override inRange(): boolean {
      return true
    }
  }
  return (type: ParameterType, min: number, max: number) =>
    type === 'integer'
      ? new ShownIntegerRange(BigInt(min), BigInt(max), 1n)
      : new ShownFloatingPointRange(min, max, 0)
}

/** The value of a parameter that a service call sets. */
export function rawValueOf(parameter: Parameter): RawValue {
  const value: unknown = parameter.value
  if (parameter.type === TYPE_CODES.integer_array) return Array.from(value as number[], BigInt)
  return value as RawValue
}
