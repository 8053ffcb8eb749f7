import { hash, noise } from './noise.ts'

export const CLASSES = ['sky', 'grass', 'trail', 'tree', 'rock', 'water'] as const
/** The bonnet in the lower part of the picture is not labelled. */
export const IGNORED = 255

export const WIDTH = 640
export const HEIGHT = 480
export const RATE = 10
export const SECONDS = 30
export const FRAMES = RATE * SECONDS

/** From when to when, in seconds, the predictor takes the trail for grass. */
export const FAILURE = { from: 12, to: 18 } as const
/** And the rocks for trail, which hardly shows in any mean. */
export const BLINDNESS = { from: 22, to: 25 } as const

const [SKY, GRASS, TRAIL, TREE, ROCK, WATER] = [0, 1, 2, 3, 4, 5]
const HORIZON = 190
const FOCAL_LENGTH = 420
const CAMERA_HEIGHT = 1.4
const METRES_PER_FRAME = 0.25
const FARTHEST = 60

/** Sideways position of the trail's middle, m, at `z` metres along the drive. */
const trailMiddle = (z: number) => 2.2 * Math.sin(z / 11) + 1.1 * Math.sin(z / 4.7)

/** The class of the ground at `x` metres to the right of the drive's axis and `z` metres along it. */
function ground(x: number, z: number): number {
  const aside = x - trailMiddle(z)
  const edge = 1.5 + 0.5 * (noise(x, z, 1) - 0.5)
  if (Math.abs(aside) < edge) return TRAIL
  if (noise(x / 7, z / 9, 2) > 0.78) return WATER
  return noise(x / 1.7, z / 1.7, 3) > 0.82 ? ROCK : GRASS
}

/** The labels of frame `index`: what stands where, as the camera sees it. */
export function drawLabels(index: number, labels: Uint8Array): void {
  const travelled = index * METRES_PER_FRAME
  for (let y = 0; y < HEIGHT; y++) {
    for (let x = 0; x < WIDTH; x++) labels[y * WIDTH + x] = groundOrSky(x, y, travelled)
  }
  for (let z = FARTHEST; z > 2; z--) drawTree(Math.ceil(travelled) + z, travelled, labels)
  drawBonnet(labels)
}

function groundOrSky(x: number, y: number, travelled: number): number {
  const hills = HORIZON - 26 * noise(x / 90 + travelled / 40, 0, 4)
  if (y < hills) return SKY
  if (y <= HORIZON + 8) return y < HORIZON ? TREE : GRASS
  const distance = (CAMERA_HEIGHT * FOCAL_LENGTH) / (y - HORIZON)
  const heading = trailMiddle(travelled + 4) * 0.8
  return ground(((x - WIDTH / 2) * distance) / FOCAL_LENGTH + heading, travelled + distance)
}

/** One tree may stand in every metre of the drive, on either side. */
function drawTree(metre: number, travelled: number, labels: Uint8Array): void {
  const distance = metre - travelled
  if (distance < 2 || hash(metre, 0, 5) > 0.4) return
  const side = hash(metre, 1, 5) < 0.5 ? -1 : 1
  const worldX = trailMiddle(metre) + side * (3 + 6 * hash(metre, 2, 5)) - trailMiddle(travelled + 4) * 0.8
  const scale = FOCAL_LENGTH / distance
  const x = WIDTH / 2 + worldX * scale
  const foot = HORIZON + CAMERA_HEIGHT * scale
  const height = (3 + 2 * hash(metre, 3, 5)) * scale
  fillEllipse(labels, x, foot - 0.62 * height, 0.26 * height, 0.4 * height)
  fillEllipse(labels, x, foot - 0.2 * height, 0.04 * height, 0.2 * height)
}

function fillEllipse(labels: Uint8Array, cx: number, cy: number, rx: number, ry: number): void {
  const bottom = Math.min(HEIGHT - 1, Math.floor(cy + ry))
  for (let y = Math.max(0, Math.ceil(cy - ry)); y <= bottom; y++) {
    const half = rx * Math.sqrt(Math.max(0, 1 - ((y - cy) / ry) ** 2))
    const from = Math.max(0, Math.ceil(cx - half))
    const to = Math.min(WIDTH - 1, Math.floor(cx + half))
    if (from <= to) labels.fill(TREE, y * WIDTH + from, y * WIDTH + to + 1)
  }
}

function drawBonnet(labels: Uint8Array): void {
  for (let y = HEIGHT - 40; y < HEIGHT; y++) {
    const half = 190 + 4 * (y - HEIGHT + 40)
    labels.fill(IGNORED, y * WIDTH + Math.max(0, 320 - half), y * WIDTH + Math.min(WIDTH, 320 + half))
  }
}

/**
 * What a predictor makes of frame `index`: borders displaced by a few pixels and patches taken for the neighbouring
 * class; within {@link FAILURE} most of the trail is taken for grass, within {@link BLINDNESS} rocks for trail.
 */
export function drawPrediction(index: number, labels: Uint8Array, prediction: Uint8Array): void {
  const seconds = index / RATE
  const failure = failureAt(seconds)
  const isBlind = seconds >= BLINDNESS.from && seconds < BLINDNESS.to
  for (let y = 0; y < HEIGHT; y++) {
    for (let x = 0; x < WIDTH; x++) {
      const dx = Math.round(6 * (noise(x / 23, y / 23 + index * 0.11, 6) - 0.5))
      const dy = Math.round(6 * (noise(x / 23 + index * 0.11, y / 23, 7) - 0.5))
      const seen = labels[clamp(y + dy, HEIGHT) * WIDTH + clamp(x + dx, WIDTH)]!
      prediction[y * WIDTH + x] = isBlind && seen === ROCK ? TRAIL : mistaken(seen, x, y, index, failure)
    }
  }
}

const clamp = (value: number, size: number) => Math.max(0, Math.min(size - 1, value))

/** 0 while all is well, 1 in the middle of the failure, with half a second between. */
function failureAt(seconds: number): number {
  const depth = Math.min(seconds - FAILURE.from, FAILURE.to - seconds)
  return Math.max(0, Math.min(1, depth / 0.5))
}

function mistaken(seen: number, x: number, y: number, index: number, failure: number): number {
  if (seen === IGNORED) return TRAIL
  const patch = noise(x / 37 + index * 0.05, y / 29 - index * 0.07, 8)
  if (seen === TRAIL && patch < 0.85 * failure) return GRASS
  if (patch < 0.9) return seen
  return seen === GRASS ? TRAIL : seen === WATER || seen === ROCK ? GRASS : seen
}
