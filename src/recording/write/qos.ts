import { parse, stringify } from 'yaml'

/** Numbers of rmw's policies by their names, as metadata up to version 8 has them (rmw/types.h). */
const NUMBERS: Record<string, Record<string, number>> = {
  history: { system_default: 0, keep_last: 1, keep_all: 2, unknown: 3 },
  reliability: { system_default: 0, reliable: 1, best_effort: 2, unknown: 3, best_available: 4 },
  durability: { system_default: 0, transient_local: 1, volatile: 2, unknown: 3, best_available: 4 },
  liveliness: { system_default: 0, automatic: 1, manual_by_topic: 3, unknown: 4, best_available: 5 },
}

/** What publishers offered, with numbers for words, which every rosbag2 reads; empty where it cannot be read. */
export function qosInNumbers(text: string | undefined): string {
  let profiles: unknown
  try {
    profiles = parse(text ?? '', { maxAliasCount: 0, logLevel: 'silent' })
  } catch {
    return ''
  }
  if (!Array.isArray(profiles) || profiles.length === 0 || !profiles.every(isFields)) return ''
  return stringify(profiles.map(inNumbers)).trimEnd()
}

const isFields = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const inNumbers = (profile: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(profile).map(([key, value]) => [key, NUMBERS[key]?.[String(value)] ?? value]),
  )
