import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'

const ROOT = join(import.meta.dirname, '../..')
// Among the packages, so that an example's own imports are found.
const scratch = mkdtempSync(join(ROOT, 'node_modules/.dice-monitor-reference-'))
afterAll(() => rmSync(scratch, { recursive: true }))

function node(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: ROOT, encoding: 'utf8' })
  return { status, stdout, output: stdout + stderr }
}

/** The examples of the reference: their code by the place that they stand at. */
const examples = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
  .filter(path => path.endsWith('.ts'))
  .flatMap(path => {
    const found = readFileSync(join(ROOT, 'src', path), 'utf8').matchAll(
      /^ *\* @example\n *\* ```ts\n([\s\S]*?)^ *\* ```$/gm,
    )
    return [...found].map(([, code], i) => [`${path} ${i}`, code!.replaceAll(/^ *\* ?/gm, '')] as const)
  })

describe('the reference', () => {
  it('has a sentence for every export, and every type that one refers to', () => {
    const checked = ['--emit', 'none', '--skipErrorChecking']
    const { status, output } = node('node_modules/typedoc/bin/typedoc', ...checked)
    expect(output).not.toContain('[warning]')
    expect(status).toBe(0)
  }, 120_000)

  it('has examples that print what stands behind their lines', () => {
    const files = examples.map(([, code], i) => {
      const local = code
        .replaceAll("'dice-monitor'", `'${ROOT}/src/index.ts'`)
        .replaceAll("'dice-monitor/tfjs'", `'${ROOT}/src/losses/tfjs.ts'`)
      writeFileSync(join(scratch, `example-${i}.mts`), local)
      return `console.log('example ${i}')\nawait import('./example-${i}.mts')\n`
    })
    writeFileSync(join(scratch, 'all.mts'), files.join(''))
    const { status, stdout, output } = node('--import', 'tsx', join(scratch, 'all.mts'))
    expect(status, output).toBe(0)
    const printed = stdout.split(/^example \d+\n/m).slice(1)
    const expected = examples.map(([place, code]) => {
      const lines = [...code.matchAll(/console\.log\(.*\/\/ (.*)$/gm)].map(([, line]) => `${line}\n`)
      expect(lines, place).not.toEqual([])
      return [place, lines.join('')]
    })
    expect(examples.map(([place], i) => [place, printed[i]])).toEqual(expected)
  }, 120_000)

  it('has an example for each of the main functions', () => {
    const all = examples.map(([, code]) => code).join('')
    const main = ['overlapLoss', 'pixelLoss', 'lovaszLoss', 'evaluateMasks', 'Meter', 'score', 'Monitor']
    for (const name of main) expect(all).toMatch(new RegExp(`import \\{[^}]*\\b${name}\\b`))
  })
})
