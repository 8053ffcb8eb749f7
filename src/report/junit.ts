import { printable } from '../printable.ts'

/** One thing that was checked. */
export interface Check {
  name: string
  /** What it was checked on: a drive, or all of them. */
  of: string
  /** What is told of it: the score and its limit. */
  text: string
  /** `failed`: not as it was to be. `error`: it could not be checked. */
  result: 'passed' | 'failed' | 'error'
}

/** Checks as JUnit writes them, which continuous integration reads: one suite, a case a check. */
export function junitXml(checks: readonly Check[], seconds: number): string {
  const count = (result: Check['result']) => checks.filter(check => check.result === result).length
  const totals = `tests="${checks.length}" failures="${count('failed')}" errors="${count('error')}" time="${seconds.toFixed(3)}"`
  const cases = checks.map(({ name, of, text, result }) => {
    const head = `<testcase classname="${escaped(of)}" name="${escaped(name)}"`
    if (result === 'passed') return `    ${head}><system-out>${escaped(text)}</system-out></testcase>`
    const kind = result === 'failed' ? 'failure' : 'error'
    return `    ${head}><${kind} message="${escaped(text)}"/></testcase>`
  })
  return `<?xml version="1.0" encoding="UTF-8"?>
<testsuites ${totals}>
  <testsuite name="dice-monitor" ${totals}>
${cases.join('\n')}
  </testsuite>
</testsuites>
`
}

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }

/** Text in an element or an attribute: what XML 1.0 cannot have is escaped as on a terminal. */
const escaped = (text: string) =>
  printable(text)
    .replace(/[&<>"]/g, character => ENTITIES[character]!)
    .replace(/[\ufffe\uffff]/g, '\ufffd')
