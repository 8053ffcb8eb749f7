import { expect, it } from 'vitest'
import { regionsOf } from '../../src/ontology/regions.ts'
import { reportPage } from '../../src/report/page/page.ts'
import { classColor } from '../../src/report/palette.ts'
import { drawRegions, regionColor, regionsIn } from '../../src/report/region-map.ts'
import type { Config, Summary } from '../../src/report/summary.ts'
import { summaryTable } from '../../src/report/table.ts'
import { exampleRun, WHERE } from './example.ts'

const names = ['sky', 'grass', 'rock']
const report = exampleRun({ names, frames: 30, noise: 0.8, config: WHERE })
const { summary } = report
const page = reportPage(report)
const [group] = summary.groups
const [critical] = summary.critical_errors

/** The rows of a table of the page, each cell as text, numbers in full. */
function rows(table: string, html = page): string[][] {
  const [, body] = new RegExp(`<table class="${table}".*?<tbody>(.*?)</tbody>`, 's').exec(html) ?? []
  return [...(body ?? '').matchAll(/<tr>(.*?)<\/tr>/gs)].map(([, row]) =>
    [...row!.matchAll(/<t[hd][^>]*>(.*?)<\/t[hd]>/gs)].map(([, cell]) =>
      (/<data value="([^"]*)"/.exec(cell!)?.[1] ?? cell!.replace(/<[^>]*>/g, '')).trim(),
    ),
  )
}

it('has the groups with their classes and scores, and says which are below their limits', () => {
  expect(rows('groups')).toEqual([
    [
      'ground below error 0.98',
      'grass, rock',
      ...[group!.dice, group!.iou, group!.precision, group!.recall].map(String),
      String(group!.label_pixels),
      String(group!.prediction_pixels),
    ],
  ])
})

it('has the critical errors, and says which are above their limits', () => {
  const [first, second] = summary.critical_errors
  expect(rows('critical')).toEqual([
    [
      'rock&gt;grass above error 0.05',
      ...[first!.rate, first!.pixels, first!.label_pixels].map(String),
      '0.01',
      '0.05',
      expect.stringMatching(/^[\d.]+ % of rock taken for grass$/),
    ],
    [
      'grass&gt;sky',
      String(second!.rate),
      ...Array(2).fill(expect.any(String)),
      '0.9',
      '0.95',
      expect.any(String),
    ],
  ])
  const at = (rate: number, warn: number, error: number) => {
    const changed = { ...summary, critical_errors: [{ ...critical!, rate, warn, error }] }
    return rows('critical', reportPage({ ...report, summary: changed }))[0]![0]
  }
  expect(at(0.2, 0.2, 0.3)).toBe('rock&gt;grass')
  expect(at(0.2001, 0.2, 0.3)).toBe('rock&gt;grass above warning 0.2')
  expect(at(0.3, 0.2, 0.3)).toBe('rock&gt;grass above warning 0.2')
  expect(at(0.31, 0.2, 0.3)).toBe('rock&gt;grass above error 0.3')
})

it('has the regions with their scores, those of their classes, and a map', () => {
  const scores = summary.regions.map(part => [
    part.dice,
    part.iou,
    part.precision,
    part.recall,
    part.accuracy,
  ])
  expect(rows('regions')).toEqual([
    ['near below error 0.99', ...scores[0]!.map(String), String(summary.regions[0]!.label_pixels)],
    ['far', ...scores[1]!.map(String), String(summary.regions[1]!.label_pixels)],
  ])
  expect(rows('region-classes')).toEqual(
    names.map((title, i) => [
      title,
      ...summary.regions.map(part => String(part.classes[i]!.dice ?? 'undefined')),
    ]),
  )
  expect(page).toContain('Left out of every count: <bdi>body</bdi>.')
  expect(page).toMatch(
    /<img src="data:image\/png;base64,[^"]+" alt="Where the regions are in the picture: near, far, body \(left out\)"/,
  )
  // A sum has no pictures: shapes are drawn all the same, masks are not.
  const sum = { ...report, pictures: [] }
  expect(reportPage(sum)).toContain('alt="Where the regions are')
  const masked = {
    ...summary.config,
    regions: ['near: mask /dev/zero', 'far: rows 0-0.5'],
    'regions.ignored': [],
  }
  const withMask = reportPage({ ...sum, summary: { ...summary, config: masked } })
  expect(withMask).not.toContain('alt="Where the regions are')
  expect(withMask).toContain('masks are not in the summary')
})

it('takes limits for those of the class, then of the group, where one has the name of another', () => {
  const config = { ...summary.config, 'thresholds.class_dice': ['grass:1:0.999', 'ground:1:0.999'] }
  const html = (region: string, group: string) => {
    const regions = [{ ...summary.regions[0]!, name: region }]
    const groups = [{ ...summary.groups[0]!, name: group }]
    return reportPage({ ...report, summary: { ...summary, config, regions, groups } })
  }
  expect(rows('groups', html('near', 'ground'))[0]![0]).toBe('ground below error 0.999')
  expect(rows('groups', html('near', 'grass'))[0]![0]).toBe('grass')
  expect(rows('regions', html('grass', 'ground'))[0]![0]).toBe('grass')
  expect(rows('regions', html('ground', 'ground'))[0]![0]).toBe('ground')
})

it('has none of it where none was asked for', () => {
  const plain = reportPage(exampleRun({ names, frames: 5, noise: 0.2 }))
  expect(plain).not.toMatch(/groups-title|critical-title|regions-title|boundaries-title|wrong-regions-title/)
  expect(plain).not.toContain('edges of the regions')
  expect(page).toContain('white lines: edges of the regions')
})

it('has boundaries and the largest wrong regions, on the page and in the terminal', () => {
  const counts = { label_pixels: 100, label_near: 90, prediction_pixels: 80, prediction_near: 40 }
  const edges = { f_score: 0.625, precision: 0.5, recall: 0.9, ...counts }
  const place = { x: 3, y: 4, width: 10, height: 20 }
  const stamp_ns = report.pictures[0]!.stamp
  const shaped: Summary = {
    ...summary,
    boundary: { tolerance: 2, frames: 7, f_score: 0.625, classes: [{ id: 1, name: 'grass', ...edges }] },
    wrong_regions: [
      { stamp_ns, pixels: 150, share: 0.25, label: 'rock', prediction: 'grass', ...place },
      { stamp_ns, pixels: 90, share: 0.15, label: 'sky', prediction: null, ...place },
    ],
  }
  const html = reportPage({ ...report, summary: shaped })
  expect(rows('boundaries', html)).toEqual([['grass', '0.625', '0.5', '0.9', '100', '80']])
  expect(html).toMatch(/within 2 px in the other mask, of <data value="7">/)
  expect(rows('wrong-regions', html).map(([, ...cells]) => cells)).toEqual([
    ['150', '25.0 %', 'rock', 'grass', '10 × 20 px at 3, 4'],
    ['90', '15.0 %', 'sky', 'no class', '10 × 20 px at 3, 4'],
  ])
  const table = summaryTable(shaped)
  expect(table).toMatch(
    /boundary, 2 px, 7 frames +F-score +precision +recall\nmean +0\.625\d*\ngrass +0\.625\d* +0\.50* +0\.90*/,
  )
  expect(table).toMatch(
    / +150 +25 % +rock taken for grass +10 x 20 at 3,4 +\d{19}\n +90 +15 % +sky taken for no class/,
  )
})

it('tells how many frames had a small class', () => {
  const small = { frames: 12, classes: 14 }
  const html = reportPage({ ...report, summary: { ...summary, small_classes: small } })
  expect(html).toMatch(/<data value="12">12<\/data> frames had a class with fewer label pixels/)
  expect(
    reportPage({ ...report, summary: { ...summary, small_classes: { frames: 0, classes: 0 } } }),
  ).not.toContain('fewer label pixels')
})

it('says the verdict of each worst frame, and draws its overlay without words on it', () => {
  expect(page.match(/Verdict then: OK dice 0\.\d{3}</g)).toHaveLength(report.pictures.length)
  expect(page.match(/alt="overlay of frame \d+"/g)).toHaveLength(report.pictures.length)
})

it('draws regions in colours, mixed where there are several, dark where ignored, with edges and names', () => {
  const regions = regionsOf(['a: rows 0-0.5', 'b: rows 0.25-0.75', 'c: rows 0.9-1'], ['c'])
  const { width, height, rgb } = drawRegions(regions, { width: 160, height: 90 })!
  expect([width, height]).toEqual([480, 270])
  const at = (x: number, y: number) => [...rgb.subarray(3 * (y * width + x), 3 * (y * width + x) + 3)]
  expect(at(2, 2)).toEqual([...regionColor(0)])
  expect(at(2, 180)).toEqual([...regionColor(1)])
  const both = [0, 1, 2].map(i => Math.round(0.6 * ((classColor(0)[i]! + classColor(1)[i]!) / 2) + 0.4 * 128))
  expect(at(2, 100)).toEqual(both)
  expect(at(2, 220)).toEqual([0x60, 0x60, 0x60])
  expect(Math.max(...at(2, 260))).toBeLessThanOrEqual(0x30)
  const edge = Array.from({ length: height }, (_, y) => y).filter(y => at(2, y).every(value => value === 255))
  // The last row above each edge: 0.25, 0.5, 0.75 and 0.9 of 90 rows, three pixels each.
  expect(edge).toEqual([22, 45, 67, 81].map(row => 3 * row - 1))
  const black = (from: number, to: number) => {
    for (let i = from * width; i < to * width; i++)
      if (rgb[3 * i]! + rgb[3 * i + 1]! + rgb[3 * i + 2]! === 0) return true
    return false
  }
  // The middle of each name is where its region is alone, the ignored one too.
  expect([black(0, 65), black(80, 120), black(136, 200), black(202, 242), black(244, 270)]).toEqual([
    true,
    false,
    true,
    false,
    true,
  ])
  expect(drawRegions(regions, { width: 480, height: 2 })!.width).toBe(480)
  expect(drawRegions(regions, { width: 481, height: 2 })!.width).toBe(481)
  const known = new Uint16Array(160 * 90).fill(2)
  expect([...drawRegions(regions, { width: 160, height: 90 }, known)!.rgb.subarray(0, 3)]).toEqual([
    ...regionColor(1),
  ])
})

it('knows no regions of summaries that have none, or none that can be read', () => {
  expect(regionsIn({} as Config)).toEqual([])
  expect(regionsIn({ regions: ['a: circle 3'] } as unknown as Config)).toEqual([])
})
