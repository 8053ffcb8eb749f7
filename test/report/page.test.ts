import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { FRAME_SCORES } from '../../src/metrics/score-table.ts'
import { mergeRuns } from '../../src/report/merge.ts'
import { seconds } from '../../src/report/page/numbers.ts'
import { reportPage } from '../../src/report/page/page.ts'
import type { Report } from '../../src/report/page/report.ts'
import type { ChartData } from '../../src/report/page/timeline.ts'
import { Stamps } from '../../src/report/stamps.ts'
import type { Score } from '../../src/report/summary.ts'
import { exampleRun, ORIGIN } from './example.ts'

const CHROMIUM = process.env.DICE_MONITOR_CHROMIUM ?? '/usr/bin/chromium'
const FLAGS =
  '--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync'

const HOSTILE = [
  '</script><script>globalThis.stolen = 1</script>',
  '<img src=x onerror="globalThis.stolen = 2">',
  '" onmouseover="globalThis.stolen = 3',
  "{{7*7}} <!-- '",
  '\u202Ereversed',
]
const plain = ['grass', 'tree', 'path', 'bush', 'dirt road', 'never seen']

test('nothing from a recording becomes markup', () => {
  const page = reportPage(
    exampleRun({ names: HOSTILE, frames: 20, noise: 0.5, recording: '<svg onload=alert(1)>' }),
  )
  expect(page).not.toContain('<script>globalThis')
  expect(page).not.toContain('<img src=x')
  expect(page.replace(/<script type="application\/json".*?<\/script>/s, '')).not.toContain('" onmouseover')
  expect(page).not.toContain('<svg onload')
  expect(page).toContain('&lt;svg onload=alert(1)&gt;')
})

test('a page needs nothing from anywhere', () => {
  const page = reportPage(exampleRun({ names: plain, frames: 20, noise: 0.5 }))
  expect(page).not.toMatch(/(?:src|href)="(?!data:)/)
  expect(page).not.toMatch(/@import|url\((?!data:)/)
})

test.each([
  [5, 'r0, r1, r2, r3, r4', 'r4'],
  [6, '6 recordings', 'r5'],
  [101, '101 recordings', 'and 1 more'],
])('of %i recordings the title is short', (count, title, listed) => {
  const report = exampleRun({ names: plain, frames: 5, noise: 0.5 })
  report.summary.source.recording = Array.from({ length: count }, (_, i) => `drives/r${i}`)
  const page = reportPage(report)
  const text = (pattern: RegExp) => pattern.exec(page)![1]!.replace(/<[^>]*>/g, '')
  expect(text(/<title>(.*?)<\/title>/)).toBe(`Dice of ${count} recordings`)
  expect(text(/<h1>(.*?)<\/h1>/)).toBe(title)
  const provenance = text(/<dt>recording<\/dt><dd>(.*?)<\/dd>/s)
  expect(provenance).toContain(listed)
  expect(provenance).not.toContain('r100')
})

test('a long run is drawn by the lowest frame of each few', () => {
  const report = exampleRun({ names: ['a'], frames: 20, noise: 0.5 })
  const { frames } = report
  const more = exampleRun({ names: ['a'], frames: 20, noise: 0.5, seed: 3 }).frames!
  for (let round = 0; round < 500; round++) frames!.append(more, [0])
  const data = JSON.parse(/id="chart-data">(.*?)<\/script>/s.exec(reportPage(report))![1]!) as {
    time: number[]
    dice: number[]
    framesPerPoint: number
  }
  expect(data.framesPerPoint).toBe(Math.ceil(frames!.length / 1000))
  expect(data.time.length).toBeLessThan(1100)
  const lowest = Math.min(...frames!.dice.values)
  expect(Math.min(...data.dice.filter(value => value !== null))).toBeCloseTo(lowest, 4)
})

const dataOf = (report: Report) =>
  JSON.parse(/id="chart-data">(.*?)<\/script>/s.exec(reportPage(report))![1]!) as ChartData

describe('a topic that is sparse by design', () => {
  const stamps = (count: number, step: number, from = 0) => {
    const made = new Stamps()
    for (let i = 0; i < count; i++) {
      const ns = ORIGIN + BigInt(Math.round((from + i * step) * 1e8))
      made.push(Number(ns / 1_000_000_000n), Number(ns % 1_000_000_000n))
    }
    return made
  }
  /** Labels of 10 Hz, predictions `factor` times as often, of which `gaps` have no label. */
  const run = (factor: number, unmatched: readonly number[] = []) => {
    const report = exampleRun({ names: ['a', 'b'], frames: 30, noise: 0.2, unmatched })
    return {
      ...report,
      received: { labels: report.received!.labels, predictions: stamps(30 * factor, 1 / factor) },
    }
  }

  test('is said as what it is, and not hatched', () => {
    const page = reportPage(run(10))
    expect(page).toContain('labels are sparser by design: about one prediction in 10 has one, and is scored')
    expect(page).not.toContain('Not every message was scored')
    expect(dataOf(run(10)).stretches).toEqual([])
  })

  test('is not said to be missing beside what else there is to know', () => {
    const report = run(10)
    const pairing = { ...report.summary.pairing, problems: ['a doubt'] }
    const page = (changed: object) =>
      reportPage({ ...report, summary: { ...report.summary, pairing: { ...pairing, ...changed } } })
    expect(page({})).toContain('What to know of these scores')
    expect(page({ rejected: 1 })).toContain('Not every message was scored')
    expect(page({ truncated: true, rejected: 1 })).toContain('The recording is incomplete')
  })

  test('is hatched where one of it is missing', () => {
    const report = run(10)
    const [some, more] = [stamps(14, 1), stamps(14, 1, 16)]
    const labels = stamps(0, 1)
    for (const part of [some, more]) {
      for (let i = 0; i < part.length; i++) {
        const ns = part.nanoseconds(i)
        labels.push(Number(ns / 1_000_000_000n), Number(ns % 1_000_000_000n))
      }
    }
    const fewer = exampleRun({ names: ['a', 'b'], frames: 30, noise: 0.2, unmatched: [14, 15] })
    const gap = { ...fewer, received: { labels, predictions: report.received.predictions } }
    expect(dataOf(gap).stretches).toEqual([
      { side: 'prediction', from: expect.closeTo(1.31), to: expect.closeTo(1.59), messages: 29 },
    ])
    expect(reportPage(gap)).toContain('predictions found no label')
  })

  test('is none where both come alike, or where the sparse ones are not scored', () => {
    expect(reportPage(run(1, [3, 9]))).not.toContain('sparser by design')
    const many = Array.from({ length: 10 }, (_, i) => 2 + i)
    expect(reportPage(run(10, many))).not.toContain('sparser by design')
    expect(dataOf(run(10, many)).stretches.length).toBeGreaterThan(10)
  })
})

describe('a verdict over time', () => {
  const report = exampleRun({ names: ['grass', 'trail'], frames: 100, noise: 0.95 })
  test('opens the page, and is in the data of the chart', () => {
    const page = reportPage(report)
    expect(page).toMatch(/id="verdict">.*WARN for \d+\.\d s of 9\.9 s: .*grass taken for trail/)
    const { levels } = dataOf(report)
    expect(levels.map(({ level }) => level)).toEqual(report.summary.levels!.map(({ level }) => level))
    expect(levels[0]!.from).toBe(0)
    expect(levels.at(-1)!.to).toBeCloseTo(9.9)
    levels.slice(1).forEach((next, i) => {
      expect(next.from).toBe(levels[i]!.to)
    })
    expect(page.match(/<button type="button" class="goto" data-time=/g)!.length).toBe(
      report.pictures.length + report.summary.episodes!.length,
    )
  })
  test('is not there where none is known', () => {
    const { levels, episodes, verdict, ...rest } = report.summary
    expect(reportPage({ ...report, summary: rest })).not.toMatch(/id="verdict"|episodes-title/)
    const ok = exampleRun({ names: ['grass'], frames: 30, noise: 0 })
    expect(reportPage(ok)).toContain('OK throughout, 2.9 s.')
  })
})

test('time is in minutes and hours where there are some', () => {
  expect([0, 59.994, 59.996, 75.24, 3599.9, 3599.97, 7265].map(seconds)).toEqual([
    '0.00 s',
    '59.99 s',
    '1:00.0',
    '1:15.2',
    '59:59.9',
    '1:00:00',
    '2:01:05',
  ])
})

describe.skipIf(!existsSync(CHROMIUM))(`in a browser (skipped without ${CHROMIUM})`, () => {
  let browser: Browser
  let directory: string
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS.split(' ') })
    directory = mkdtempSync(join(tmpdir(), 'dice-page-'))
  }, 60_000)
  afterAll(async () => {
    await browser.close()
    rmSync(directory, { recursive: true })
  })

  /** Opens a report; every error and every request that leaves the file fails the test. */
  async function open(report: Report, look: { width?: number; dark?: boolean } = {}): Promise<Page> {
    const file = join(directory, 'report.html')
    writeFileSync(file, reportPage(report))
    const context = await browser.newContext({
      viewport: { width: look.width ?? 1200, height: 900 },
      colorScheme: look.dark ? 'dark' : 'light',
    })
    const page = await context.newPage()
    const faults: string[] = []
    page.on('console', message => faults.push(message.text()))
    page.on('pageerror', error => faults.push(error.message))
    page.on('request', request => {
      if (!/^(file|data):/.test(request.url())) faults.push(request.url())
    })
    await page.goto(`file://${file}`)
    await page.evaluate(() => new Promise(requestAnimationFrame))
    expect(faults).toEqual([])
    return page
  }

  const values = (page: Page, selector: string) =>
    page.$$eval(selector, cells =>
      cells.map(cell => {
        const data = cell.querySelector('data')
        return data ? Number(data.value) : null
      }),
    )

  test('its numbers are those of the summary', async () => {
    const report = exampleRun({ names: plain, frames: 60, noise: 0.4, unmatched: [5, 6, 20] })
    const { summary } = report
    const page = await open(report)
    expect(await values(page, '#pooled-dice')).toEqual([summary.pooled.dice])
    expect(await values(page, '#frame-mean-dice')).toEqual([summary.frame_mean.dice])
    const columns: [number, (c: (typeof summary.classes)[number]) => Score][] = [
      [2, c => c.dice],
      [4, c => c.iou],
      [5, c => c.precision],
      [6, c => c.recall],
      [7, c => c.label_pixels],
      [8, c => c.prediction_pixels],
    ]
    for (const [column, value] of columns) {
      expect(await values(page, `.classes tbody td:nth-child(${column})`)).toEqual(summary.classes.map(value))
    }
    expect(await page.$$eval('.classes tbody th', cells => cells.map(cell => cell.textContent))).toEqual(
      plain,
    )
    await page.check('#by-pixels')
    const cells = await page.$$eval('.matrix tbody tr', rows =>
      rows.map(row =>
        [...row.querySelectorAll('td .pixels data')].map(data => Number((data as HTMLDataElement).value)),
      ),
    )
    expect(cells).toEqual(summary.confusion.map((row, i) => [...row, summary.unknown_prediction[i]]))
    const stamps = await page.$$eval('.frames > li .facts code', codes => codes.map(code => code.textContent))
    expect(stamps).toEqual(summary.worst_frames.map(({ stamp_ns }) => String(stamp_ns)))
  })

  test('charts and pictures are drawn, in light and dark', async () => {
    const report = exampleRun({ names: plain, frames: 60, noise: 0.4, unmatched: [5, 6, 20] })
    for (const dark of [false, true]) {
      const page = await open(report, { dark })
      expect(await colorsOf(page, '#dice-chart canvas')).toBeGreaterThan(5)
      const broken = await page.$$eval('.frames img', images =>
        Promise.all(
          images.map(image =>
            (image as HTMLImageElement).decode().then(
              () => 0,
              () => 1,
            ),
          ),
        ),
      )
      expect(broken).toEqual(Array(30).fill(0))
      expect(
        await page.$$eval('.sparkline .curve', curves => curves.map(c => c.getAttribute('d')!.length > 20)),
      ).toEqual([true, true, true, true, true, true])
    }
  })

  const colorsOf = (page: Page, selector: string) =>
    page.$eval(selector, element => {
      const canvas = element as HTMLCanvasElement
      const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height)
      return new Set(new Uint32Array(data.buffer)).size
    })

  test('extremes are drawn too: one frame, nothing defined, very many classes', async () => {
    await open(exampleRun({ names: ['only'], frames: 1, noise: 0 }))
    const undefinedRun = exampleRun({ names: ['a', 'b'], frames: 3, noise: 0.5 })
    for (const name of FRAME_SCORES) undefinedRun.frames!.score(name).values.fill(Number.NaN)
    const { summary } = undefinedRun
    summary.pooled.dice = summary.frame_mean.dice = summary.classes[0]!.dice = null
    const page = await open(undefinedRun)
    expect(await page.textContent('#pooled-dice')).toBe('undefined')
    expect(await page.textContent('main')).not.toMatch(/NaN|Infinity/)
    expect(await page.getAttribute('#dice-chart', 'aria-label')).not.toMatch(/NaN|Infinity/)
    const many = exampleRun({
      names: Array.from({ length: 256 }, (_, i) => `class ${i}`),
      frames: 5,
      noise: 1,
    })
    expect(await (await open(many)).$$eval('.matrix tbody tr', rows => rows.length)).toBe(40)
    await open({ ...many, frames: undefined, received: undefined, pictures: [] })
  })

  test('hostile names are shown, and do nothing', async () => {
    const page = await open(exampleRun({ names: HOSTILE, frames: 20, noise: 0.5, recording: HOSTILE[1]! }))
    for (const bdi of await page.$$('.classes bdi')) await bdi.hover()
    await page.selectOption('#class-choice', '0')
    expect(await page.evaluate(() => 'stolen' in globalThis)).toBe(false)
    expect(await page.$$eval('.classes bdi', names => names.map(name => name.textContent))).toEqual(HOSTILE)
  })

  test('time can be zoomed by the pointer and by buttons, and a worst frame found', async () => {
    const page = await open(exampleRun({ names: plain, frames: 100, noise: 0.4 }))
    const labels = () => page.$eval('#dice-chart canvas', canvas => (canvas as HTMLCanvasElement).toDataURL())
    const whole = await labels()
    const box = (await (await page.$('#dice-chart .u-over'))!.boundingBox())!
    await page.mouse.move(box.x + 100, box.y + 50)
    await page.mouse.down()
    await page.mouse.move(box.x + 300, box.y + 60)
    await page.mouse.up()
    const zoomed = await labels()
    expect(zoomed).not.toBe(whole)
    await page.click('[data-zoom=all]')
    expect(await labels()).toBe(whole)
    await page.click('[data-zoom=in]')
    await page.click('[data-zoom=right]')
    expect(await labels()).not.toBe(whole)
    await page.click('[data-zoom=all]')
    await page.click('.goto')
    expect(await labels()).not.toBe(whole)
  })

  test('of several recordings every number stands under its heading, and each has a row, worst first', async () => {
    const runs = [0.2, 0.9, 0.5].map((noise, i) => {
      const { summary, frames } = exampleRun({
        names: plain,
        frames: 20,
        noise,
        seed: i,
        recording: `drive ${i}`,
      })
      return { name: `drive ${i}`, summary, frames }
    })
    const { summary, frames } = mergeRuns(runs, '0')
    const page = await open({ summary, frames, pictures: [], received: undefined })
    const headings = await page.$$eval('.classes thead th', cells => cells.map(cell => cell.textContent))
    expect(headings).toEqual([
      'class',
      'dice',
      'IoU',
      'precision',
      'recall',
      'label pixels',
      'prediction pixels',
    ])
    const cells = await page.$$eval('.classes tbody tr', rows => rows.map(row => row.children.length))
    expect(cells).toEqual(plain.map(() => headings.length))
    expect(await values(page, '.classes tbody td:nth-child(3)')).toEqual(summary.classes.map(c => c.iou))
    const dices = summary.recordings!.map(({ dice }) => dice!)
    expect(await values(page, '.drives tbody td:nth-child(2)')).toEqual([...dices].sort((a, b) => a - b))
    expect(await page.$$eval('.drives tbody th', names => names.map(name => name.textContent))).toEqual([
      'drive 1',
      'drive 2',
      'drive 0',
    ])
  })

  test.each([false, true])('prints on A4 complete (dark: %s)', async dark => {
    const names = Array.from({ length: 24 }, (_, i) => `class number ${i}`)
    const page = await open(exampleRun({ names, frames: 60, noise: 0.5, unmatched: [9] }), { dark })
    await page.emulateMedia({ media: 'print' })
    // A4 without the margins of the style.
    await page.setViewportSize({ width: Math.floor(((210 - 24) / 25.4) * 96), height: 900 })
    const outside = await page.$$eval('main *', elements =>
      elements
        .filter(element => element.checkVisibility() && !element.closest('.hidden'))
        .filter(element => element.getBoundingClientRect().right > innerWidth + 1)
        .map(element => `${element.tagName}.${element.className}`),
    )
    expect(outside).toEqual([])
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(703)
    const ground = await page.evaluate(() => getComputedStyle(document.body).backgroundColor)
    expect(ground).toBe('rgb(255, 255, 255)')
  })

  test('a long run has a band, and its time in hours', async () => {
    const report = exampleRun({ names: ['a'], frames: 20, noise: 0.5 })
    const more = exampleRun({ names: ['a'], frames: 2000, noise: 0.9, seed: 3 }).frames!
    report.frames!.append(more, [0])
    const { band, dice, framesPerPoint } = dataOf(report)
    expect(framesPerPoint).toBe(3)
    for (const [i, lowest] of dice.entries()) {
      if (lowest === null) continue
      expect(band!.low[i]!).toBeGreaterThanOrEqual(lowest)
      expect(band!.middle[i]!).toBeGreaterThanOrEqual(band!.low[i]!)
      expect(band!.high[i]!).toBeGreaterThanOrEqual(band!.middle[i]!)
    }
    const page = await open(report)
    expect(await page.$$eval('.u-legend .u-label', labels => labels.map(label => label.textContent))).toEqual(
      expect.arrayContaining(['lowest of 3 frames (dotted)', '95th percentile', '5th percentile', 'median']),
    )
  })

  test('classes sort by a column and back', async () => {
    const { summary, ...report } = exampleRun({ names: plain, frames: 40, noise: 0.5 })
    const page = await open({ summary, ...report })
    const dices = summary.classes.map(c => c.dice ?? -1)
    const shown = async () => (await values(page, '.classes tbody td:nth-child(2)')).map(value => value ?? -1)
    await page.click('.classes thead th:nth-child(2) button')
    expect(await shown()).toEqual([...dices].sort((a, b) => b - a))
    await page.click('.classes thead th:nth-child(2) button')
    expect(await shown()).toEqual([...dices].sort((a, b) => a - b))
    await page.click('.classes thead th:nth-child(2) button')
    expect(await shown()).toEqual(dices)
  })

  test('a phone shows it without scrolling sideways', async () => {
    const names = Array.from({ length: 25 }, (_, i) => `class number ${i} with a long name`)
    const recording = '/a/very/long/path/to_a_recording_with_a_long_name_that_has_no_space_at_all_to_break_at'
    const page = await open(exampleRun({ names, frames: 20, noise: 0.5, recording }), { width: 390 })
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390)
  })

  test('every control and chart has a name, and every table its headers', async () => {
    const page = await open(exampleRun({ names: plain, frames: 40, noise: 0.5, unmatched: [3] }))
    const unnamed = await page.$$eval('button, select, input, [role=img], [role=group], img', elements =>
      elements
        .filter(element => {
          const labelled = element.getAttribute('aria-labelledby')
          const name =
            element.getAttribute('aria-label') ??
            element.getAttribute('alt') ??
            (labelled && document.getElementById(labelled)?.textContent) ??
            element.closest('label')?.textContent ??
            element.textContent
          return !name?.trim()
        })
        .map(element => element.outerHTML.slice(0, 100)),
    )
    expect(unnamed).toEqual([])
    // Landmarks of one name could not be told apart: axe-core's landmark-unique.
    const landmarks = await page.$$eval('main section, main header, [role=region]', elements =>
      elements.map(element => element.getAttribute('aria-labelledby') ?? element.getAttribute('aria-label')),
    )
    expect(new Set(landmarks).size).toBe(landmarks.length)
    const headless = await page.$$eval(
      'main table:not(.u-legend)',
      tables => tables.filter(table => !table.querySelector('thead th[scope=col]')).length,
    )
    expect(headless).toBe(0)
  })

  test.each([false, true])('text stands out from its ground by 4.5 : 1 or more (dark: %s)', async dark => {
    const page = await open(exampleRun({ names: plain, frames: 40, noise: 0.9, unmatched: [3] }), { dark })
    expect(await page.evaluate(faintTexts)).toEqual([])
  })
})

/** Runs in the page: texts whose contrast by WCAG 2 is below 4.5, as drawn. */
function faintTexts(): string[] {
  const canvas = document.createElement('canvas')
  canvas.width = canvas.height = 1
  const context = canvas.getContext('2d', { willReadFrequently: true })!
  // Layers of colours in any CSS notation, painted over each other.
  const painted = (...colors: string[]) => {
    context.clearRect(0, 0, 1, 1)
    for (const color of colors) {
      context.fillStyle = color
      context.fillRect(0, 0, 1, 1)
    }
    return [...context.getImageData(0, 0, 1, 1).data].slice(0, 3)
  }
  const luminance = (rgb: number[]) => {
    const [r, g, b] = rgb.map(v =>
      v / 255 <= 0.04045 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4,
    )
    return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!
  }
  const found = new Set<string>()
  const walker = document.createTreeWalker(document.querySelector('main')!, NodeFilter.SHOW_TEXT)
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const element = node.parentElement!
    if (
      !node.textContent!.trim() ||
      !element.checkVisibility() ||
      element.closest('script, noscript, option, .hidden')
    )
      continue
    const grounds: string[] = []
    for (let at: Element | null = element; at; at = at.parentElement)
      grounds.unshift(getComputedStyle(at).backgroundColor)
    const ground = luminance(painted('white', ...grounds))
    const text = luminance(painted('white', ...grounds, getComputedStyle(element).color))
    const contrast = (Math.max(ground, text) + 0.05) / (Math.min(ground, text) + 0.05)
    if (contrast < 4.5) found.add(`${element.tagName}.${element.className}: ${contrast.toFixed(2)}`)
  }
  return [...found]
}
