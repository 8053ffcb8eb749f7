import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, normalize } from 'node:path'
import { chromium } from 'playwright-core'
import { publint } from 'publint'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { compile } from '../support/compile.ts'

const ROOT = join(import.meta.dirname, '../..')
const CHROMIUM = process.env.DICE_MONITOR_CHROMIUM ?? '/usr/bin/chromium'
/** Half of the pixels right: 1 - 2 · 1 / (2 + 2). */
const EVALUATION = `overlapLoss().evaluate(tensor([1, 1, 0, 0], [1, 1, 2, 2]), tensor([1, 0, 1, 0], [1, 1, 2, 2]))`
const LOSS = 0.5

let folder: string
/** A project that has installed the package from its tarball. */
let consumer: string
let files: string[]

const run = (command: string, args: string[], cwd = consumer) =>
  execFileSync(command, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
const tool = (path: string) => join(ROOT, 'node_modules', path)

/** @returns what the compiler says of the project's files, with nothing of Node.js or of browsers known */
function compileConsumer(compiler: string, options: object, names: string[]): string {
  const compilerOptions = { strict: true, target: 'es2020', lib: ['es2020'], types: [], ...options }
  writeFileSync(
    join(consumer, 'tsconfig.json'),
    JSON.stringify({ compilerOptions, files: [...names, 'console.d.ts'] }),
  )
  try {
    return run(process.execPath, [tool(compiler), '-p', '.'])
  } catch (error) {
    return String((error as { stdout: string }).stdout)
  }
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'package-'))
  const build = join(folder, 'build')
  mkdirSync(build)
  const { files: shipped } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
    files: string[]
  }
  for (const name of ['package.json', 'README.md', 'LICENSE', ...shipped.filter(name => name !== 'dist')])
    cpSync(join(ROOT, name), join(build, name), { recursive: true })
  const dist = join(build, 'dist')
  compile(dist)
  run(process.execPath, ['scripts/build-package.mjs', dist], ROOT)
  const [packed] = JSON.parse(
    run('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', folder], build),
  ) as { filename: string; files: { path: string }[] }[]
  files = packed!.files.map(({ path }) => path)
  consumer = join(folder, 'consumer')
  mkdirSync(join(consumer, 'node_modules/dice-monitor'), { recursive: true })
  run('tar', [
    ...['-xzf', join(folder, packed!.filename), '-C', join(consumer, 'node_modules/dice-monitor')],
    '--strip-components=1',
  ])
  for (const name of [
    'yaml',
    '@tensorflow/tfjs-core',
    '@types/offscreencanvas',
    '@webgpu/types',
    'long',
    'seedrandom',
  ])
    if (existsSync(tool(name))) cpSync(tool(name), join(consumer, 'node_modules', name), { recursive: true })
  const imports = (
    metrics: string,
  ) => `import { ConfusionMatrix, Monitor, overlapLoss, tensor } from 'dice-monitor'
import { pixelLoss } from 'dice-monitor/losses'
import { ConfusionMatrix as Same, ${metrics} } from 'dice-monitor/metrics'
const value: number = ${EVALUATION}
console.log(value, typeof Monitor, typeof pixelLoss, typeof score, ConfusionMatrix === Same)
`
  writeFileSync(join(consumer, 'package.json'), '{ "name": "consumer", "version": "1.0.0" }')
  writeFileSync(join(consumer, 'console.d.ts'), 'declare const console: { log(...values: unknown[]): void }')
  writeFileSync(join(consumer, 'module.mts'), imports('score'))
  writeFileSync(join(consumer, 'common.cts'), imports('score'))
  writeFileSync(join(consumer, 'old.ts'), imports('score'))
  writeFileSync(join(consumer, 'mistake.mts'), imports('score, scoer'))
}, 120_000)

afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('the package', () => {
  it('is found without fault by publint', async () => {
    const { messages } = await publint({ pkgDir: join(consumer, 'node_modules/dice-monitor'), strict: true })
    expect(messages).toEqual([])
  })

  it('has types that every way of resolution finds, as Are The Types Wrong sees it', () => {
    const tarball = join(folder, 'dice-monitor-0.1.0.tgz')
    const args = [tool('@arethetypeswrong/cli/dist/index.js'), tarball, '--format', 'json']
    const { analysis } = JSON.parse(run(process.execPath, args)) as {
      analysis: { problems: unknown[]; entrypoints: Record<string, unknown> }
    }
    expect(analysis.problems).toEqual([])
    const entries = ['.', './losses', './metrics', './package.json', './tfjs']
    expect(Object.keys(analysis.entrypoints).sort()).toEqual(entries)
  })

  const strict = { module: 'node16', moduleResolution: 'node16', outDir: 'out' }

  // The older compiler is the one that Are The Types Wrong brings: 5.6.
  for (const compiler of ['.bin/tsc', '@arethetypeswrong/core/node_modules/typescript/bin/tsc']) {
    it(`compiles and runs as a module and as CommonJS with ${compiler}, without DOM and Node.js types`, () => {
      expect(compileConsumer(compiler, strict, ['module.mts', 'common.cts'])).toBe('')
      const expected = `${LOSS} function function function true\n`
      expect(run(process.execPath, ['out/module.mjs'])).toBe(expected)
      expect(run(process.execPath, ['out/common.cjs'])).toBe(expected)
    })
  }

  it('has types for resolvers that know no exports', () => {
    const old = '@arethetypeswrong/core/node_modules/typescript/bin/tsc'
    const options = { module: 'commonjs', moduleResolution: 'node10', noEmit: true }
    expect(compileConsumer(old, options, ['old.ts'])).toBe('')
  })

  it('has types that know what is not there', () => {
    expect(compileConsumer('.bin/tsc', strict, ['mistake.mts'])).toContain('scoer')
  })

  it('has its maps, documents and every file that these refer to', () => {
    expect(files).toEqual(expect.arrayContaining(['CHANGELOG.md', 'docs/losses.md', 'dist/index.js.map']))
    const { sources, sourcesContent } = JSON.parse(
      readFileSync(join(consumer, 'node_modules/dice-monitor/dist/metrics/score.js.map'), 'utf8'),
    ) as { sources: string[]; sourcesContent: string[] }
    expect(sourcesContent).toEqual(
      sources.map(() => readFileSync(join(ROOT, 'src/metrics/score.ts'), 'utf8')),
    )
    const broken = files
      .filter(path => path.endsWith('.md'))
      .flatMap(path =>
        [...readFileSync(join(ROOT, path), 'utf8').matchAll(/\]\((?!https?:|#|mailto:)([^)#]+)/g)]
          .map(([, target]) => normalize(join(dirname(path), target!)))
          .filter(target => !files.some(file => file === target || file.startsWith(`${target}/`)))
          .map(target => `${path}: ${target}`),
      )
    expect(broken).toEqual([])
  })

  const bundle = (code: string) =>
    execFileSync(
      tool('.bin/esbuild'),
      ['--bundle', '--minify', '--format=iife', '--platform=browser', '--log-level=error'],
      { cwd: consumer, input: code, encoding: 'utf8' },
    )

  it('is bundled for a browser, with what is used alone', () => {
    const small = bundle("import { iou } from 'dice-monitor'; window.result = iou")
    const large = bundle("import { overlapLoss } from 'dice-monitor'; window.result = overlapLoss")
    expect(small.length).toBeLessThan(2000)
    expect(large.length).toBeGreaterThan(20_000)
  })

  it.skipIf(!existsSync(CHROMIUM))(`computes in a browser (skipped without ${CHROMIUM})`, async () => {
    const browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] })
    try {
      const page = await browser.newPage()
      await page.addScriptTag({
        content: bundle(
          `import { countLabels, overlapLoss, tensor } from 'dice-monitor'
          const kernels = new Float32Array(32768).fill(1)
          const labels = new Uint8Array(32768).fill(1, 16384)
          window.result = [${EVALUATION},
            overlapLoss().evaluate(tensor(kernels, [1, 1, 128, 256]), tensor(labels, [1, 128, 256])),
            countLabels([1, 0], [1, 1], { classes: 2 }).at(1, 1)]`,
        ),
      })
      expect(await page.evaluate('window.result')).toEqual([LOSS, expect.closeTo(1 / 3, 7), 1])
    } finally {
      await browser.close()
    }
  })
})
