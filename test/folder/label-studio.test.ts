import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest'
import { paintedIds } from '../../src/folder/brush.ts'
import { FolderError } from '../../src/folder/error.ts'
import { readLabelStudio } from '../../src/folder/label-studio.ts'
import { walk } from '../../src/folder/walk.ts'
import { brushResult, brushStroke } from '../support/brush-strokes.ts'

let directory: string
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'dice-label-studio-'))
})
afterAll(() => rmSync(directory, { recursive: true }))

const code = (painted: readonly boolean[], writer: 'sdk' | 'page' = 'sdk') =>
  Uint8Array.from(brushStroke(painted, writer))

describe('a brush stroke', () => {
  it('is what was painted, whoever wrote it', () => {
    const runs = fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1, maxLength: 9 })
    fc.assert(
      fc.property(runs, fc.constantFrom('sdk', 'page'), (lengths, writer) => {
        const painted = lengths.flatMap((length, i) => Array.from({ length }, () => i % 2 === 1))
        const ids = paintedIds({
          width: painted.length,
          height: 1,
          strokes: [{ id: 3, code: code(painted, writer) }],
        })
        expect([...ids]).toEqual(painted.map(is => (is ? 3 : 0)))
      }),
    )
  })

  it('of more pixels than a run is long', () => {
    const painted = Array.from({ length: 50_000 }, (_, i) => i > 7)
    const ids = paintedIds({ width: 250, height: 200, strokes: [{ id: 1, code: code(painted) }] })
    expect(ids.reduce((sum, id) => sum + id, 0)).toBe(50_000 - 8)
    expect([ids[7], ids[8], ids[49_999]]).toEqual([0, 1, 1])
  })

  it('covers those before it', () => {
    const strokes = [
      { id: 1, code: code([true, true, false]) },
      { id: 2, code: code([false, true, true]) },
    ]
    expect([...paintedIds({ width: 3, height: 1, strokes })]).toEqual([1, 2, 2])
  })

  it('of another size, cut short or longer than its picture is refused', () => {
    const read = (bytes: Uint8Array, width: number) =>
      paintedIds({ width, height: 1, strokes: [{ id: 1, code: bytes }] })
    const whole = code([true, false, true])
    expect(() => read(whole, 2)).toThrow('a brush stroke of 12 bytes, expected 2x1 pixels of 4')
    for (let length = 0; length < whole.length - 1; length++) {
      expect(() => read(whole.subarray(0, length), 3)).toThrow(FolderError)
    }
    expect(() => paintedIds({ width: 0, height: 3, strokes: [] })).toThrow('a picture of 0x3 pixels')
    expect(() => paintedIds({ width: Number.NaN, height: 3, strokes: [] })).toThrow('a picture of NaNx3')
    const run = [...brushStroke([true], 'sdk')]
    // A run of four words of one pixel: three more are beyond it.
    run[6] = run[6]! | 0b0000_1110
    expect(() => read(Uint8Array.from(run), 1)).toThrow(/longer than its picture|ends early/)
  })
})

describe('an export of Label Studio', () => {
  const write = (name: string, json: unknown) => {
    writeFileSync(join(directory, name), JSON.stringify(json))
    return join(directory, name)
  }
  const painted = [true, false]
  const task = (data: Record<string, unknown>, ...annotations: unknown[]) => ({ id: 1, data, annotations })
  const annotation = (...result: unknown[]) => ({ id: 7, was_cancelled: false, result })

  it.each([
    ['/data/upload/3/61148fa2-frame_1.jpg', '61148fa2-frame_1.jpg'],
    ['/data/local-files/?d=drive/frame_1.png', 'frame_1.png'],
    ['/data/local-files/?d=frame_1.png', 'frame_1.png'],
    ['s3://bucket/a/frame%201.JPEG', 'frame 1.JPEG'],
    ['https://host/frame_1.png?X-Signature=a/b=c', 'frame_1.png'],
    ['frame_100%.png', 'frame_100%.png'],
  ])('names the picture of %s', (address, name) => {
    const path = write('one.json', [
      task({ note: 'text', image: address }, annotation(brushResult('grass', painted, 2))),
    ])
    expect([...readLabelStudio(path)!.frames.keys()]).toEqual([name])
  })

  it('gives ids by the order of the names, and takes the last annotation that was not cancelled', () => {
    const path = write('two.json', [
      task(
        { image: 'a.png' },
        annotation(brushResult('tree', painted, 2)),
        annotation(brushResult('grass', painted, 2), brushResult('rock', [false, true], 2)),
        { was_cancelled: true, result: [brushResult('sky', painted, 2)] },
      ),
      task({ image: 'b.png' }, annotation()),
      task({ image: 'c.png' }),
      task({ text: 'no picture' }, annotation(brushResult('mud', painted, 2))),
      task(
        { image: 'd.png' },
        annotation({ type: 'choices', value: { choices: ['x'] } }, brushResult('rock', painted, 2)),
      ),
    ])
    const { classes, frames } = readLabelStudio(path)!
    expect(classes).toEqual(['grass', 'rock'])
    expect([...frames.keys()]).toEqual(['a.png', 'd.png'])
    expect([...paintedIds(frames.get('a.png')!)]).toEqual([1, 2])
    expect([...paintedIds(frames.get('d.png')!)]).toEqual([2, 0])
  })

  it('as JSON_MIN too', () => {
    const { value, ...rest } = brushResult('grass', painted, 2)
    const path = write('min.json', [{ image: '/data/upload/1/a.png', id: 1, tag: [{ ...value, ...rest }] }])
    expect([...readLabelStudio(path)!.frames.keys()]).toEqual(['a.png'])
  })

  it.each([
    ['nothing painted', [task({ image: 'a.png' }, annotation())]],
    ['no list', { rle: 1 }],
    ['another list', ['rle', 3, null]],
  ])('is none of %s', (_, json) => {
    expect(readLabelStudio(write('none.json', json))).toBeUndefined()
  })

  test('is taken where its PNG files, of which none names its picture, lie beside it, and no others', () => {
    const folder = mkdtempSync(join(directory, 'walk-'))
    writeFileSync(join(folder, 'broken.json'), '{"rle"')
    writeFileSync(
      join(folder, 'project-1.json'),
      JSON.stringify([task({ image: 'b.png' }, annotation(brushResult('x', painted, 2)))]),
    )
    writeFileSync(join(folder, 'task-1-annotation-7-by-1-tag-x-0.png'), '')
    expect(walk(folder).files).toEqual(['b.png'])
    writeFileSync(join(folder, 'mask.png'), '')
    expect(walk(folder).files).toEqual(['mask.png', 'task-1-annotation-7-by-1-tag-x-0.png'])
    expect(walk(folder).brushed).toBeUndefined()
  })
})
