/** Pseudo-random numbers in 0..1 from a seed (mulberry32), the same everywhere. */
export function randomFrom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

/**
 * A picture of grass with a few stones in it, RGB in 0..1, and which pixels are stone. Stones are greyer and
 * lighter; some blades of grass are nearly so, and light varies over the picture.
 */
export function stonesInGrass(size: number, stones: number, seed: number) {
  const random = randomFrom(seed)
  const noise = () => random() + random() + random() - 1.5
  const label = new Uint8Array(size * size)
  for (let s = 0; s < stones; s++) {
    const [cx, cy, r] = [2 + random() * (size - 4), 2 + random() * (size - 4), 1.1 + random() * 0.8]
    for (let y = 0; y < size; y++)
      for (let x = 0; x < size; x++) if ((x - cx) ** 2 + (y - cy) ** 2 <= r * r) label[y * size + x] = 1
  }
  const rgb = new Float32Array(size * size * 3)
  for (let k = 0; k < label.length; k++) {
    const light = 0.85 + 0.3 * ((k % size) / size)
    const [red, green, blue] = label[k] ? [0.5, 0.5, 0.46] : [0.34, 0.46, 0.24]
    const grain = 0.06 * noise()
    rgb[k * 3] = light * (red! + grain + 0.03 * noise())
    rgb[k * 3 + 1] = light * (green! + grain + 0.03 * noise())
    rgb[k * 3 + 2] = light * (blue! + grain + 0.03 * noise())
  }
  return { rgb, label, size }
}

/** Dice of a thresholded foreground probability. */
export function hardDice(probability: ArrayLike<number>, label: ArrayLike<number>): number {
  let [both, sum] = [0, 0]
  for (let k = 0; k < label.length; k++) {
    const p = probability[k]! > 0.5 ? 1 : 0
    both += p * label[k]!
    sum += p + label[k]!
  }
  return (2 * both) / sum
}
