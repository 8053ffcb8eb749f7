import { deepStrictEqual } from 'node:assert'

/**
 * What the kernels' tests use of vitest, so that they run as one program where no other can be started: under an
 * emulator. Prints what failed and the count.
 */

type Body = () => unknown
const tests: { name: string; body: Body }[] = []

const check = (holds: boolean, what: string, actual: unknown, expected: unknown) => {
  if (!holds) throw new Error(`${String(actual)} is not ${what} ${String(expected)}`)
}

export const expect = (actual: unknown) => ({
  toBe: (expected: unknown) => check(Object.is(actual, expected), 'the same as', actual, expected),
  toEqual: (expected: unknown) => deepStrictEqual(actual, expected),
  toBeGreaterThan: (least: number) => check((actual as number) > least, 'greater than', actual, least),
  toBeGreaterThanOrEqual: (least: number) => check((actual as number) >= least, 'at least', actual, least),
  toBeLessThan: (most: number) => check((actual as number) < most, 'less than', actual, most),
  toBeLessThanOrEqual: (most: number) => check((actual as number) <= most, 'at most', actual, most),
  toBeCloseTo: (expected: number, digits = 2) =>
    check(Math.abs((actual as number) - expected) < 10 ** -digits / 2, 'close to', actual, expected),
  toContain: (part: unknown) =>
    check((actual as string | unknown[]).includes(part as string), 'something with', actual, part),
  toThrow: (expected?: unknown) => {
    let thrown: unknown
    try {
      ;(actual as Body)()
    } catch (error) {
      thrown = error
    }
    const isAsSaid =
      expected instanceof RegExp
        ? expected.test(String((thrown as Error | undefined)?.message))
        : typeof expected === 'string'
          ? String((thrown as Error | undefined)?.message).includes(expected)
          : typeof expected !== 'function' || thrown instanceof expected
    check(thrown !== undefined && isAsSaid, 'thrown as', thrown, expected)
  },
})

const add = (name: string, body: Body) => tests.push({ name, body })

export const it = Object.assign(add, {
  each: (rows: readonly unknown[]) => (name: string, body: (...values: unknown[]) => unknown) => {
    for (const row of rows) {
      const values = Array.isArray(row) ? row : [row]
      add(`${name} ${JSON.stringify(values)}`, () => body(...values))
    }
  },
})
export const test = it
export const describe = (_: string, body: Body) => body()

/** Runs all tests that were imported. */
export async function runAll(): Promise<void> {
  let failed = 0
  for (const { name, body } of tests) {
    try {
      await body()
      console.log(`ok ${name}`)
    } catch (error) {
      failed++
      console.log(`failed ${name}: ${String(error)}`)
    }
  }
  console.log(`${tests.length - failed} passed, ${failed} failed, 0 skipped`)
}
