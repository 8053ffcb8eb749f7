import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Browser, chromium } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { mergeRuns } from '../../src/report/merge.ts'
import { reportPage } from '../../src/report/page/page.ts'
import type { Report } from '../../src/report/page/report.ts'
import { encodeRgbPng } from '../../src/report/png.ts'
import { exampleRun, WHERE } from './example.ts'

const CHROMIUM = process.env.DICE_MONITOR_CHROMIUM ?? '/usr/bin/chromium'
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

const names = ['grass', 'tree', 'path', 'never seen']

function single(): Report {
  const report = exampleRun({ names, frames: 80, noise: 0.9, unmatched: [5, 6, 20] })
  const { summary } = report
  Object.assign(summary.pairing, { truncated: true, rejected: 2, problems: ['/label: a doubt'] })
  return report
}

/** With what the camera saw, a picture that is too large among it. */
function withCamera(): Report {
  const report = exampleRun({ names, frames: 80, noise: 0.6 })
  report.pictures.forEach((frame, i) => {
    const { width, height } = frame.label
    const bytes =
      i === 1 ? new Uint8Array(3_000_000) : encodeRgbPng(width, height, new Uint8Array(3 * width * height))
    frame.camera = { extension: 'png', bytes }
  })
  return report
}

/** The sum of several drives, one of them cut short. */
function drives(): Report {
  const runs = [0.1, 2, 0.5].map((noise, i) => {
    const { summary, frames } = exampleRun({
      names,
      frames: 40,
      noise,
      seed: i,
      recording: `drives/${i}.mcap`,
    })
    return { name: String(i), summary, frames }
  })
  runs[1]!.summary.pairing.truncated = true
  return { ...mergeRuns(runs, '0'), pictures: [], received: undefined }
}

const pages: [string, () => Report][] = [
  ['a drive that failed', single],
  ['a drive with a camera', withCamera],
  [
    'a drive with groups, critical errors and regions',
    () => exampleRun({ names: ['sky', 'grass', 'rock'], frames: 40, noise: 0.8, config: WHERE }),
  ],
  ['a drive that was OK', () => exampleRun({ names: ['only'], frames: 30, noise: 0 })],
  ['a sum of drives', drives],
  ['a sum without frames', () => ({ ...drives(), frames: undefined })],
  [
    'many classes',
    () => exampleRun({ names: Array.from({ length: 24 }, (_, i) => `class ${i}`), frames: 5, noise: 1 }),
  ],
]

describe.skipIf(!existsSync(CHROMIUM))(`axe-core in a browser (skipped without ${CHROMIUM})`, () => {
  let browser: Browser
  let directory: string
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox', '--disable-gpu'] })
    directory = mkdtempSync(join(tmpdir(), 'dice-axe-'))
  }, 60_000)
  afterAll(async () => {
    await browser.close()
    rmSync(directory, { recursive: true })
  })

  /** What axe-core finds wrong with a page, with an example each. */
  async function violations(html: string, look: { dark: boolean; width: number }): Promise<string[]> {
    const file = join(directory, 'page.html')
    writeFileSync(file, html)
    const context = await browser.newContext({
      viewport: { width: look.width, height: 900 },
      colorScheme: look.dark ? 'dark' : 'light',
    })
    try {
      const page = await context.newPage()
      await page.goto(`file://${file}`)
      // Everything that can be opened.
      await page.$$eval('details', all =>
        all.forEach(details => {
          details.open = true
        }),
      )
      await page.addScriptTag({ content: AXE })
      return await page.evaluate(async () => {
        const { axe } = globalThis as unknown as {
          axe: { run(): Promise<{ violations: { id: string; help: string; nodes: { html: string }[] }[] }> }
        }
        const found = await axe.run()
        return found.violations.map(
          ({ id, help, nodes }) => `${id}: ${help}: ${nodes[0]!.html.slice(0, 150)}`,
        )
      })
    } finally {
      await context.close()
    }
  }

  const looks = [
    { dark: false, width: 1200 },
    { dark: true, width: 390 },
  ]
  test.each(pages)('finds nothing wrong with %s, light on a desk and dark on a phone', async (_, report) => {
    const html = reportPage(report())
    for (const look of looks) {
      expect({ ...look, found: await violations(html, look) }).toEqual({ ...look, found: [] })
    }
  })

  test('finds what is wrong', async () => {
    const html = reportPage(single())
      .replace('<html lang="en">', '<html>')
      .replace(/ alt="[^"]*"/, '')
    const found = await violations(html, { dark: false, width: 1200 })
    expect(found.map(text => text.split(':')[0]).toSorted()).toEqual(['html-has-lang', 'image-alt'])
  })
})
