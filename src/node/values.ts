/** Values of a diagnostic task, by keys that never change, with the unit in the key: numbers, so that they are plotted. */
export type Values = Record<string, string>

/** A number with no more digits than it means; NaN and Infinity by name. */
export function fixed(value: number, digits: number): string {
  return Number.isFinite(value) ? value.toFixed(digits) : String(value)
}
