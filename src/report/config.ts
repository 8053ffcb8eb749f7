import { isParameterName, PARAMETERS } from '../parameters/table.ts'
import type { Config } from './summary.ts'

/** A parameter of a run beside its default, both as YAML would have them. */
export interface ConfigRow {
  name: string
  value: string
  /** Empty for a parameter that this version does not know. */
  default: string
}

export function configRows(config: Config): ConfigRow[] {
  return Object.entries(config).map(([name, value]) => ({
    name,
    value: text(value),
    default: isParameterName(name) ? text(PARAMETERS[name].default) : '',
  }))
}

const text = (value: Config[string]) =>
  typeof value === 'object' ? `[${value.map(item => JSON.stringify(item)).join(', ')}]` : String(value)
