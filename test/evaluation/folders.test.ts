import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { brushResult } from '../support/brush-strokes.ts'
import { grayPng, writePng } from '../support/png-writer.ts'
import { colourMask, HEIGHT, idMask, scoreFolders, stripes, WIDTH, writeFolder } from './folders.ts'

let directory: string
const at = (name: string) => join(directory, name)
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'dice-folders-'))
})
afterAll(() => rmSync(directory, { recursive: true }))

const PIXELS = WIDTH * HEIGHT

describe('two folders', () => {
  test('are scored as a plain count of their pixels', async () => {
    const [predictions, labels]: Record<string, Buffer>[] = [{}, {}]
    const confusion = [0, 1, 2].map(() => [0, 0, 0])
    for (let frame = 0; frame < 5; frame++) {
      const [label, prediction] = [stripes(frame, [0, 1, 2, 2]), stripes(frame, [0, 2, 2, 1])]
      labels![`val/f${frame}_labelids.png`] = idMask(label)
      predictions![`f${frame}.png`] = idMask(prediction)
      label.forEach((id, i) => {
        confusion[id]![prediction[i]!]!++
      })
    }
    const result = await scoreFolders(writeFolder(at('a/p'), predictions!), writeFolder(at('a/l'), labels!))
    const { summary, source, frames, worst } = result
    expect(summary.confusion).toEqual(confusion)
    expect(summary.pairing).toEqual({
      matched: 5,
      labels: 5,
      prediction_unmatched: 0,
      label_unmatched: 0,
      rejected: 0,
      unannotated: 0,
      truncated: false,
      problems: [],
    })
    expect(summary.source).toMatchObject({
      recording: at('a/l'),
      prediction_topic: at('a/p'),
      label_topic: at('a/l'),
    })
    expect(frames.length).toBe(5)
    expect(worst.frames).toHaveLength(5)
    // Without stamps in the names a frame's is its place among the labels, in seconds.
    const [first] = summary.worst_frames
    const place = Number(first!.stamp_ns / 1_000_000_000n) - 1
    expect(first).toMatchObject({
      prediction_file: `f${place}.png`,
      label_file: `val/f${place}_labelids.png`,
    })
    expect(source.fileOf!('label', 3_000_000_000n)).toBe('val/f2_labelids.png')
    expect(result.notes).toEqual([
      '5 pairs by path and name, without _labelids of labels; 0 predictions without label, 0 labels without prediction',
      'label values in 5 of 5 masks: 2 49.3 %, 0 25.3 %, 1 25.3 %',
      '  0 is scored as a class; if it means unlabelled: --set classes.ignored_labels=[0,255]',
    ])
  })

  test('keep the stamps in their names, and count what has no partner', async () => {
    const mask = idMask(stripes(0, [0, 1]))
    const names = ['a_1657197601665184211', 'a_1657197601665184210', 'a_1657197601665184212']
    const files = Object.fromEntries(names.map(name => [`${name}.png`, mask]))
    const predictions = {
      'a_1657197601665184211.png': mask,
      'a_1657197601665184210.png': mask,
      'b.png': mask,
    }
    const { summary, frames } = await scoreFolders(
      writeFolder(at('b/p'), predictions),
      writeFolder(at('b/l'), files),
    )
    expect(summary.pairing).toMatchObject({ matched: 2, prediction_unmatched: 1, label_unmatched: 1 })
    expect([0, 1].map(i => frames.labelStamps.nanoseconds(i))).toEqual([
      1657197601665184210n,
      1657197601665184211n,
    ])
  })

  test('a label keeps its stamp whatever predictions there are', async () => {
    const mask = idMask(stripes(0, [0, 1]))
    const labels = writeFolder(at('c/l'), { '1.png': mask, '2.png': mask, '3.png': mask })
    const { frames } = await scoreFolders(writeFolder(at('c/p'), { '3.png': mask }), labels)
    expect(frames.labelStamps.nanoseconds(0)).toBe(3_000_000_000n)
  })

  test('in swapped roles are an error when names tell', async () => {
    const mask = idMask(stripes(0, [0, 1]))
    const truth = writeFolder(at('swap/ground_truth/val'), { '1.png': mask })
    const predictions = writeFolder(at('swap/pred/val'), { '1.png': mask })
    await expect(scoreFolders(truth, predictions)).rejects.toThrow(
      `the folders seem to be in each other's place, by ground_truth and pred: try --predictions ${predictions} --labels ${truth}`,
    )
    await expect(scoreFolders(predictions, truth)).resolves.toBeDefined()
    const [labels, preds] = ['labels', 'predictions'].map(name =>
      writeFolder(at(`swap/${name}`), { '1.png': mask }),
    )
    await expect(scoreFolders(labels!, preds!)).rejects.toThrow('by labels and predictions')
    const [masks, voc] = ['masks', 'SegmentationClass'].map(name =>
      writeFolder(at(`swap/${name}`), { '1.png': mask }),
    )
    await expect(scoreFolders(masks!, voc!)).resolves.toBeDefined()
    const ids = writeFolder(at('swap/x'), { '1_labelids.png': mask })
    const plain = writeFolder(at('swap/y'), { '1.png': mask })
    await expect(scoreFolders(ids, plain)).rejects.toThrow('by the names of their files')
    await expect(scoreFolders(plain, ids)).resolves.toBeDefined()
    await expect(scoreFolders(ids, ids)).rejects.toThrow('both the predictions and the labels')
    await expect(scoreFolders(at('swap/none'), ids)).rejects.toThrow(
      `${at('swap/none')}: cannot read this folder: there is nothing`,
    )
  })
})

describe('frames painted in Label Studio', () => {
  const frame = (seed: number) => stripes(seed, [1, 2, 0, 2])
  const exported = (frames: number) =>
    JSON.stringify(
      Array.from({ length: frames }, (_, i) => ({
        id: i,
        data: { image: `/data/upload/1/61148fa2-f${i}.png` },
        annotations: [
          {
            was_cancelled: false,
            result: ['grass', 'tree'].map((name, k) =>
              brushResult(
                name,
                frame(i).map(id => id === k + 1),
                WIDTH,
              ),
            ),
          },
        ],
      })),
    )

  test('are scored as masks are, and where nobody painted is left out', async () => {
    const labels = writeFolder(at('brush/l'), {
      'project-1-at-2026-01-01.json': exported(2),
      'task-0-annotation-1-by-1-tag-grass-0.png': 'one stroke',
    })
    const predictions = writeFolder(at('brush/p'), {
      'f0.png': idMask(frame(0)),
      'f1.png': idMask(frame(1).map(id => (id === 1 ? 2 : id))),
    })
    const { summary, notes } = await scoreFolders(predictions, labels)
    expect(summary.pairing.problems.join('\n')).not.toMatch(/brush.l: .*does not name/)
    const count = (id: number, seed: number) => frame(seed).filter(value => value === id).length
    expect(summary.confusion).toEqual([
      [count(1, 0), count(1, 1)],
      [0, count(2, 0) + count(2, 1)],
    ])
    expect(summary.pixels.ignored).toBe(count(0, 0) + count(0, 1))
    expect(summary.classes.map(({ name }) => name)).toEqual(['grass', 'tree'])
    expect(notes.join('\n')).toContain(
      '(Label Studio), for labels (label.map) and predictions (prediction.map): 1:grass, 2:tree',
    )
  })

  test('have the ids of a map that was given', async () => {
    const labels = writeFolder(at('brush2/l'), { 'export.json': exported(1) })
    const predictions = writeFolder(at('brush2/p'), { 'f0.png': idMask(frame(0)) })
    const { summary } = await scoreFolders(predictions, labels, {
      'label.map': ['1:tree', '2:grass', '0:ignore'],
      'prediction.map': ['1:grass', '2:tree'],
    })
    const right = [0, 1].map(i => summary.confusion[i]![i])
    expect(right).toEqual([0, 0])
  })
})

describe('bad files', () => {
  test('are named, counted, and do not end the run', async () => {
    const mask = idMask(stripes(0, [0, 1]))
    const good = ['1', '2']
    const bad: Record<string, [Uint8Array, RegExp]> = {
      truncated: [mask.subarray(0, mask.length - 20), /truncated\.png: PNG: truncated/],
      jpeg: [Buffer.from('ffd8ffe000104a464946', 'hex'), /jpeg\.png: a JPEG named \.png/],
      empty: [new Uint8Array(0), /empty\.png: an empty file/],
      text: [Buffer.from('hello, this is text'), /text\.png, \S*two\\u\{a\}lines\.png: expected a PNG file/],
      'two\nlines': [Buffer.from('text'), /expected a PNG file/],
      gif: [Buffer.from('GIF89a'), /gif\.png: a file of another kind named \.png \(GIF\): it is not read/],
      pointer: [
        Buffer.from('version https://git-lfs.github.com/spec/v1\noid sha256:00'),
        /pointer\.png: a pointer of Git LFS in place of the file/,
      ],
      animated: [
        writePng(
          { width: WIDTH, height: HEIGHT, bits: 8, colourType: 0, samples: stripes(0, [0, 1]) },
          { extra: [['acTL', new Uint8Array(8)]] },
        ),
        /animated\.png: PNG: animated/,
      ],
      deep: [
        writePng({ width: WIDTH, height: HEIGHT, bits: 16, colourType: 0, samples: stripes(0, [0, 1]) }),
        /deep\.png: a PNG of 16 bits, expected 8/,
      ],
      large: [
        grayPng(3, 2, [0, 1, 0, 1, 0, 1]),
        /large\.png and large\.png: size: prediction 12x5, label 3x2/,
      ],
    }
    const names = [...good, ...Object.keys(bad), 'loop']
    const predictions = writeFolder(at('bad/p'), Object.fromEntries(names.map(name => [`${name}.png`, mask])))
    const labels = writeFolder(
      at('bad/l'),
      Object.fromEntries([
        ...good.map(name => [`${name}.png`, mask]),
        ...Object.entries(bad).map(([name, [content]]) => [`${name}.png`, content]),
      ]),
    )
    symlinkSync('.', join(labels, 'circle'))
    symlinkSync('loop.png', join(labels, 'loop.png'))
    mkdirSync(join(labels, 'deeper'))
    symlinkSync('..', join(labels, 'deeper', 'up'))
    writeFileSync(Buffer.concat([Buffer.from(`${labels}/n`), Buffer.from([0xff]), Buffer.from('.png')]), mask)
    execFileSync('mkfifo', [join(labels, 'pipe.png')])
    const { summary, warnings } = await scoreFolders(predictions, labels)
    expect(summary.pairing).toMatchObject({
      matched: 2,
      rejected: Object.keys(bad).length,
      prediction_unmatched: 1,
      truncated: false,
    })
    expect(summary.pixels.evaluated).toBe(2 * PIXELS)
    const problems = summary.pairing.problems.join('\n')
    for (const [, message] of Object.values(bad)) expect(problems).toMatch(message)
    const said = warnings.join('\n')
    expect(said).toContain('circle: passed over: a link into a folder that is read already')
    expect(said).toContain('up: passed over: a link into a folder that is read already')
    expect(said).toContain('loop.png: passed over: a link that leads nowhere: a circle of links')
    expect(said).toContain('n\\xff.png: passed over: its name is not UTF-8')
    expect(said).toContain('pipe.png: passed over: it is no file')
    expect(warnings).toHaveLength(5)
  })

  test('16 bits are ids where most have them', async () => {
    const deep = writePng({
      width: WIDTH,
      height: HEIGHT,
      bits: 16,
      colourType: 0,
      samples: stripes(0, [0, 1, 300]),
    })
    const predictions = writeFolder(at('deep/p'), { '1.png': idMask(stripes(0, [0, 1, 1])) })
    const { summary } = await scoreFolders(predictions, writeFolder(at('deep/l'), { '1.png': deep }))
    expect(summary.pairing.matched).toBe(1)
    expect(summary.pixels.ignored).toBe(PIXELS / 3)
  })

  test('when none can be read it says why', async () => {
    const predictions = writeFolder(at('none/p'), { '1.png': idMask(stripes(0, [0, 1])) })
    const labels = writeFolder(at('none/l'), { '1.png': 'text' })
    await expect(scoreFolders(predictions, labels)).rejects.toThrow(
      /no pair could be scored[\s\S]*1\.png: expected a PNG/,
    )
  })
})

describe('what nobody annotated', () => {
  const labels = {
    '1.png': idMask(stripes(0, [0, 1])),
    '2.png': idMask(stripes(0, [0])),
    '3.png': idMask(stripes(0, [1])),
  }
  const predictions = Object.fromEntries(Object.keys(labels).map(name => [name, idMask(stripes(0, [0, 1]))]))

  test('is left out, counted and named where others hold more', async () => {
    const [p, l] = [writeFolder(at('un/p'), predictions), writeFolder(at('un/l'), labels)]
    const { summary, notes } = await scoreFolders(p, l)
    expect(summary.pairing).toMatchObject({ matched: 2, unannotated: 1, rejected: 0, truncated: false })
    expect(summary.pairing.problems).toEqual([
      '1 labels hold nothing but background while others hold more, so nobody annotated them: left out (--keep-unannotated scores them): 2.png',
    ])
    expect(notes[1]).toBe('label values in 2 of 3 masks: 1 75.0 %, 0 25.0 %')
    const kept = await scoreFolders(p, l, {}, { keepUnannotated: true })
    expect(kept.summary.pairing).toMatchObject({ matched: 3, unannotated: 0, problems: [] })
    expect(kept.notes[1]).toBe('label values in 3 of 3 masks: 0 50.0 %, 1 50.0 %')
  })

  test('is black among colours too', async () => {
    const colours = {
      '1.png': colourMask(stripes(0, [0, 0xff0000])),
      '2.png': colourMask(stripes(0, [0]), 6),
    }
    const map = { 'label.map': ['#000000:ground', '#ff0000:rock'], 'classes.names': ['ground', 'rock'] }
    const { summary, notes } = await scoreFolders(
      writeFolder(at('black/p'), predictions),
      writeFolder(at('black/l'), colours),
      map,
    )
    expect(summary.pairing).toMatchObject({ matched: 1, unannotated: 1 })
    expect(notes).toContain('label values in 1 of 2 masks: #000000 50.0 %, #ff0000 50.0 %')
  })

  test('is an ordinary label where no mask holds more', async () => {
    const zero = idMask(stripes(0, [0]))
    const { summary, frames } = await scoreFolders(
      writeFolder(at('zero/p'), predictions),
      writeFolder(at('zero/l'), { '1.png': zero, '3.png': zero }),
    )
    expect(summary.pairing).toMatchObject({ matched: 2, unannotated: 0 })
    expect(summary.pairing.problems.join()).not.toContain('nobody annotated')
    expect([0, 1].map(i => frames.labelStamps.nanoseconds(i))).toEqual([1_000_000_000n, 2_000_000_000n])
  })
})
