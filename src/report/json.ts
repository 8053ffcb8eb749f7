/** What a summary is made of; a bigint is written as an integer of any length. */
export type Json =
  | null
  | boolean
  | number
  | bigint
  | string
  | readonly Json[]
  | { readonly [key: string]: Json }

/**
 * JSON with two spaces of indent and lists of plain values on one line. Numbers are written in full (the shortest
 * text that reads back as the same double); NaN is null.
 */
export function formatJson(value: Json, indent = ''): string {
  if (typeof value === 'bigint') return value.toString()
  if (value === null || typeof value !== 'object') return JSON.stringify(value)
  const inner = `${indent}  `
  if (Array.isArray(value)) {
    const items = value.map((item: Json) => formatJson(item, inner))
    if (value.every((item: Json) => item === null || typeof item !== 'object')) return `[${items.join(', ')}]`
    return `[\n${inner}${items.join(`,\n${inner}`)}\n${indent}]`
  }
  const entries = Object.entries(value).map(
    ([key, item]) => `${JSON.stringify(key)}: ${formatJson(item, inner)}`,
  )
  return entries.length === 0 ? '{}' : `{\n${inner}${entries.join(`,\n${inner}`)}\n${indent}}`
}
