/** The kernels against plain loops, on random and nasty inputs: their tests, in one program. */
import '../support/seed.ts'
import '../kernels/labels.test.ts'
import '../kernels/largest.test.ts'
import '../kernels/memory.test.ts'
import '../kernels/planes.test.ts'
import '../kernels/preparation.test.ts'
import '../kernels/probabilities.test.ts'
import { runAll } from './vitest.ts'

await runAll()
