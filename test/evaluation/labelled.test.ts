import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { evaluate } from '../../src/evaluation/evaluate.ts'
import { type LabelledOptions, openLabelled } from '../../src/evaluation/labelled.ts'
import { openRecordingSource } from '../../src/evaluation/recording-source.ts'
import type { RawValue } from '../../src/parameters/parameters.ts'
import { HEIGHT, idMask, stripes, WIDTH, writeFolder } from './folders.ts'
import { type RecordedMask, writeRecording } from './recording.ts'

let directory: string
const at = (name: string) => join(directory, name)

const FRAMES = 12
const START = 1_700_000_000
/** Stamps whose milliseconds are no whole ones. */
const timeOf = (frame: number) => START + frame * 0.5 + 1 / 64
const stampOf = (frame: number) => BigInt(START) * 1_000_000_000n + BigInt(frame) * 500_000_000n + 15_625_000n
const predicted = (frame: number) => stripes(frame, [0, 1, 2])
const labelled = (frame: number) => stripes(frame, [0, 1, 1, 2])

const mask = (topic: string, frame: number, values: number[], late = 0): RecordedMask => ({
  topic,
  time: timeOf(frame) + late,
  logTime: timeOf(frame) + 0.1,
  width: WIDTH,
  height: HEIGHT,
  data: Uint8Array.from(values),
})

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'dice-labelled-'))
  const frames = Array.from({ length: FRAMES }, (_, i) => i)
  const camera = (frame: number): RecordedMask => ({
    ...mask('/camera/image', frame, []),
    encoding: 'rgb8',
    data: new Uint8Array(3 * WIDTH * HEIGHT),
  })
  await writeRecording(
    at('drive.mcap'),
    frames.flatMap(frame => [camera(frame), mask('/segmentation', frame, predicted(frame))]),
  )
  await writeRecording(
    at('late.mcap'),
    frames.flatMap(frame => [camera(frame), mask('/segmentation', frame, predicted(frame), 1 / 32)]),
  )
  await writeRecording(
    at('labels.mcap'),
    frames.map(frame => mask('/ground_truth', frame, labelled(frame))),
  )
})
afterAll(() => rmSync(directory, { recursive: true }))

const ANNOTATED = [2, 3, 7]
const name = (frame: number) => `camera_${stampOf(frame)}.png`
const labelFiles = (frames: readonly number[], nameOf = name) =>
  Object.fromEntries(frames.map(frame => [nameOf(frame), idMask(labelled(frame))]))

async function score(
  recording: string,
  folder: string,
  options: Partial<LabelledOptions> = {},
  chosenByUser: Record<string, RawValue> = {},
  range: { start?: number; end?: number } = {},
) {
  const source = await openRecordingSource(at(recording), { threads: 1 })
  const opened = await openLabelled(source, folder, new Map(Object.entries(chosenByUser)), {
    mask: 'label',
    topic: undefined,
    by: 'stamp',
    isStrict: false,
    keepUnannotated: false,
    ...options,
  })
  try {
    const evaluation = await evaluate(opened.source, {
      chosen: opened.chosen,
      topics: opened.topics,
      start: range.start,
      end: range.end,
      withPictures: true,
      onProgress: () => {},
      checkInterrupted: () => {},
      version: '0',
    })
    return { ...evaluation, ...opened }
  } finally {
    await opened.source.close()
  }
}

function expected(frames: readonly number[]): number[][] {
  const confusion = [0, 1, 2].map(() => [0, 0, 0])
  for (const frame of frames) {
    const prediction = predicted(frame)
    labelled(frame).forEach((id, i) => {
      confusion[id]![prediction[i]!]!++
    })
  }
  return confusion
}

describe('a recording and a folder of labels', () => {
  const seconds = (frame: number) => stampOf(frame) / 1_000_000_000n
  const rest = (frame: number) => stampOf(frame) % 1_000_000_000n
  test.each<[string, (frame: number) => string]>([
    ['19 digits', name],
    [
      'seconds and nanoseconds',
      frame => `${seconds(frame)}-${String(rest(frame)).padStart(9, '0')}_labelids.png`,
    ],
    [
      'seconds and milliseconds',
      frame => `frame00000${frame}-${seconds(frame)}_${rest(frame) / 1_000_000n}.png`,
    ],
    ['13 digits', frame => `seq/${stampOf(frame) / 1_000_000n}_fillcolor.png`],
    ['CVAT', frame => `SegmentationClass/${name(frame)}`],
    ['Label Studio', frame => `61148fa2-${name(frame)}`],
    ['Roboflow', frame => `${name(frame).slice(0, -4)}_png.rf.0123456789abcdef_mask.png`],
    ['SuperAnnotate', frame => `${name(frame).slice(0, -4)}.jpg___fuse.png`],
  ])('are matched by the stamps in names: %s', async (form, nameOf) => {
    const folder = writeFolder(at(`by/${form}`), labelFiles(ANNOTATED, nameOf))
    const { summary, frames, notes, source } = await score('drive.mcap', folder)
    expect(summary.confusion).toEqual(expected(ANNOTATED))
    expect(summary.pairing).toEqual({
      matched: 3,
      labels: 3,
      prediction_unmatched: FRAMES - 3,
      label_unmatched: 0,
      rejected: 0,
      unannotated: 0,
      truncated: false,
      problems: [],
    })
    // A frame's stamp is the message's, whatever its name cut off.
    expect(ANNOTATED.map((_, i) => frames.labelStamps.nanoseconds(i))).toEqual(ANNOTATED.map(stampOf))
    expect(summary.source).toMatchObject({
      recording: at('drive.mcap'),
      prediction_topic: '/segmentation',
      label_topic: folder,
    })
    expect(notes[0]).toBe(
      `3 labels of ${folder} matched to messages on /segmentation by the stamps in their names; 9 messages without label, 0 labels without message`,
    )
    expect(source.fileOf!('label', stampOf(3))).toBe(nameOf(3))
    expect(source.fileOf!('prediction', stampOf(3))).toBeUndefined()
    expect(summary.worst_frames[0]!.label_file).toMatch(/\.png$/)
  })

  test('are matched by frames.csv', async () => {
    const rows = ANNOTATED.map(frame => `img_${frame}.png,/camera/image,${stampOf(frame)},12,5`)
    const files = labelFiles(ANNOTATED, frame => `masks/img_${frame}.png`)
    const list = ['file,topic,stamp_ns,width,height', ...rows, ''].join('\n')
    const inside = writeFolder(at('csv/inside'), { ...files, 'frames.csv': list })
    const { summary, notes } = await score('drive.mcap', inside)
    expect(summary.confusion).toEqual(expected(ANNOTATED))
    expect(notes[0]).toContain(`by the stamps in ${inside}/frames.csv;`)
    const beside = writeFolder(at('csv/beside'), { ...files, '../frames.csv': list })
    expect((await score('drive.mcap', beside)).summary.pairing.matched).toBe(3)
    const bad = writeFolder(at('csv/bad'), {
      ...files,
      'frames.csv': list.replace(String(stampOf(3)), 'noon'),
    })
    await expect(score('drive.mcap', bad)).rejects.toThrow(/bad\/frames.csv: line 3: "noon" is no stamp/)
  })

  test('are matched by place only when asked', async () => {
    const all = Array.from({ length: FRAMES }, (_, i) => i)
    const inOrder = writeFolder(
      at('index/all'),
      labelFiles(all, frame => `left${frame + 1}.png`),
    )
    await expect(score('drive.mcap', inOrder)).rejects.toThrow(
      /no stamp in the names of its files \(left1.png, .*--labels-by index takes them in order/,
    )
    const { summary } = await score('drive.mcap', inOrder, { by: 'index' })
    expect(summary.confusion).toEqual(expected(all))
    const some = writeFolder(
      at('index/some'),
      labelFiles([...ANNOTATED, FRAMES], frame => `frame_${String(frame).padStart(6, '0')}.png`),
    )
    const byNumber = await score('drive.mcap', some, { by: 'index' })
    expect(byNumber.summary.confusion).toEqual(expected(ANNOTATED))
    expect(byNumber.summary.pairing).toMatchObject({ matched: 3, label_unmatched: 1 })
    expect(byNumber.notes[0]).toContain('by their places among the messages, counted from 0;')
    const list = ANNOTATED.map(frame => `x.png,${stampOf(frame)}`)
    const listed = writeFolder(at('index/listed'), {
      ...Object.fromEntries(ANNOTATED.map((frame, i) => [`frame_00000${i}.png`, idMask(labelled(frame))])),
      'frames.csv': ['file,stamp_ns', ...list].join('\n'),
    })
    expect((await score('drive.mcap', listed, { by: 'index' })).summary.confusion).toEqual(
      expected(ANNOTATED),
    )
    const unclear = writeFolder(at('index/unclear'), {
      'a1.png': idMask(labelled(0)),
      'b1.png': idMask(labelled(0)),
    })
    await expect(score('drive.mcap', unclear, { by: 'index' })).rejects.toThrow(/2 files for 12 frames/)
  })

  test('name the camera whose stamps the names have', async () => {
    const folder = writeFolder(at('camera'), labelFiles(ANNOTATED))
    await expect(score('late.mcap', folder)).rejects.toThrow(
      /no message on \/segmentation has the stamp of a file[\s\S]*the nearest is 0.03125 s away[\s\S]*3 of 3 stamps are those of \/camera\/image; the nearest messages on \/segmentation are up to 0.031 s from these: try --set sync.tolerance=0.04/,
    )
    const { summary } = await score('late.mcap', folder, {}, { 'sync.tolerance': 0.04 })
    expect(summary.confusion).toEqual(expected(ANNOTATED))
  })

  test('count what has no partner, and with --strict refuse it', async () => {
    const folder = writeFolder(at('left'), {
      ...labelFiles([2]),
      ...labelFiles([400]),
      'notes.png': idMask(labelled(2)),
    })
    const { summary, notes } = await score('drive.mcap', folder)
    expect(summary.pairing).toMatchObject({ matched: 1, label_unmatched: 2, prediction_unmatched: 11 })
    expect(notes[1]).toBe(`  without message: notes.png, ${name(400)}`)
    await expect(score('drive.mcap', folder, { isStrict: true })).rejects.toThrow(
      '--strict: 2 labels without message, 11 messages on /segmentation without label',
    )
    const twice = writeFolder(at('twice'), {
      [`a_${stampOf(2)}.png`]: idMask(labelled(2)),
      [`b_${stampOf(2)}.png`]: idMask(labelled(2)),
    })
    await expect(score('drive.mcap', twice)).rejects.toThrow(
      /ambiguous: a_\d+.png and b_\d+.png have one stamp/,
    )
  })

  test('keep to a part of the recording', async () => {
    const folder = writeFolder(at('part'), labelFiles([2, 3, 4]))
    const { summary } = await score('drive.mcap', folder, {}, {}, { start: 1.5, end: 2 })
    expect(summary.pairing).toMatchObject({ matched: 2, prediction_unmatched: 0 })
    expect(summary.confusion).toEqual(expected([3, 4]))
  })

  test('leave out what nobody annotated, and what cannot be read', async () => {
    const folder = writeFolder(at('gaps'), {
      ...labelFiles([2, 3]),
      [name(4)]: idMask(stripes(0, [0])),
      [name(5)]: 'text',
    })
    const { summary } = await score('drive.mcap', folder)
    expect(summary.pairing).toMatchObject({ matched: 2, unannotated: 1, rejected: 1, truncated: false })
    expect(summary.pairing.problems.join('\n')).toContain(`${folder}/${name(5)}: expected a PNG file`)
    const kept = await score('drive.mcap', folder, { keepUnannotated: true })
    expect(kept.summary.pairing).toMatchObject({ matched: 3, unannotated: 0 })
    const zeros = writeFolder(at('zeros'), { [name(4)]: idMask(stripes(0, [0])) })
    expect((await score('drive.mcap', zeros)).summary.pairing).toMatchObject({ matched: 1, unannotated: 0 })
  })

  test('of a recording that was cut short', async () => {
    const whole = readFileSync(at('drive.mcap'))
    writeFileSync(at('cut.mcap'), whole.subarray(0, whole.length >> 1))
    const folder = writeFolder(at('cut'), labelFiles([2, 3]))
    const { summary } = await score('cut.mcap', folder)
    expect(summary.pairing).toMatchObject({ matched: 2, truncated: true })
  })

  test('the other way round: predictions from a folder', async () => {
    const files = Object.fromEntries(ANNOTATED.map(frame => [name(frame), idMask(predicted(frame))]))
    const folder = writeFolder(at('predictions'), files)
    const { summary, source } = await score('labels.mcap', folder, { mask: 'prediction' })
    expect(summary.confusion).toEqual(expected(ANNOTATED))
    expect(summary.pairing).toMatchObject({
      matched: 3,
      prediction_unmatched: 0,
      label_unmatched: FRAMES - 3,
    })
    expect(summary.source).toMatchObject({ prediction_topic: folder, label_topic: '/ground_truth' })
    expect(source.fileOf!('prediction', stampOf(2))).toBe(name(2))
  })
})
