import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { FRAME_SCORES } from '../../src/metrics/score-table.ts'
import { reportPage } from '../../src/report/page/page.ts'
import type { Report } from '../../src/report/page/report.ts'
import type { Score } from '../../src/report/summary.ts'
import { exampleRun } from './example.ts'

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
  expect(data.framesPerPoint).toBe(Math.ceil(frames!.length / 4000))
  expect(data.time.length).toBeLessThan(4100)
  const lowest = Math.min(...frames!.dice.values)
  expect(Math.min(...data.dice.filter(value => value !== null))).toBeCloseTo(lowest, 4)
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
    const unnamed = await page.$$eval('button, select, input, [role=img], [role=region], img', elements =>
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
