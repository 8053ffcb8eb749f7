// Prints the counts of vitest JSON reports as one plain line, and fails unless all that ran passed.
import { existsSync, readFileSync } from 'node:fs'

const total = { passed: 0, failed: 0, skipped: 0 }
for (const path of process.argv.slice(2)) {
  if (!existsSync(path)) {
    console.log(`${path} is missing: that run did not end`)
    total.failed++
    continue
  }
  const report = JSON.parse(readFileSync(path, 'utf8'))
  // A file that does not load has no tests to fail.
  const brokenFiles = report.testResults.filter(
    file => file.status === 'failed' && file.assertionResults.length === 0,
  )
  for (const { name, message } of brokenFiles) console.log(`${name}: ${message}`)
  const failed = report.numFailedTests + brokenFiles.length
  total.passed += report.numPassedTests
  total.skipped += report.numPendingTests + report.numTodoTests
  // Vitest also fails a run for what no test is to blame for, or for want of tests.
  total.failed += failed > 0 || (report.success && report.numPassedTests > 0) ? failed : 1
}
console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`)
process.exit(total.failed === 0 && total.passed > 0 ? 0 : 1)
