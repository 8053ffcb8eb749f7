import { expect, it } from 'vitest'
import { SteadyClock } from '../../src/node/steady-clock.ts'

it('follows the time between two synchronizations', () => {
  const clock = new SteadyClock()
  let before = 0
  for (let reading = 0; reading < 20; reading++) {
    const until = performance.now() + 2
    while (performance.now() < until);
    before = performance.now() / 1000
    clock.read()
    const after = performance.now() / 1000
    expect(clock.seconds).toBeGreaterThan(before - 0.002)
    expect(clock.seconds).toBeLessThan(after + 0.002)
  }
  clock.synchronize()
  expect(clock.seconds).toBeGreaterThanOrEqual(before)
  expect(clock.seconds).toBeLessThanOrEqual(performance.now() / 1000)
})
