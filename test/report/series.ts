import { randomNumbers } from './example.ts'

/** An autoregressive series of uniform steps around 0.1, and white noise besides. */
export function noisySeries(length: number, memory: number, noise: number, seed: number): Float64Array {
  const random = randomNumbers(seed)
  let value = 0
  return Float64Array.from({ length }, () => {
    value = memory * value + (random() - 0.5)
    return 0.1 + value + noise * (random() - 0.5)
  })
}
