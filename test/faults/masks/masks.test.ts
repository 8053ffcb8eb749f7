import { describe, expect, it } from 'vitest'
import { random } from '../../recording/fuzz/variants.ts'
import { SEED } from '../../support/seed.ts'
import { fuzzMasks } from './fuzz.ts'
import { plainPng } from './plain-png.ts'
import { randomPicture, written } from './variants.ts'

describe('tampered PNG files through random maps', () => {
  it('end in the counts of a plain decoder, or are refused', async () => {
    const { maps, pngs, scored, refused, mapsRefused } = await fuzzMasks(1500, SEED)
    expect(maps + pngs).toBeGreaterThanOrEqual(1500)
    for (const count of [scored, refused, mapsRefused]) expect(count).toBeGreaterThan(30)
  })

  it('are judged by a decoder that reads what was written', () => {
    for (let seed = 0; seed < 100; seed++) {
      const next = random(SEED + seed)
      const picture = randomPicture(next)
      const { width, height, colourType, samples } = picture
      const channels = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 }[colourType]
      const expected = Array.from({ length: width * height }, (_, i) => {
        const [r, g, b] = [0, 1, 2].map(c => samples[i * channels + c]!)
        return channels > 2 ? r! * 65536 + g! * 256 + b! : r!
      })
      expect(plainPng(written(picture, next))!.values).toEqual(expected)
    }
  })
})
