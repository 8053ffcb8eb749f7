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

/** Limits on the windowed dice of single classes, by name (`thresholds.class_dice`, "class:warn:error"). */
export function classLimits(config: Config): Map<string, { warn: number; error: number }> {
  const limits = new Map<string, { warn: number; error: number }>()
  for (const entry of config['thresholds.class_dice'] as readonly string[]) {
    const [, name, warn, error] = /^(.+):([^:]+):([^:]+)$/.exec(entry) ?? []
    if (name !== undefined) limits.set(name, { warn: Number(warn), error: Number(error) })
  }
  return limits
}
