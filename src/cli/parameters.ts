import { readFileSync } from 'node:fs'
import { withClassNames } from '../monitor/mask-rules.ts'
import { parametersInFile, parseValue } from '../parameters/file.ts'
import { checkedValue, ParameterError, parametersFrom, type RawValue } from '../parameters/parameters.ts'
import { isParameterName, PARAMETER_NAMES, type Parameters } from '../parameters/table.ts'
import { inputError, usageError } from './errors.ts'
import type { Messages } from './messages.ts'

/** The name that a parameter file knows the node by. */
const NODE = '/dice_monitor'

/**
 * What the user chose, by name; the rest is default.
 * @param config path of a ROS parameter file
 * @param set `NAME=VALUE`, each laid over the file
 * @throws CliError
 */
export function chosenParameters(
  config: string | undefined,
  set: readonly string[],
  messages: Messages,
): Map<string, RawValue> {
  const values = config === undefined ? new Map<string, RawValue>() : fromFile(config, messages)
  for (const setting of set) {
    const [name, value] = parsedSetting(setting)
    values.set(name, value)
  }
  return values
}

/** The complete parameters, with the names of the classes. @throws CliError for a value that does not fit */
export function completeParameters(values: ReadonlyMap<string, RawValue>): Parameters {
  try {
    return withClassNames(parametersFrom(values))
  } catch (error) {
    if (error instanceof ParameterError) throw inputError(error.message)
    throw error
  }
}

function fromFile(path: string, messages: Messages): Map<string, RawValue> {
  let values: Map<string, RawValue>
  try {
    values = parametersInFile(readFileSync(path, 'utf8'), NODE, path)
  } catch (error) {
    if (error instanceof ParameterError) throw inputError(error.message)
    throw inputError(`${path}: cannot read the parameter file: ${(error as Error).message}`)
  }
  if (values.size === 0) {
    messages.warn(
      `${path}: gives no parameters to ${NODE}; name it dice_monitor: or /**: with ros__parameters: below`,
    )
  }
  for (const name of values.keys()) {
    if (!isParameterName(name) && name !== 'use_sim_time') messages.warn(`${path}: unknown parameter ${name}`)
  }
  return values
}

/** @throws CliError when it is not `NAME=VALUE`, or the value does not fit */
function parsedSetting(setting: string): [string, RawValue] {
  const equals = setting.indexOf('=')
  if (equals <= 0) throw usageError(`--set: expected NAME=VALUE, got "${setting}"`)
  const name = setting.slice(0, equals)
  if (!isParameterName(name)) {
    throw usageError(`--set: unknown parameter "${name}"; there are ${PARAMETER_NAMES.join(', ')}`)
  }
  try {
    const value = parseValue(setting.slice(equals + 1), `--set ${name}`)
    checkedValue(name, value)
    return [name, value]
  } catch (error) {
    if (error instanceof ParameterError) throw usageError(error.message)
    throw error
  }
}
