import { evaluatedFlags } from '../config.ts'
import type { FrameTable } from '../frames.ts'
import { classColor, cssColor } from '../palette.ts'
import type { Summary } from '../summary.ts'
import { type Drawing, FAINT, line, rect, type Shape, text } from './drawing.ts'

const WIDTH = 480
const HEIGHT = 270
/** Around what is drawn: room for the scale and its words. */
const [LEFT, RIGHT, TOP, BOTTOM] = [46, 14, 28, 36]
const [ACROSS, DOWN] = [WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM]
const BLUE = '#0077bb'
const ORANGE = '#ee7733'
/** Points of a line: more are as wide as they are apart. */
const MOST_POINTS = 1000
const BINS = 20

/** The charts of a run by the names of their files. @param frames without them there are none of single frames */
export function charts(summary: Summary, frames: FrameTable | undefined): Map<string, Drawing> {
  const drawings = new Map([
    ['classes', classChart(summary)],
    ['confusion', confusionChart(summary)],
  ])
  if (frames && frames.length > 0) {
    drawings.set('dice_over_time', timeChart(summary, frames))
    drawings.set('dice_of_frames', histogram(frames))
  }
  return drawings
}

const drawing = (title: string, shapes: Shape[], height = HEIGHT): Drawing => ({
  width: WIDTH,
  height,
  shapes: [text(LEFT, 17, title, { size: 11 }), ...shapes],
})

/** Scores from 0 to 1 upwards. */
const yOf = (score: number) => TOP + DOWN * (1 - score)

function scoreScale(): Shape[] {
  return [0, 0.25, 0.5, 0.75, 1].flatMap(score => [
    line(
      [
        [LEFT, yOf(score)],
        [WIDTH - RIGHT, yOf(score)],
      ],
      FAINT,
      0.5,
    ),
    text(LEFT - 6, yOf(score) + 3, String(score), { anchor: 'end' }),
  ])
}

/** Dice of the frames in their order; of several recordings and of long runs the lowest of each stretch. */
function timeChart({ recordings }: Summary, frames: FrameTable): Drawing {
  const dice = frames.dice.values
  const origin = frames.labelStamps.nanoseconds(0)
  const isOne = (recordings?.length ?? 1) === 1
  const at = (i: number) => (isOne ? frames.labelStamps.secondsAfter(origin, i) : i + 1)
  const last = Math.max(at(dice.length - 1), 1e-9)
  const perPoint = Math.ceil(dice.length / MOST_POINTS)
  const runs: [number, number][][] = [[]]
  for (let from = 0; from < dice.length; from += perPoint) {
    let lowest = Number.NaN
    for (let i = from; i < Math.min(from + perPoint, dice.length); i++) {
      if (!(lowest <= dice[i]!)) lowest = Number.isNaN(dice[i]!) ? lowest : dice[i]!
    }
    // Where nothing is defined, the line has a gap.
    if (Number.isNaN(lowest)) runs.push([])
    else runs.at(-1)!.push([LEFT + (ACROSS * at(from)) / last, yOf(lowest)])
  }
  const lines = runs
    .filter(points => points.length > 0)
    .map(points => line(points.length === 1 ? [points[0]!, points[0]!] : points, BLUE, 1))
  const unit = isOne ? 'seconds after the first label' : 'frames, one recording after the other'
  const note = perPoint > 1 ? `, the lowest of ${perPoint}` : ''
  const ticks = [0, 0.25, 0.5, 0.75, 1].map(part =>
    text(LEFT + ACROSS * part, HEIGHT - BOTTOM + 13, tickText(last * part), { anchor: 'middle' }),
  )
  const below = text(LEFT + ACROSS / 2, HEIGHT - 6, `${unit}${note}`, { anchor: 'middle' })
  return drawing('Dice of the frames', [...scoreScale(), ...lines, ...ticks, below])
}

const tickText = (value: number) => String(Number(value.toPrecision(3)))

function histogram(frames: FrameTable): Drawing {
  const counts = new Array<number>(BINS).fill(0)
  for (const dice of frames.dice.values) {
    if (!Number.isNaN(dice)) counts[Math.min(Math.floor(dice * BINS), BINS - 1)]!++
  }
  const most = Math.max(...counts, 1)
  const bars = counts.map((count, i) => {
    const height = (DOWN * count) / most
    return rect(LEFT + (ACROSS * i) / BINS + 0.5, TOP + DOWN - height, ACROSS / BINS - 1, height, BLUE)
  })
  const scale = [0, 1].flatMap(part => [
    line(
      [
        [LEFT, yOf(part)],
        [WIDTH - RIGHT, yOf(part)],
      ],
      FAINT,
      0.5,
    ),
    text(LEFT - 6, yOf(part) + 3, String(part * most), { anchor: 'end' }),
  ])
  const ticks = [0, 0.25, 0.5, 0.75, 1].map(part =>
    text(LEFT + ACROSS * part, HEIGHT - BOTTOM + 13, String(part), { anchor: 'middle' }),
  )
  const below = text(LEFT + ACROSS / 2, HEIGHT - 6, 'dice', { anchor: 'middle' })
  return drawing('Frames by their dice', [...scale, ...bars, ...ticks, below])
}

const ROW = 20
const NAME = 120

const cut = (name: string, length: number) => (name.length <= length ? name : `${name.slice(0, length - 1)}.`)

/** A bar of dice and one of iou a class. */
function classChart({ classes, config }: Summary): Drawing {
  const flags = evaluatedFlags(classes, config)
  const across = WIDTH - NAME - RIGHT - 40
  const rows = classes.flatMap(({ name, dice, iou }, i) => {
    const y = TOP + i * ROW
    const bar = (score: number | null, at: number, colour: string) =>
      score === null ? [] : [rect(NAME, at, across * score, 7, colour)]
    return [
      text(NAME - 6, y + 12, cut(flags[i] ? name : `(${name})`, 20), { anchor: 'end' }),
      ...bar(dice, y + 1, BLUE),
      ...bar(iou, y + 9, ORANGE),
      text(WIDTH - RIGHT, y + 12, dice === null ? '-' : dice.toFixed(4), { anchor: 'end' }),
    ]
  })
  const height = TOP + classes.length * ROW + 24
  const legend = [
    rect(NAME, height - 16, 8, 8, BLUE),
    text(NAME + 12, height - 9, 'dice'),
    rect(NAME + 48, height - 16, 8, 8, ORANGE),
    text(NAME + 60, height - 9, 'iou'),
  ]
  return drawing('Classes', [...rows, ...legend], height)
}

/** Rows are labels, columns predictions; a cell is as dark as its share of the label's pixels. */
function confusionChart({ classes, confusion, unknown_prediction: unknown }: Summary): Drawing {
  const across = WIDTH - NAME - RIGHT
  const columns = classes.length + 1
  const size = Math.min(across / columns, 40)
  const numbered = classes.length > 8
  const cells = confusion.flatMap((row, i) => {
    const all = row.reduce((sum, count) => sum + count, unknown[i]!)
    const y = TOP + 16 + i * size
    return [
      rect(NAME - 14, y + size / 2 - 4, 8, 8, cssColor(classColor(classes[i]!.id))),
      text(
        NAME - 18,
        y + size / 2 + 3,
        `${cut(classes[i]!.name, 16)}${numbered ? ` ${classes[i]!.id}` : ''}`,
        {
          anchor: 'end',
        },
      ),
      ...[...row, unknown[i]!].flatMap((count, j) => {
        const share = all === 0 ? 0 : count / all
        const x = NAME + j * size
        const words =
          size >= 26 && all > 0
            ? [
                text(x + size / 2, y + size / 2 + 3, (100 * share).toFixed(share < 0.1 ? 1 : 0), {
                  anchor: 'middle',
                  colour: share > 0.5 ? '#ffffff' : '#222222',
                }),
              ]
            : []
        return [rect(x, y, size - 1, size - 1, shade(share)), ...words]
      }),
    ]
  })
  const heads = [...classes.map(({ id, name }) => (numbered ? String(id) : cut(name, 6))), 'none'].map(
    (name, j) =>
      text(NAME + (j + 0.5) * size, TOP + 12, size >= 16 ? name : '', { size: 7, anchor: 'middle' }),
  )
  const height = Math.ceil(TOP + 16 + classes.length * size + 20)
  const below = text(NAME, height - 6, 'rows: label, columns: prediction, % of the label')
  return drawing('Confusion', [...heads, ...cells, below], height)
}

/** From white to blue. */
function shade(share: number): string {
  const channel = (full: number) =>
    Math.round(255 + (full - 255) * share)
      .toString(16)
      .padStart(2, '0')
  return `#${channel(0x00)}${channel(0x55)}${channel(0x99)}`
}
