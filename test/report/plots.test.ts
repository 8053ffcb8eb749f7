import { describe, expect, test } from 'vitest'
import { charts } from '../../src/report/plots/charts.ts'
import { type Drawing, line, rect, text } from '../../src/report/plots/drawing.ts'
import { pdfOf, widthOf } from '../../src/report/plots/pdf.ts'
import { plotFiles } from '../../src/report/plots/plots.ts'
import { svgOf } from '../../src/report/plots/svg.ts'
import { exampleRun } from './example.ts'

const drawing: Drawing = {
  width: 100,
  height: 50,
  shapes: [
    line(
      [
        [0, 0],
        [10, 20.123],
      ],
      '#ff0000',
      2,
    ),
    rect(5, 10, 20, 8, '#00ff80'),
    text(50, 40, 'a (b) \\ <c> & ä€', { size: 10, anchor: 'middle' }),
    text(50, 40, 'end', { anchor: 'end', colour: '#0000ff' }),
  ],
}

test('SVG has lines, areas and text', () => {
  expect(svgOf(drawing).split('\n').slice(2, 6)).toEqual([
    '<polyline points="0,0 10,20.12" fill="none" stroke="#ff0000" stroke-width="2" stroke-linejoin="round"/>',
    '<rect x="5" y="10" width="20" height="8" fill="#00ff80"/>',
    '<text x="50" y="40" font-size="10" text-anchor="middle" fill="#222222">a (b) \\ &lt;c&gt; &amp; ä€</text>',
    '<text x="50" y="40" font-size="9" text-anchor="end" fill="#0000ff">end</text>',
  ])
  expect(svgOf(drawing)).toContain('width="100pt" height="50pt" viewBox="0 0 100 50"')
})

describe('PDF', () => {
  const pdf = pdfOf(drawing).toString('latin1')

  test('has the same, with y upwards', () => {
    expect(pdf).toContain('1 0 0 RG 2 w 1 j 0 50 m 10 29.88 l S')
    expect(pdf).toContain('0 1 0.5 rg 5 32 20 8 re f')
    expect(pdf).toContain('(a \\(b\\) \\\\ <c> & \u00e4?) Tj')
    expect(pdf).toContain('/MediaBox [0 0 100 50]')
  })

  test('puts text where its anchor is, by the widths of Helvetica', () => {
    expect(widthOf('Hello', 10)).toBeCloseTo(22.78, 10)
    expect(widthOf(' ~\u00e4', 1000)).toBe(278 + 584 + 556)
    expect(pdf).toContain(`/F 9 Tf ${Math.round((50 - widthOf('end', 9)) * 100) / 100} 10 Td (end) Tj`)
    const middle = Math.round((50 - widthOf('a (b) \\ <c> & \u00e4?', 10) / 2) * 100) / 100
    expect(pdf).toContain(`/F 10 Tf ${middle} 10 Td`)
  })

  test('says where its objects lie', () => {
    const start = Number(/startxref\n(\d+)\n%%EOF\n$/.exec(pdf)![1])
    expect(pdf.slice(start)).toMatch(/^xref\n0 6\n0000000000 65535 f \n/)
    const offsets = [...pdf.slice(start).matchAll(/^(\d{10}) 00000 n $/gm)].map(([, offset]) =>
      Number(offset),
    )
    expect(offsets).toHaveLength(5)
    for (const [i, offset] of offsets.entries())
      expect(pdf.slice(offset)).toMatch(new RegExp(`^${i + 1} 0 obj\n`))
    const [, length, stream] = /\/Length (\d+) >>\nstream\n(.*?)\nendstream/s.exec(pdf)!
    expect(stream).toHaveLength(Number(length))
  })
})

describe('the charts of a run', () => {
  const names = ['grass', 'trail', 'mud']
  const { summary, frames } = exampleRun({ names, frames: 60, noise: 0.3 })
  const shapes = (name: string, of = charts(summary, frames)) => of.get(name)!.shapes
  const wordsOf = (drawing: ReturnType<typeof shapes>) =>
    drawing.flatMap(shape => (shape.kind === 'text' ? [shape.text] : []))

  test('are files of both kinds, of single frames only where these are known', () => {
    const all = ['classes', 'confusion', 'dice_over_time', 'dice_of_frames'].flatMap(name => [
      `${name}.svg`,
      `${name}.pdf`,
    ])
    expect([...plotFiles(summary, frames).keys()]).toEqual(all)
    expect([...plotFiles(summary, undefined).keys()]).toEqual(all.slice(0, 4))
  })

  test('draw dice over time from top to bottom', () => {
    const lines = shapes('dice_over_time').flatMap(shape =>
      shape.kind === 'line' && shape.colour === '#0077bb' ? [shape] : [],
    )
    expect(lines).toHaveLength(1)
    const points = lines[0]!.points
    expect(points).toHaveLength(60)
    expect(points[0]![0]).toBe(46)
    expect(points[59]![0]).toBeCloseTo(466, 10)
    for (const [i, [, y]] of points.entries()) expect(y).toBeCloseTo(28 + 206 * (1 - frames!.dice.at(i)), 10)
    expect(wordsOf(shapes('dice_over_time'))).toContain('seconds after the first label')
  })

  test('of long runs draw the lowest of each stretch, and say so', () => {
    const long = exampleRun({ names: ['a', 'b'], frames: 1001, noise: 0.3 })
    const drawn = shapes('dice_over_time', charts(long.summary, long.frames))
    const [points] = drawn.flatMap(shape =>
      shape.kind === 'line' && shape.colour === '#0077bb' ? [shape.points] : [],
    )
    expect(points).toHaveLength(501)
    const lowest = Math.min(long.frames!.dice.at(2), long.frames!.dice.at(3))
    expect(points![1]![1]).toBeCloseTo(28 + 206 * (1 - lowest), 10)
    expect(wordsOf(drawn)).toContain('seconds after the first label, the lowest of 2')
    const parts = [
      { recording: 'a', frames: 500 },
      { recording: 'b', frames: 501 },
    ]
    const merged = charts({ ...long.summary, recordings: parts }, long.frames)
    expect(wordsOf(shapes('dice_over_time', merged))).toContain(
      'frames, one recording after the other, the lowest of 2',
    )
  })

  test('count the frames by their dice', () => {
    const bars = shapes('dice_of_frames').flatMap(shape => (shape.kind === 'rect' ? [shape.height] : []))
    const counts = Array<number>(20).fill(0)
    for (const dice of frames!.dice.values) counts[Math.min(Math.floor(dice * 20), 19)]!++
    expect(bars).toEqual(counts.map(count => (206 * count) / Math.max(...counts)))
  })

  test('draw a bar for the dice and the iou of each class, and a cell for each pair', () => {
    const bars = shapes('classes').flatMap(shape =>
      shape.kind === 'rect' && shape.height === 7 ? [shape.width] : [],
    )
    expect(bars).toEqual(summary.classes.flatMap(({ dice, iou }) => [306 * dice!, 306 * iou!]))
    const words = wordsOf(shapes('confusion'))
    const [row] = summary.confusion
    const all = row!.reduce((sum, count) => sum + count, summary.unknown_prediction[0]!)
    expect(words).toContain(((100 * row![0]!) / all).toFixed(0))
    expect(words.filter(word => names.includes(word))).toHaveLength(6)
    expect(words).toContain('none')
  })
})
