import type { Score } from '../summary.ts'
import { clock } from '../verdict.ts'
import { type Html, html } from './html.ts'

/** A score with four decimals; the full number is its value. */
export const scoreValue = (value: Score): Html =>
  value === null
    ? html`<span class="undefined" title="0/0: in neither mask">undefined</span>`
    : html`<data value="${value}">${value.toFixed(4)}</data>`

/** A count with its digits in groups. */
export const count = (value: number): Html =>
  html`<data value="${value}">${String(value).replace(/\B(?=(\d{3})+$)/g, '\u202f')}</data>`

export const percent = (part: number, whole: number): string => {
  if (whole === 0) return '–'
  const value = (100 * part) / whole
  if (value > 0 && value < 0.1) return '<0.1 %'
  return value > 99.9 && value < 100 ? '>99.9 %' : `${value.toFixed(1)} %`
}

/** `12.30 s`, from a minute on `1:02.3`, from an hour on `1:02:03`. */
export function seconds(value: number): string {
  if (Number(value.toFixed(2)) < 60) return `${value.toFixed(2)} s`
  const tenths = Math.round(10 * value)
  if (tenths >= 36_000) return clock(value)
  return `${Math.floor(tenths / 600)}:${((tenths % 600) / 10).toFixed(1).padStart(4, '0')}`
}

/** UTC where the stamp can be a time of day; a simulation starts at zero. */
export function clockTime(stamp: bigint): string {
  if (stamp < 10n ** 17n) return `${Number(stamp) / 1e9} s`
  return new Date(Number(stamp / 1_000_000n)).toISOString().replace('T', ' ').replace('Z', ' UTC')
}
