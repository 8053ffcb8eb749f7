/** Draws the README's picture: a frame of the failure as label, prediction and error. Run with the PNG's path. */
import { writeFileSync } from 'node:fs'
import { encodePng, type Rgb } from '../src/report/png.ts'
import { drawLabels, drawPrediction, HEIGHT, IGNORED, RATE, WIDTH } from './drive.ts'

const PALETTE: readonly Rgb[] = [
  [0x88, 0xbf, 0xe8], // sky
  [0x63, 0xa8, 0x44], // grass
  [0xbf, 0x96, 0x62], // trail
  [0x1f, 0x5c, 0x2b], // tree
  [0x80, 0x80, 0x80], // rock
  [0x28, 0x5a, 0xb4], // water
  [0x9a, 0x9a, 0x9a], // ignored
  [0xee, 0xf0, 0xf2], // right
  [0xb8, 0x2e, 0x00], // wrong
  [0xff, 0xff, 0xff],
]
const [IGNORED_COLOR, RIGHT, WRONG, GAP_COLOR] = [6, 7, 8, 9]
const SECONDS = 12.3
const GAP = 16

const labels = new Uint8Array(WIDTH * HEIGHT)
const prediction = new Uint8Array(WIDTH * HEIGHT)
drawLabels(SECONDS * RATE, labels)
drawPrediction(SECONDS * RATE, labels, prediction)

const width = 3 * WIDTH + 2 * GAP
const pixels = new Uint8Array(width * HEIGHT).fill(GAP_COLOR)
for (let y = 0; y < HEIGHT; y++) {
  for (let x = 0; x < WIDTH; x++) {
    const label = labels[y * WIDTH + x]!
    const predicted = prediction[y * WIDTH + x]!
    const at = y * width + x
    pixels[at] = label === IGNORED ? IGNORED_COLOR : label
    pixels[at + WIDTH + GAP] = predicted
    pixels[at + 2 * (WIDTH + GAP)] = label === IGNORED ? IGNORED_COLOR : label === predicted ? RIGHT : WRONG
  }
}
writeFileSync(process.argv[2]!, encodePng(width, HEIGHT, pixels, PALETTE))
