import { withClassNames } from '../monitor/mask-rules.ts'
import { parametersInFile, parseValue } from '../parameters/file.ts'
import { checkedValue, ParameterError, parametersFrom, type RawValue } from '../parameters/parameters.ts'
import {
  isParameterName,
  PARAMETER_NAMES,
  PARAMETERS,
  type ParameterName,
  type Parameters,
} from '../parameters/table.ts'
import { NotAFileError, readText } from '../regular-file.ts'
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
    values = parametersInFile(readText(path), NODE, path)
  } catch (error) {
    if (error instanceof ParameterError || error instanceof NotAFileError) throw inputError(error.message)
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

/** Lists whose entries have commas in them. */
const WITH_COMMAS: ReadonlySet<string> = new Set(['classes.groups', 'regions'])

/** A value in YAML; a list also without the brackets around it, which some shells take for themselves. */
function parsedText(name: ParameterName, text: string): RawValue {
  const source = `--set ${name}`
  const { type } = PARAMETERS[name]
  if (!type.endsWith('_array') || /^\s*(\[|- |-$)/m.test(text)) return parseValue(text, source)
  if (text.trim() === '') return []
  const entries = WITH_COMMAS.has(name) ? [text] : text.split(',')
  return entries.map(entry => {
    const isText = type === 'string_array' && !/^\s*["']/.test(entry)
    return isText ? entry.trim() : parseValue(entry, source)
  })
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
    const value = parsedText(name, setting.slice(equals + 1))
    checkedValue(name, value)
    return [name, value]
  } catch (error) {
    if (error instanceof ParameterError) throw usageError(error.message)
    throw error
  }
}
