import { classLimits, type DiceLimits, evaluatedClasses } from '../monitor/configuration.ts'
import { isParameterName, PARAMETERS, type Parameters } from '../parameters/table.ts'
import type { Config } from './summary.ts'

export type { DiceLimits }

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

/** 1 for the classes that enter the means, in the order of `classes`. */
export function evaluatedFlags(classes: readonly { id: number }[], config: Config): Uint8Array {
  const flags = evaluatedClasses(config as unknown as Parameters)
  return Uint8Array.from(classes, ({ id }) => flags[id]!)
}

/** Limits on the windowed dice of single classes, by name. */
export function limitsByClass(config: Config): Map<string, DiceLimits> {
  const entries = (config['thresholds.class_dice'] as readonly string[]).map(classLimits)
  return new Map(entries.map(({ name, limits }) => [name, limits]))
}
