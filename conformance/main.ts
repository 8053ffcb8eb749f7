import { readFileSync } from 'node:fs'
import type { Answer, Case, Mapping, Parameter, Parameters, Value } from './case.ts'
import { losses } from './losses.ts'
import { metrics } from './metrics.ts'

/**
 * `npm run conformance -- FILE`: replays a file of reference cases through the public functions. A case is
 * answered from its library, op, parameters and inputs; only then is the answer held against what the file
 * expects. A row per op and library, then what was not supported or not reproduced and why, and the count.
 */

type Json = number | string | boolean | null | Json[] | { [name: string]: Json }
interface Expectation {
  expected?: Json
  raises?: string
  grad?: Json
}
interface Tolerance {
  rtol: number
  atol: number
}
interface RawCase extends Expectation {
  id: string
  library: string
  op: string
  call: string
  params: Parameters
  vary?: string
  domain: Case['domain']
  layout: Case['layout']
  inputs: { pred: Json; target: Json; classes: number }
  precision: Case['precision']
}
type Outcome = { kind: 'passed' } | { kind: 'failed' | 'unsupported' | 'notReproduced'; why: string }
type Attempt = Answer | { threw: Error }

const numberOf = (json: Json) =>
  json === 'NaN'
    ? Number.NaN
    : json === 'Infinity'
      ? Infinity
      : json === '-Infinity'
        ? -Infinity
        : Number(json)

function shapeOf(json: Json): number[] {
  const shape: number[] = []
  for (let at = json; Array.isArray(at); at = at[0] ?? null) shape.push(at.length)
  return shape
}

const flattenJson = (json: Json): number[] =>
  Array.isArray(json)
    ? json.flatMap(flattenJson)
    : typeof json === 'object' && json !== null
      ? Object.keys(json)
          .sort()
          .flatMap(name => flattenJson(json[name]!))
      : [numberOf(json)]

const flattenValue = (value: Value): number[] => {
  if (typeof value === 'number') return [value]
  if (Array.isArray(value)) return value.flatMap(flattenValue)
  if (value instanceof Float64Array || value instanceof Float32Array) return Array.from(value)
  const named = value as { [name: string]: Value }
  return Object.keys(named)
    .sort()
    .flatMap(name => flattenValue(named[name]!))
}

/** What kept two lists of numbers apart, or nothing. */
function difference(actual: readonly number[], expected: readonly number[], { rtol, atol }: Tolerance) {
  if (actual.length !== expected.length) return `${actual.length} numbers, expected ${expected.length}`
  for (let i = 0; i < expected.length; i++) {
    const a = actual[i]!
    const e = expected[i]!
    const equal = Number.isFinite(e) ? Math.abs(a - e) <= atol + rtol * Math.abs(e) : Object.is(a, e)
    if (!equal) return `[${i}] is ${a}, expected ${e}`
  }
  return undefined
}

/** As {@link difference}. Where a library's gradient is NaN, by 0/0 or an infinite slope, ours is a number. */
function gradientDifference(actual: readonly number[], expected: readonly number[], tolerance: Tolerance) {
  const wanted = expected.map((e, i) => (Number.isNaN(e) && Number.isFinite(actual[i]) ? actual[i]! : e))
  return difference(actual, wanted, tolerance)
}

function readCase(raw: RawCase): Case {
  return {
    library: raw.library,
    op: raw.op,
    call: raw.call,
    domain: raw.domain,
    layout: raw.layout,
    classes: raw.inputs.classes,
    prediction: Float64Array.from(flattenJson(raw.inputs.pred)),
    shape: shapeOf(raw.inputs.pred),
    target: Int32Array.from(flattenJson(raw.inputs.target)),
    targetShape: shapeOf(raw.inputs.target),
    precision: raw.precision,
  }
}

/** A value tried, from its key in `expected`. */
const triedValue = (key: string): Parameter =>
  key === 'none'
    ? null
    : key === 'true'
      ? true
      : key === 'false'
        ? false
        : key !== '' && Number.isFinite(Number(key))
          ? Number(key)
          : key

function attempt(mapping: Mapping, c: Case, parameters: Parameters): Attempt {
  try {
    return mapping(c, parameters)
  } catch (error) {
    return { threw: error instanceof Error ? error : new Error(String(error)) }
  }
}

function judge(answer: Attempt, expectation: Expectation, tolerance: Tolerance): Outcome {
  if ('unsupported' in answer) return { kind: 'unsupported', why: answer.unsupported }
  if ('notReproduced' in answer) return { kind: 'notReproduced', why: answer.notReproduced }
  if ('threw' in answer)
    return expectation.raises === undefined
      ? { kind: 'failed', why: answer.threw.stack ?? answer.threw.message }
      : { kind: 'passed' }
  if (expectation.raises !== undefined)
    return { kind: 'failed', why: `answered, expected ${expectation.raises}` }
  const value = difference(flattenValue(answer.value), flattenJson(expectation.expected ?? null), tolerance)
  if (value !== undefined) return { kind: 'failed', why: `value ${value}` }
  if (expectation.grad === undefined || answer.gradient === undefined) return { kind: 'passed' }
  const gradient = gradientDifference(Array.from(answer.gradient), flattenJson(expectation.grad), tolerance)
  return gradient === undefined ? { kind: 'passed' } : { kind: 'failed', why: `gradient ${gradient}` }
}

const isRaise = (json: Json): json is { raises: string } =>
  typeof json === 'object' && json !== null && !Array.isArray(json) && typeof json.raises === 'string'

/** One case, of one or of several tried values: the first outcome that is not a pass stands for it. */
function replay(raw: RawCase, tolerance: Tolerance): Outcome {
  const mapping = losses[raw.library]?.[raw.op] ?? metrics[raw.library]?.[raw.op]
  if (!mapping) return { kind: 'unsupported', why: 'no such op of this library' }
  const c = readCase(raw)
  if (raw.vary === undefined) return judge(attempt(mapping, c, raw.params), raw, tolerance)
  const { expected, vary } = raw
  if (typeof expected !== 'object' || expected === null || Array.isArray(expected))
    throw new TypeError(`${raw.id}: a case with "vary" needs an object of expected values`)
  for (const key of Object.keys(expected)) {
    const answer = attempt(mapping, c, { ...raw.params, [vary]: triedValue(key) })
    const one = expected[key]!
    const outcome = judge(answer, isRaise(one) ? one : { expected: one }, tolerance)
    if (outcome.kind !== 'passed') return { kind: outcome.kind, why: `${vary}=${key}: ${outcome.why}` }
  }
  return { kind: 'passed' }
}

interface Row {
  passed: number
  failed: number
  unsupported: number
  notReproduced: number
}

function main(path: string | undefined, verbose: boolean): number {
  if (path === undefined) {
    process.stderr.write('usage: npm run conformance -- CASES.json [--verbose]\n')
    return 2
  }
  const file = JSON.parse(readFileSync(path, 'utf8')) as {
    schema: number
    tolerances: Record<Case['precision'], Tolerance>
    cases: RawCase[]
  }
  if (file.schema !== 1) throw new Error(`${path}: schema ${file.schema}, expected 1`)
  const rows = new Map<string, Row>()
  const reasons = new Map<string, number>()
  const failures: string[] = []
  for (const raw of file.cases) {
    const name = `${raw.library.padEnd(13)}${raw.op}`
    const row = rows.get(name) ?? { passed: 0, failed: 0, unsupported: 0, notReproduced: 0 }
    rows.set(name, row)
    const outcome = replay(raw, file.tolerances[raw.precision])
    row[outcome.kind]++
    if (outcome.kind === 'failed') failures.push(`${raw.id}: ${outcome.why}`)
    else if (outcome.kind !== 'passed') {
      const reason = `${outcome.kind === 'unsupported' ? 'not supported' : 'not reproduced'}: ${raw.library} ${raw.op}: ${outcome.why}`
      reasons.set(reason, (reasons.get(reason) ?? 0) + 1)
    }
  }
  const total: Row = { passed: 0, failed: 0, unsupported: 0, notReproduced: 0 }
  const lines = [`${'library'.padEnd(13)}${'op'.padEnd(29)}passed  failed  not supported  not reproduced`]
  for (const [name, row] of [...rows].sort(([a], [b]) => (a < b ? -1 : 1))) {
    for (const kind of Object.keys(total) as (keyof Row)[]) total[kind] += row[kind]
    const cells = [row.passed, row.failed, row.unsupported, row.notReproduced]
    const widths = [6, 8, 15, 16]
    lines.push(name.padEnd(42) + cells.map((cell, i) => String(cell).padStart(widths[i]!)).join(''))
  }
  for (const [reason, count] of reasons) lines.push(`${reason} (${count})`)
  const shown = verbose ? failures : failures.slice(0, 20)
  for (const failure of shown) lines.push(`failed: ${failure}`)
  if (shown.length < failures.length)
    lines.push(`failed: ${failures.length - shown.length} more (--verbose lists them)`)
  lines.push(
    `${total.passed} passed, ${total.failed} failed, ${total.unsupported + total.notReproduced} skipped`,
  )
  process.stdout.write(`${lines.join('\n')}\n`)
  return total.failed > 0 ? 1 : 0
}

const { argv } = process
process.exitCode = main(
  argv.slice(2).find(argument => !argument.startsWith('-')),
  argv.includes('--verbose'),
)
