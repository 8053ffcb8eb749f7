/** Draws the README's picture of ~/overlay: a frame in which rocks are taken for trail. Run with the PNG's path. */
import { readFileSync, writeFileSync } from 'node:fs'
import { pictureFile } from '../src/image/picture-file.ts'
import { serializeImage } from '../src/image/serialize.ts'
import { Monitor } from '../src/monitor/monitor.ts'
import { parametersInFile } from '../src/parameters/file.ts'
import { parametersFrom } from '../src/parameters/parameters.ts'
import { overlayScene } from '../src/report/frame-overlay.ts'
import { drawOverlay } from '../src/report/overlay.ts'
import { drawLabels, drawPrediction, HEIGHT, RATE, WIDTH } from './drive.ts'

const SECONDS = 24.5
const FRAMES = 14

const file = new URL('monitor.yaml', import.meta.url)
const text = readFileSync(file, 'utf8')
const monitor = new Monitor(parametersFrom(parametersInFile(text, '/dice_monitor', 'monitor.yaml')))
const labels = new Uint8Array(WIDTH * HEIGHT)
const prediction = new Uint8Array(WIDTH * HEIGHT)
for (let frame = SECONDS * RATE - FRAMES; frame < SECONDS * RATE; frame++) {
  const image = (data: Uint8Array) =>
    serializeImage({ sec: frame, nanosec: 0, width: WIDTH, height: HEIGHT, encoding: 'mono8', data })
  drawLabels(frame, labels)
  drawPrediction(frame, labels, prediction)
  monitor.offerPrediction(image(prediction), frame, frame)
  monitor.offerLabel(image(labels), frame, frame)
}
const scene = overlayScene(monitor.frame, monitor, SECONDS * RATE, WIDTH)
const overlay = serializeImage({
  sec: 0,
  nanosec: 0,
  width: WIDTH,
  height: HEIGHT,
  encoding: 'rgb8',
  data: drawOverlay(scene),
})
writeFileSync(process.argv[2]!, pictureFile(overlay, false).bytes)
