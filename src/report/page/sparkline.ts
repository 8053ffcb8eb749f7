import { percentile, sorted } from '../statistics.ts'
import { type Html, html } from './html.ts'

const WIDTH = 132
const HEIGHT = 28
const COLUMNS = 66

/**
 * A curve of one class's dice by time, from 0 at the bottom to 1 at the top; a stretch without the class is a gap.
 * @param values dice in time order, NaN where undefined
 */
export function sparkline(values: Float64Array): Html {
  const ascending = sorted(values)
  if (ascending.length === 0) return html`<span class="undefined">in no frame</span>`
  const [low, middle, high] = [0, 50, 100].map(p => percentile(ascending, p).toFixed(2))
  return html`<svg class="sparkline" width="${WIDTH}" height="${HEIGHT}" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img"
    aria-label="dice by time: lowest ${low!}, median ${middle!}, highest ${high!}"><path class="floor" d="M0 ${HEIGHT - 1}H${WIDTH}"/><path class="curve" d="${path(columnMeans(values))}"/></svg>`
}

function columnMeans(values: Float64Array): number[] {
  const columns = Math.min(COLUMNS, values.length)
  return Array.from({ length: columns }, (_, column) => {
    const start = Math.floor((column * values.length) / columns)
    const end = Math.floor(((column + 1) * values.length) / columns)
    const defined = sorted(values.subarray(start, end))
    return defined.reduce((sum, value) => sum + value, 0) / defined.length
  })
}

function path(values: readonly number[]): string {
  const x = (i: number) => (((i + 0.5) * WIDTH) / values.length).toFixed(1)
  const y = (value: number) => (1.5 + (1 - value) * (HEIGHT - 3)).toFixed(1)
  let text = ''
  values.forEach((value, i) => {
    if (Number.isNaN(value)) return
    const starts = i === 0 || Number.isNaN(values[i - 1]!)
    const alone = starts && !(values[i + 1]! >= 0)
    text += `${starts ? 'M' : 'L'}${x(i)} ${y(value)}${alone ? 'h0.5' : ''}`
  })
  return text
}
