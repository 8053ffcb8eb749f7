import { join } from 'node:path'
import { compress, isLoaded } from '@foxglove/wasm-zstd'
import { masks, type RecordedMask, writeRecording } from '../evaluation/recording.ts'

/** Writes the recordings that are scored on both processors into a folder, one for each kind of pixels. */

const [folder] = process.argv.slice(2)
const FRAMES = 40
const SIZE = [161, 97] as const

const file = (name: string) => join(folder!, `${name}.mcap`)
const ids = masks(FRAMES, 2, '/label', '/prediction', SIZE)

/** The predictions as other pixels. */
const predicted = (encoding: string, pixels: (ids: Uint8Array) => Uint8Array): RecordedMask[] =>
  ids.map(mask => (mask.topic === '/label' ? mask : { ...mask, encoding, data: pixels(mask.data) }))

const PALETTE = [
  [0, 102, 0],
  [255, 229, 204],
  [108, 64, 20],
]

await writeRecording(file('ids'), ids)
await isLoaded
await writeRecording(file('zstd'), ids, [], chunk => ({
  compression: 'zstd',
  compressedData: compress(chunk, 3),
}))
await writeRecording(
  file('words'),
  predicted('16UC1', data => new Uint8Array(Uint16Array.from(data).buffer)),
)
await writeRecording(
  file('colours'),
  predicted('rgb8', data => Uint8Array.from([...data].flatMap(id => PALETTE[id]!))),
)
await writeRecording(
  file('probabilities'),
  predicted('32FC3', data => {
    const values = Float32Array.from({ length: 3 * data.length }, (_, i) => {
      return data[Math.floor(i / 3)] === i % 3 ? 0.6 : 0.2 + (i % 7) / 1e5
    })
    return new Uint8Array(values.buffer)
  }),
)
