// Prints the counts of a vitest JSON report as one plain line, and fails unless all that ran passed.
import { readFileSync } from 'node:fs'

const report = JSON.parse(readFileSync(process.argv[2], 'utf8'))
const skipped = report.numPendingTests + report.numTodoTests
// A file that does not load has no tests to fail.
const brokenFiles = report.testResults.filter(
  file => file.status === 'failed' && file.assertionResults.length === 0,
)
for (const { name, message } of brokenFiles) console.log(`${name}: ${message}`)
const failed = report.numFailedTests + brokenFiles.length
console.log(`${report.numPassedTests} passed, ${failed} failed, ${skipped} skipped`)
process.exit(report.success && failed === 0 && report.numPassedTests > 0 ? 0 : 1)
