export interface Case {
  name: string
  width: number
  height: number
  classes: number
  kind: 'blobs' | 'noise'
}

/** A generator of integers below 2³², the same for a seed (xorshift32). */
function random(seed: number): () => number {
  let x = seed
  return () => {
    x ^= x << 13
    x ^= x >>> 17
    x ^= x << 5
    return x >>> 0
  }
}

/**
 * Writes a prediction and its label. `noise`: any class anywhere in both. `blobs`: areas with ragged edges, about a
 * tenth of the height across; the prediction follows the label, but a few pixels beside it at the edges, with one
 * area in twelve of another class, and specks.
 */
export function drawPair(
  { width, height, classes, kind }: Case,
  seed: number,
  prediction: Uint8Array,
  label: Uint8Array,
): void {
  const next = random(seed)
  const pixels = width * height
  if (kind === 'noise') {
    for (let i = 0; i < pixels; i++) {
      prediction[i] = (next() >>> 8) % classes
      label[i] = (next() >>> 8) % classes
    }
    return
  }
  const cell = Math.round(height / 10)
  const columns = Math.ceil((width + 4 * cell) / cell)
  const areas = Uint8Array.from(
    { length: columns * (Math.ceil((height + 4 * cell) / cell) + 1) },
    () => (next() >>> 8) % classes,
  )
  const mistaken = areas.map(area => ((next() >>> 8) % 12 === 0 ? (next() >>> 8) % classes : area))
  // Edges wander by up to a cell and a half over a row or column.
  const wander = (length: number) => {
    const phase = next() % 1000
    let step = 0
    return Int32Array.from({ length }, (_, i) => {
      step += ((next() >>> 8) % 3) - 1
      return Math.round(
        cell * 1.2 + cell * Math.sin((i + phase) / (cell * 0.7)) + Math.max(-9, Math.min(9, step)),
      )
    })
  }
  const beside = (offsets: Int32Array) => {
    let shift = 0
    return offsets.map(offset => {
      shift = Math.max(-3, Math.min(3, shift + ((next() >>> 8) % 3) - 1))
      return offset + shift
    })
  }
  const [lx, ly] = [wander(height), wander(width)]
  const [px, py] = [beside(lx), beside(ly)]
  const draw = (mask: Uint8Array, of: Uint8Array, dx: Int32Array, dy: Int32Array) => {
    for (let y = 0, i = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        mask[i++] = of[Math.floor((y + dy[x]!) / cell) * columns + Math.floor((x + dx[y]!) / cell)]!
      }
    }
  }
  draw(label, areas, lx, ly)
  draw(prediction, mistaken, px, py)
  for (let n = 0; n < pixels / 10000; n++) {
    const value = (next() >>> 8) % classes
    const at = next() % (pixels - 3 * width)
    for (let y = 0; y < 3; y++) prediction.fill(value, at + y * width, at + y * width + 4)
  }
}
