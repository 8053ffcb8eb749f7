/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
import type uPlotType from 'uplot'
import type { ChartData } from './timeline.ts'

/**
 * What the page does in the browser. The function is written into the page as text: it must use nothing from outside
 * but types and the browser.
 */
export function drawPage(): void {
  const uPlot = (globalThis as unknown as { uPlot: typeof uPlotType }).uPlot
  const element = (id: string) => document.getElementById(id)

  // Sorting tables: rows in the page's order come back on the third press.
  for (const button of document.querySelectorAll<HTMLButtonElement>('[data-sort]')) {
    button.addEventListener('click', () => sortBy(button.closest('th')!))
  }

  function sortBy(header: HTMLTableCellElement): void {
    const body = header.closest('table')!.tBodies[0]!
    const rows = [...body.rows]
    for (const [i, row] of rows.entries()) row.dataset.place ??= String(i)
    const next = { none: 'descending', descending: 'ascending', ascending: 'none' }
    const order = next[(header.ariaSort ?? 'none') as keyof typeof next]
    for (const other of header.parentElement!.querySelectorAll('th')) other.removeAttribute('aria-sort')
    if (order !== 'none') header.ariaSort = order
    const sign = order === 'ascending' ? 1 : -1
    rows.sort((a, b) => {
      const inPlace = Number(a.dataset.place) - Number(b.dataset.place)
      return (order !== 'none' && sign * compareCells(a, b, header.cellIndex)) || inPlace
    })
    body.append(...rows)
  }

  /** Numbers by size, with undefined as the lowest; text by its letters. */
  function compareCells(a: HTMLTableRowElement, b: HTMLTableRowElement, column: number): number {
    const value = (row: HTMLTableRowElement) => row.cells[column]!.querySelector('data')?.value
    const [x, y] = [value(a), value(b)]
    if (x === undefined && y === undefined) {
      return a.cells[column]!.textContent!.localeCompare(b.cells[column]!.textContent!)
    }
    return Number(x ?? -1) - Number(y ?? -1)
  }

  const holder = element('dice-chart')
  if (!holder) return
  const data = JSON.parse(element('chart-data')!.textContent!) as ChartData
  const { time } = data
  const first = time[0]!
  const last = time.at(-1)!
  const margin = (last - first || 1) * 0.01
  const all = { min: first - margin, max: last + margin }
  const hasWindow = data.window.some(value => value !== null)
  let chosenClass = -1
  let chart: uPlotType | undefined

  const color = (name: string) => getComputedStyle(document.documentElement).getPropertyValue(name).trim()

  /** Draws hatched bands where messages found no partner, under the curves. */
  function drawStretches(u: uPlotType): void {
    const { ctx, bbox } = u
    ctx.save()
    ctx.beginPath()
    ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height)
    ctx.clip()
    for (const { from, to } of data.stretches) {
      const least = 3 * devicePixelRatio
      const left = u.valToPos(from, 'x', true) - least
      const width = u.valToPos(to, 'x', true) + least - left
      if (left + width < bbox.left || left > bbox.left + bbox.width) continue
      ctx.fillStyle = color('--hatch-ground')
      ctx.fillRect(left, bbox.top, width, bbox.height)
      hatch(ctx, left, bbox.top, width, bbox.height)
    }
    ctx.restore()
  }

  function hatch(
    ctx: CanvasRenderingContext2D,
    left: number,
    top: number,
    width: number,
    height: number,
  ): void {
    const step = 7 * devicePixelRatio
    ctx.save()
    ctx.beginPath()
    ctx.rect(left, top, width, height)
    ctx.clip()
    ctx.strokeStyle = color('--hatch')
    ctx.lineWidth = devicePixelRatio
    ctx.beginPath()
    // Lines of one grid, so that neighbouring bands join.
    for (let x = Math.floor((left - height) / step) * step; x < left + width; x += step) {
      ctx.moveTo(x, top + height)
      ctx.lineTo(x + height, top)
    }
    ctx.stroke()
    ctx.restore()
  }

  /** Draws thresholds, named; those of a class at the right, those of the mean at the left. */
  function drawLimits(u: uPlotType, of: string, { warn, error }: ChartData['limits']): void {
    const { ctx, bbox } = u
    const scale = devicePixelRatio
    for (const [limit, label, name, dash] of [
      [warn, 'warn', '--warn', [8, 4]],
      [error, 'error', '--error', [2, 3]],
    ] as const) {
      if (limit <= 0) continue
      const y = u.valToPos(limit, 'y', true)
      ctx.strokeStyle = ctx.fillStyle = color(name)
      ctx.lineWidth = 1.5 * scale
      ctx.setLineDash(dash.map(length => length * scale))
      ctx.beginPath()
      ctx.moveTo(bbox.left, y)
      ctx.lineTo(bbox.left + bbox.width, y)
      ctx.stroke()
      ctx.textAlign = of === '' ? 'left' : 'right'
      const x = of === '' ? bbox.left + 6 * scale : bbox.left + bbox.width - 6 * scale
      // A halo keeps the text legible over the curves.
      ctx.setLineDash([])
      ctx.lineWidth = 4 * scale
      ctx.strokeStyle = color('--surface')
      ctx.strokeText(`${of}${label} ${limit}`, x, y - 3 * scale)
      ctx.fillText(`${of}${label} ${limit}`, x, y - 3 * scale)
    }
  }

  /** Draws the verdict as a strip on top: its height tells what its colour does. */
  function drawLevels(u: uPlotType): void {
    const { ctx, bbox } = u
    const full = 12 * devicePixelRatio
    const looks = [
      ['--ok', 0.25],
      ['--warn', 0.6],
      ['--error', 1],
      ['--hatch-ground', 1],
    ] as const
    for (const { from, to, level } of data.levels) {
      const left = Math.max(bbox.left, u.valToPos(from, 'x', true))
      const width = Math.min(bbox.left + bbox.width, u.valToPos(to, 'x', true)) - left
      if (width <= 0) continue
      const [name, part] = looks[level]!
      ctx.fillStyle = color(name)
      ctx.fillRect(left, bbox.top, Math.max(width, devicePixelRatio), part * full)
      if (level === 3) hatch(ctx, left, bbox.top, width, full)
    }
  }

  /** `12 s`, from a minute on `1:02`, from an hour on `1:02:03`; fractions where ticks are closer. */
  function clock(value: number, digits: number): string {
    const unit = 10 ** digits
    const total = Math.round(Math.abs(value) * unit) / unit
    const sign = value < 0 && total > 0 ? '-' : ''
    if (last < 60) return `${sign}${total.toFixed(digits)} s`
    const two = (part: number, fraction = 0) =>
      part.toFixed(fraction).padStart(fraction > 0 ? fraction + 3 : 2, '0')
    const [hours, minutes] = [Math.floor(total / 3600), Math.floor(total / 60) % 60]
    const rest = two(total - 60 * Math.floor(total / 60), digits)
    return hours > 0 || last >= 3600 ? `${sign}${hours}:${two(minutes)}:${rest}` : `${sign}${minutes}:${rest}`
  }

  const digitsOf = (step: number) => Math.max(0, Math.min(3, Math.ceil(-Math.log10(step))))

  /** Draws the thresholds and the worst frames over the curves. */
  function drawMarks(u: uPlotType): void {
    const { ctx, bbox } = u
    const scale = devicePixelRatio
    ctx.save()
    ctx.beginPath()
    ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height)
    ctx.clip()
    ctx.font = `${12 * scale}px system-ui, sans-serif`
    ctx.textBaseline = 'bottom'
    ctx.lineJoin = 'round'
    drawLevels(u)
    const chosen = data.classes[chosenClass]
    drawLimits(u, '', data.limits)
    if (chosen?.limits) drawLimits(u, `${chosen.name}: `, chosen.limits)
    ctx.setLineDash([])
    ctx.fillStyle = color('--text')
    const size = 4 * scale
    for (const at of data.worst) {
      const x = u.valToPos(at, 'x', true)
      const y = bbox.top + bbox.height
      ctx.beginPath()
      ctx.moveTo(x - size, y)
      ctx.lineTo(x + size, y)
      ctx.lineTo(x, y - 1.8 * size)
      ctx.fill()
    }
    ctx.restore()
  }

  function draw(): void {
    const scale = chart?.scales.x
    const shown = scale && scale.min != null ? { min: scale.min, max: scale.max! } : all
    chart?.destroy()
    const values = (_: uPlotType, value: number | null) => (value === null ? '–' : value.toFixed(4))
    const axis = {
      stroke: color('--muted'),
      font: '12px system-ui, sans-serif',
      grid: { stroke: color('--line'), width: 1 },
      ticks: { stroke: color('--line'), width: 1 },
    }
    const curve = (label: string, stroke: string, width: number, dash?: number[]): uPlotType.Series => ({
      label,
      stroke,
      width,
      value: values,
      ...(dash && { dash }),
      points: { show: time.length < 60, size: 4 },
    })
    const series: uPlotType.Series[] = [
      { label: 'time', value: (_, value) => (value === null ? '–' : clock(value, 2)) },
      data.band
        ? curve(`lowest of ${data.framesPerPoint} frames (dotted)`, color('--muted'), 1, [1, 3])
        : curve('frame dice', color('--accent'), 1.5),
    ]
    const curves: (number | null)[][] = [data.dice]
    if (data.band) {
      series.push(
        curve('95th percentile', color('--accent'), 0.5),
        curve('5th percentile', color('--accent'), 0.5),
        curve('median', color('--accent'), 1.5),
      )
      curves.push(data.band.high, data.band.low, data.band.middle)
    }
    if (hasWindow) {
      series.push(curve(`last ${data.windowFrames} frames (thick)`, color('--text'), 2.5))
      curves.push(data.window)
    }
    const chosen = data.classes[chosenClass]
    if (chosen) {
      series.push(curve(`${chosen.name} (dashed)`, color('--second'), 1.5, [6, 3]))
      curves.push(chosen.dice)
    }
    chart = new uPlot(
      {
        width: holder!.clientWidth,
        height: 300,
        series,
        ...(data.band && { bands: [{ series: [2, 3], fill: color('--accent-soft') }] }),
        scales: { x: { time: false, range: (_, min, max) => [min, max] }, y: { range: [0, 1] } },
        axes: [
          {
            ...axis,
            space: 70,
            values: (_, ticks) => ticks.map(tick => clock(tick, digitsOf((ticks[1] ?? 1) - (ticks[0] ?? 0)))),
            ...(last >= 60 && {
              incrs: [
                0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600,
                7200, 14400, 43200, 86400,
              ],
            }),
          },
          { ...axis, size: 44 },
        ],
        cursor: { drag: { x: true, y: false }, y: false },
        hooks: {
          drawAxes: [drawStretches],
          draw: [drawMarks],
        },
      },
      [time, ...curves] as uPlotType.AlignedData,
      holder!,
    )
    chart.setScale('x', shown)
    // uPlot's own reset would cut the margin at both ends.
    chart.over.addEventListener('dblclick', () => chart!.setScale('x', all))
  }

  const zooms: Record<string, (min: number, max: number) => [number, number]> = {
    in: (min, max) => [min + (max - min) / 4, max - (max - min) / 4],
    out: (min, max) => [min - (max - min) / 2, max + (max - min) / 2],
    left: (min, max) => [min - (max - min) / 4, max - (max - min) / 4],
    right: (min, max) => [min + (max - min) / 4, max + (max - min) / 4],
    all: () => [all.min, all.max],
  }

  /** Shows a part of the time, kept within what there is. */
  function show(min: number, max: number): void {
    const span = Math.min(max - min, all.max - all.min)
    const start = Math.max(all.min, Math.min(min, all.max - span))
    chart!.setScale('x', { min: start, max: start + span })
  }

  for (const button of document.querySelectorAll<HTMLButtonElement>('[data-zoom]')) {
    button.addEventListener('click', () => {
      const { min, max } = chart!.scales.x!
      show(...zooms[button.dataset.zoom!]!(min!, max!))
    })
  }
  for (const button of document.querySelectorAll<HTMLButtonElement>('[data-time]')) {
    button.addEventListener('click', () => {
      const at = Number(button.dataset.time)
      const half = (all.max - all.min) / 16
      show(at - half, at + half)
      element('time-title')!.scrollIntoView({ block: 'start' })
    })
  }
  element('class-choice')!.addEventListener('change', event => {
    const { value } = event.target as HTMLSelectElement
    chosenClass = value === '' ? -1 : Number(value)
    draw()
  })
  for (const look of ['(prefers-color-scheme: dark)', 'print'])
    matchMedia(look).addEventListener('change', draw)
  new ResizeObserver(() => {
    if (chart && chart.width !== holder.clientWidth) chart.setSize({ width: holder.clientWidth, height: 300 })
  }).observe(holder)
  draw()
}
