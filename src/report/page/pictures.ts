import { NO_CLASS, type SmallMask } from '../masks.ts'
import { drawOverlay, MISSED, WRONG } from '../overlay.ts'
import { classColor, cssColor, SPECIAL } from '../palette.ts'
import { encodeDrawingPng, encodePng, type Rgb } from '../png.ts'
import type { PicturedFrame } from '../worst-frames.ts'
import { swatch } from './classes.ts'
import { type Html, html, name } from './html.ts'
import { percent, seconds } from './numbers.ts'
import type { Report } from './report.ts'
import type { Timeline } from './timeline.ts'

/** The worst frames: label, prediction and what is wrong side by side. */
export function pictures({ summary, pictures: frames }: Report, timeline: Timeline | undefined): Html {
  if (frames.length === 0) return html``
  const seen = new Set<number>()
  for (const { label, prediction } of frames) for (const { ids } of [label, prediction]) addIds(seen, ids)
  return html`
<section aria-labelledby="worst-title">
  <h2 id="worst-title">Worst frames</h2>
  <p class="note">The ${frames.length} frames with the lowest dice, lowest first, made smaller where they were large; of a drive one of each stretch in which it was not OK, and none within a second of another.</p>
  <ul class="legend" aria-label="Colours of label and prediction">${summary.classes
    .filter(({ id }) => seen.has(id))
    .map(({ id, name: label }) => html`<li>${swatch(id)}${name(label)}</li>`)}
    <li><span class="swatch ignored" aria-hidden="true"></span>label ignored</li>
    <li><span class="swatch" style="background:${cssColor(SPECIAL.unknown)}" aria-hidden="true"></span>predicted as no class</li></ul>
  <ul class="legend" aria-label="Colours of the overlay">
    <li><span class="swatch right" aria-hidden="true"></span>right (gray)</li>
    <li><span class="swatch" style="background:${cssColor(WRONG)}" aria-hidden="true"></span>wrong</li>
    <li><span class="swatch" style="background:${cssColor(MISSED)}" aria-hidden="true"></span>missed: predicted as no class, or of two classes as the first</li>
    <li><span class="swatch left-out" aria-hidden="true"></span>ignored (dark, hatched)</li>${
      frames.some(({ scene }) => scene.regions) &&
      html`
    <li>white lines: edges of the regions</li>`
    }</ul>
  ${frames.some(frame => cameraUrl(frame) !== undefined) && overSwitch}
  <ol class="frames">${frames.map((frame, i) => figure(frame, i, summary, timeline))}</ol>
</section>`
}

/** Ids come in runs: the set is not asked for each pixel. */
function addIds(seen: Set<number>, ids: Uint16Array): void {
  let last = -1
  for (const id of ids) {
    if (id !== last) seen.add(id)
    last = id
  }
}

/** A picture of this many bytes is too much for a page, which may have ten. */
const MOST_BYTES = 2 * 2 ** 20

const MEDIA = { png: 'image/png', jpg: 'image/jpeg', webp: 'image/webp' } as const

/** The camera's picture as a data URL; undefined where there is none, or it is too large. */
function cameraUrl({ camera }: PicturedFrame): string | undefined {
  if (!camera || camera.bytes.length > MOST_BYTES) return undefined
  return `data:${MEDIA[camera.extension]};base64,${Buffer.from(camera.bytes).toString('base64')}`
}

/** The camera's picture stands once in the page, as the ground of each mask. */
const overSwitch = html`
  <p class="toolbar"><label><input type="checkbox" id="over-camera" checked> masks over the camera’s picture</label></p>`

function figure(
  frame: PicturedFrame,
  index: number,
  { classes, worst_frames: worst }: Report['summary'],
  timeline: Timeline | undefined,
): Html {
  const nameOf = (id: number | undefined) => classes.find(c => c.id === id)?.name ?? 'no class'
  const { label_file: labelFile, prediction_file: predictionFile } =
    worst.find(({ stamp_ns: stamp }) => stamp === frame.stamp) ?? {}
  const files = [labelFile, predictionFile].filter(file => file !== undefined)
  const time = timeline && Number(frame.stamp - timeline.origin) / 1e9
  const total = frame.pixelsEvaluated
  const mistakes = frame.mistakes.map(
    ({ labelId, predictionId, pixels }, i) =>
      html`${i > 0 && '; '}${name(nameOf(labelId))} taken for ${name(nameOf(predictionId))} ${percent(pixels, total)}`,
  )
  const camera = cameraUrl(frame)
  const { width, height } = frame.label
  const image = (kind: string, url: string) =>
    html`<figure><div class="${camera === undefined ? '' : 'over'}"><img src="${url}" alt="${kind} of frame ${index + 1}" width="${width}" height="${height}" decoding="async"></div><figcaption>${kind}</figcaption></figure>`
  return html`
    <li><h3>${index + 1}. dice <data value="${frame.dice}">${frame.dice.toFixed(4)}</data></h3>
      <p class="facts">${time !== undefined && html`<button type="button" class="goto" data-time="${time}">at ${seconds(time)}</button> · `}stamp <code>${frame.stamp}</code></p>
      ${files.length > 0 && html`<p class="facts">${files.map(file => html`<code>${name(file)}</code> `)}</p>`}
      <p class="facts">Verdict then: ${frame.scene.text}</p>
      ${mistakes.length > 0 && html`<p class="facts">Of the evaluated pixels: ${mistakes}.</p>`}
      ${frame.camera && camera === undefined && html`<p class="facts">The camera’s picture has ${(frame.camera.bytes.length / 2 ** 20).toFixed(1)} MiB, more than is put into a page.</p>`}
      <div class="triple"${camera !== undefined && html` style="--camera:url(${camera})"`}>${camera !== undefined && html`<figure><div class="over" role="img" aria-label="camera of frame ${index + 1}" style="aspect-ratio:${width}/${height}"></div><figcaption>camera</figcaption></figure>`}${image('label', classPng(frame.label, ignoredColor))}${image(
        'prediction',
        classPng(frame.prediction, () => SPECIAL.unknown),
      )}${image('overlay', overlayPng(frame))}</div></li>`
}

const STRIPE = 6
const isStripe = (i: number, width: number) => ((i % width) + Math.floor(i / width)) % STRIPE < STRIPE / 2

const ignoredColor = (i: number, width: number) =>
  isStripe(i, width) ? SPECIAL.ignoredStripe : SPECIAL.ignored

/** A mask in the colours of its classes. */
function classPng(mask: SmallMask, noClass: (i: number, width: number) => Rgb): string {
  return dataUrl(mask, i => (mask.ids[i] === NO_CLASS ? noClass(i, mask.width) : classColor(mask.ids[i]!)))
}

/** What is right and wrong, with the outlines of the regions; the words stand beside it. */
function overlayPng({ label, prediction, scene }: PicturedFrame): string {
  const drawn = drawOverlay({ label, prediction, camera: undefined, ...scene, text: '' })
  return `data:image/png;base64,${encodeDrawingPng(label.width, label.height, drawn).toString('base64')}`
}

/** A PNG as a data URL. Beyond 256 colours, which no two masks of classes have room for, the last is shared. */
function dataUrl({ width, height }: { width: number; height: number }, colorAt: (i: number) => Rgb): string {
  const palette: Rgb[] = []
  const places = new Map<Rgb, number>()
  const pixels = new Uint8Array(width * height)
  const placeOf = (color: Rgb): number => {
    const known = places.get(color)
    if (known !== undefined) return known
    const place = Math.min(palette.length, 255)
    if (place === palette.length) palette.push(color)
    places.set(color, place)
    return place
  }
  let last: Rgb | undefined
  let place = 0
  for (let i = 0; i < pixels.length; i++) {
    const color = colorAt(i)
    if (color !== last) place = placeOf(color)
    last = color
    pixels[i] = place
  }
  return `data:image/png;base64,${encodePng(width, height, pixels, palette).toString('base64')}`
}
