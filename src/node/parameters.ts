import type { RawValue } from '../parameters/parameters.ts'
import {
  isParameterName,
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
  takeIntegerArrays(ros)
  takeIntegersForDoubles(ros, node)
  const describe = descriptorsOf(ros)
  for (const name of PARAMETER_NAMES) {
    const spec: ParameterSpec = PARAMETERS[name]
    const parameter = new ros.Parameter(name, TYPE_CODES[spec.type], rosValue(spec.type, values[name]))
    node.declareParameter(parameter, describe(name, spec))
  }
}

/** rclnodejs takes integers as bigints. */
function rosValue(type: ParameterType, value: Parameters[keyof Parameters]): unknown {
  if (type === 'integer') return BigInt(value as number)
  return type === 'integer_array' ? (value as readonly number[]).map(BigInt) : value
}

/**
 * Descriptors that show their range, which rclnodejs leaves out of the message, and leave the check of a value to us:
 * rclnodejs's refusal does not say what was wrong.
 */
function descriptorsOf(ros: Ros) {
  class Descriptor extends ros.ParameterDescriptor {
    readonly #range: object

    constructor(name: string, spec: ParameterSpec) {
      const choices = spec.choices ? ` One of ${spec.choices.join(', ')}.` : ''
      super(name, TYPE_CODES[spec.type], `${spec.description}${choices}`, spec.readOnly ?? false)
      this.#range = rangeMessage(spec)
    }

    override validateParameter(): void {}

    override toMessage(): object {
      return { ...super.toMessage(), ...this.#range }
    }
  }
  return (name: string, spec: ParameterSpec) => new Descriptor(name, spec)
}

function rangeMessage({ type, min, max }: ParameterSpec): object {
  if (min === undefined || max === undefined) return {}
  return type === 'integer'
    ? { integer_range: [{ from_value: BigInt(min), to_value: BigInt(max), step: 1n }] }
    : { floating_point_range: [{ from_value: min, to_value: max, step: 0 }] }
}

/**
 * Lets a service call set an integer array: rclnodejs reads it as numbers and then takes bigints only, and the
 * exception would end the process.
 */
function takeIntegerArrays(ros: Ros): void {
  const { fromParameterMessage } = ros.Parameter
  ros.Parameter.fromParameterMessage = message => {
    const { name, value } = message
    return value.type === TYPE_CODES.integer_array
      ? new ros.Parameter(name, value.type, Array.from(value.integer_array_value, BigInt))
      : fromParameterMessage.call(ros.Parameter, message)
  }
}

/** As at the start, so that `ros2 param set` takes 1 for 1.0. */
function takeIntegersForDoubles(ros: Ros, node: Node): void {
  node.addPreSetParametersCallback(parameters =>
    parameters.map(parameter => {
      const { name, type, value } = parameter
      const isDouble = isParameterName(name) && PARAMETERS[name].type === 'double'
      return isDouble && type === TYPE_CODES.integer
        ? new ros.Parameter(name, TYPE_CODES.double, Number(value))
        : parameter
    }),
  )
}

/** The value of a parameter that a service call sets; undefined where the call would take the parameter away. */
export function rawValueOf(parameter: Parameter): RawValue | undefined {
  return parameter.value as RawValue | undefined
}
