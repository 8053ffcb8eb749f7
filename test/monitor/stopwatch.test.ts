import { expect, it } from 'vitest'
import { Stopwatch } from '../../src/monitor/stopwatch.ts'

it('measures times to 1 %, again and again', () => {
  const stopwatch = new Stopwatch()
  for (const length of [3, 0.2, 20]) {
    const before = performance.now()
    stopwatch.start()
    const start = performance.now()
    while (performance.now() < start + length);
    const end = performance.now()
    const measured = stopwatch.stop() / 1e6
    const after = performance.now()
    expect(measured).toBeGreaterThanOrEqual((end - start) * 0.99)
    expect(measured).toBeLessThanOrEqual((after - before) * 1.01)
  }
})
