import { describe, expect, it } from 'vitest'
import { serializeImage } from '../../src/image/serialize.ts'
import { doubtsOf } from '../../src/monitor/doubts.ts'
import type { Monitor } from '../../src/monitor/monitor.ts'
import { readLabelInfo, readSemanticLabels } from '../../src/monitor/published-names.ts'
import type { RawValue } from '../../src/parameters/parameters.ts'
import { labelInfo, semanticLabels, stringMessage } from '../support/names-messages.ts'
import { monitorOf } from './counts.ts'

const NAMES = { 'classes.names': ['sky', 'grass', 'tree'] }

/** A mask of one row whose first pixels are these ids, in 32SC1. */
const mask = (sec: number, ids: readonly number[]) =>
  serializeImage({
    ...{ sec, nanosec: 0, encoding: '32SC1', width: ids.length, height: 1 },
    data: new Uint8Array(Int32Array.from(ids).buffer),
  })

/** A monitor of labels with names, and predictions that are class ids. */
function rig(values: Record<string, RawValue> = {}, from: 'label_info' | 'semantic_labels' = 'label_info') {
  const monitor = monitorOf({ ...NAMES, 'label.names_from': from, ...values })
  const scored: [stamp: number, accuracy: number, ignored: number][] = []
  monitor.onFrame = frame => scored.push([frame.label.sec, frame.accuracy, frame.pixelsIgnored])
  return {
    monitor,
    scored,
    /** A pair of this stamp: labels of ids, predictions of classes. */
    pair(sec: number, labels: readonly number[], classes: readonly number[], now = sec) {
      monitor.offerPrediction(mask(sec, classes), now, now)
      monitor.offerLabel(mask(sec, labels), now, now)
    },
    info(
      sec: number,
      names: readonly (readonly [number, string])[],
      which: 'label' | 'prediction' = 'label',
    ) {
      monitor.receiveNames(which, labelInfo(names, { sec }))
    },
  }
}

const doubt = (monitor: Monitor, wanted: string) => doubtsOf(monitor).filter(({ kind }) => kind === wanted)

describe('messages of names', () => {
  it('are read from LabelInfo', () => {
    const names: [number, string][] = [
      [0, 'sky'],
      [65535, ' grass '],
      [7, ''],
      [8, 'käfer'],
    ]
    const read = readLabelInfo(labelInfo(names, { sec: -5, nanosec: 999_999_999, frameId: 'camera' }))
    expect(read.stamp).toEqual({ sec: -5, nanosec: 999_999_999 })
    expect([...read.names]).toEqual([
      [0, 'sky'],
      [65535, 'grass'],
      [8, 'käfer'],
    ])
    expect(readLabelInfo(labelInfo([])).names.size).toBe(0)
  })

  it('are read from the JSON of Isaac Sim, with a stamp or without', () => {
    const read = readSemanticLabels(semanticLabels({ 2: 'grass', '-2147483648': 'tree' }, 7, 5))
    expect(read.stamp).toEqual({ sec: 7, nanosec: 5 })
    expect([...read.names]).toEqual([
      [2, 'grass'],
      [-2147483648, 'tree'],
    ])
    expect(readSemanticLabels(stringMessage('{"1": "sky"}'))).toEqual({
      stamp: undefined,
      names: new Map([[1, 'sky']]),
    })
  })

  const many = (count: number) => Array.from({ length: count }, (_, id) => [id, 'x'] as [number, string])

  it('have bounds', () => {
    expect(readLabelInfo(labelInfo(many(4096))).names.size).toBe(4096)
    expect(() => readLabelInfo(labelInfo(many(4097)))).toThrow('expected at most 4096 names, got 4097')
    const object = (count: number) => Object.fromEntries(many(count).map(([id]) => [id, 'x']))
    expect(readSemanticLabels(semanticLabels(object(4096), 1)).names.size).toBe(4096)
    expect(() => readSemanticLabels(semanticLabels(object(4097), 1))).toThrow('at most 4096 names')
    expect(readLabelInfo(labelInfo([[1, 'x'.repeat(256)]])).names.size).toBe(1)
    expect(() => readLabelInfo(labelInfo([[1, 'x'.repeat(257)]]))).toThrow('at most 256 characters, got 257')
    expect(() => readSemanticLabels(stringMessage(' '.repeat(2 ** 20)))).toThrow(
      'expected at most 1048576 bytes',
    )
  })

  it.each<[string, Uint8Array, string]>([
    [
      'one id with two names',
      labelInfo([
        [3, 'a'],
        [3, 'b'],
      ]),
      'id 3 is both "a" and "b"',
    ],
    ['a cut message', labelInfo([[3, 'a']]).subarray(0, 30), 'truncated: expected at least 32 bytes, got 30'],
    ['no threshold', labelInfo([[3, 'abc']]).subarray(0, -4), 'truncated'],
    ['no stamp', labelInfo([], { nanosec: 1e9 }), 'at most 999999999 nanoseconds'],
  ])('of LabelInfo with %s are refused', (_, message, text) => {
    expect(() => readLabelInfo(message)).toThrow(text)
  })

  it('of one id with one name twice are read', () => {
    expect(
      readLabelInfo(
        labelInfo([
          [3, 'a'],
          [3, 'a'],
        ]),
      ).names.size,
    ).toBe(1)
  })

  it.each([
    ['no JSON', 'expected JSON, got "no JSON"'],
    ['[]', 'expected a JSON object, got []'],
    ['null', 'expected a JSON object'],
    ['{"a": {"class": "x"}}', 'expected ids and time_stamp, got the key "a"'],
    ['{"2147483648": {"class": "x"}}', 'got the key "2147483648"'],
    ['{"1.5": "x"}', 'got the key "1.5"'],
    ['{"__proto__": "x"}', 'got the key "__proto__"'],
    ['{"1": {"klass": "x"}}', '"1": expected { "class": NAME }, got {"klass":"x"}'],
    ['{"1": 5}', '"1": expected { "class": NAME }, got 5'],
    ['{"time_stamp": 5}', 'time_stamp: expected { "sec": S, "nanosec": N }, got 5'],
    ['{"time_stamp": {"sec": 1}}', 'time_stamp: expected'],
    ['{"time_stamp": {"sec": 1.5, "nanosec": 0}}', 'time_stamp: expected'],
    ['{"time_stamp": {"sec": 1, "nanosec": -1}}', 'time_stamp: expected'],
    ['{"time_stamp": {"sec": 1, "nanosec": 1000000000}}', 'at most 999999999 nanoseconds'],
  ])('of JSON %s are refused', (text, reason) => {
    expect(() => readSemanticLabels(stringMessage(text))).toThrow(reason)
  })
})

describe('names of ids', () => {
  it('are those of the classes, whatever the id; what is no class is ignored in a label, and told', () => {
    const { monitor, scored, info, pair } = rig()
    info(0, [
      [300, 'grass'],
      [2, 'tree'],
      [70, 'grass'],
      [9, 'rover'],
    ])
    pair(1, [300, 2, 70, 9, -4, 255], [1, 2, 0, 1, 1, 1])
    expect(scored).toEqual([[1, 2 / 3, 3]])
    expect(monitor.labelInput.describeUnmapped()).toMatch(
      /^2 pixels .*: (9 \(1\), -4 \(1\)|-4 \(1\), 9 \(1\))$/,
    )
    const [told] = doubt(monitor, 'unknown names')
    expect(told).toMatchObject({ mask: 'label', isHint: true })
    expect(told!.text).toBe(
      'published names that are no class: rover; name them in classes.names or on the left of label.map if they are to be scored',
    )
  })

  it('are wrong predictions where they are no class', () => {
    const monitor = monitorOf({ ...NAMES, 'prediction.names_from': 'label_info' })
    monitor.receiveNames(
      'prediction',
      labelInfo([
        [5, 'grass'],
        [6, 'rover'],
      ]),
    )
    monitor.offerPrediction(mask(1, [5, 6]), 1, 1)
    monitor.offerLabel(mask(1, [1, 1]), 1, 1)
    expect(monitor.frame.accuracy).toBe(0.5)
    expect(monitor.frame.pixelsUnknownPrediction).toBe(1)
  })

  it('may differ from the class in case alone, unless two classes do', () => {
    const { scored, info, pair } = rig({ 'classes.names': ['Sky', 'grass', 'Grass'] })
    info(0, [
      [5, 'SKY'],
      [6, 'grass'],
      [7, 'Grass'],
      [8, 'GRASS'],
    ])
    pair(1, [5, 6, 7, 8], [0, 1, 2, 1])
    expect(scored).toEqual([[1, 1, 1]])
  })

  it('stand on the left of the map, which wins', () => {
    const { monitor, scored, info, pair } = rig({
      'label.map': ['meadow:grass', 'car: fast:ignore', '4:tree', 'tree:sky', 'absent:grass'],
    })
    info(0, [
      [3, 'meadow'],
      [4, 'grass'],
      [5, 'car: fast'],
      [6, 'tree'],
      [7, 'sky'],
    ])
    pair(1, [3, 4, 5, 6, 7], [1, 2, 1, 0, 0])
    expect(scored).toEqual([[1, 1, 1]])
    expect(doubt(monitor, 'unknown names')).toEqual([])
    expect(monitor.names('label')!.takeNews()).toBe('3 meadow, 4 grass, 5 car: fast, 6 tree, 7 sky')
    expect(monitor.names('label')!.takeNews()).toBe('')
  })

  it('change with the mask of their stamp, whichever comes first', () => {
    const { scored, info, pair } = rig()
    info(0, [[5, 'grass']])
    pair(1, [5], [1])
    info(3, [[5, 'tree']])
    pair(2, [5], [1])
    pair(3, [5], [2])
    pair(4, [5], [2])
    info(3, [[5, 'sky']])
    pair(5, [5], [0])
    expect(scored.map(([, accuracy]) => accuracy)).toEqual([1, 1, 1, 1, 1])
  })

  it('older than all names are the oldest', () => {
    const { scored, info, pair } = rig()
    info(1000, [[5, 'grass']])
    pair(1, [5], [1])
    info(2000, [[5, 'tree']])
    pair(2, [5], [1])
    pair(1999, [5], [1])
    pair(2000, [5], [2])
    expect(scored.map(([, accuracy]) => accuracy)).toEqual([1, 1, 1, 1])
  })

  it('without a stamp hold from the last mask on', () => {
    const { monitor, scored, pair } = rig({}, 'semantic_labels')
    monitor.receiveNames('label', stringMessage('{"5": {"class": "grass"}}'))
    pair(7, [5], [1])
    monitor.receiveNames('label', stringMessage('{"5": {"class": "tree"}}'))
    pair(8, [5], [2])
    expect(scored.map(([, accuracy]) => accuracy)).toEqual([1, 1])
  })

  it('that come with each mask are waited for, and no longer once one has none', () => {
    const { monitor, scored, pair } = rig({ 'sync.max_wait': 1 }, 'semantic_labels')
    const names = (sec: number, name: string) =>
      monitor.receiveNames('label', semanticLabels({ 5: name }, sec))
    names(1, 'grass')
    pair(1, [5], [1])
    pair(2, [5], [1])
    expect(scored).toHaveLength(1)
    names(2, 'grass')
    expect(scored).toHaveLength(2)
    pair(3, [5], [2])
    expect(scored).toHaveLength(2)
    names(3, 'tree')
    expect(scored.at(-1)).toEqual([3, 1, 0])
    pair(4, [5], [2])
    monitor.tick(4.5)
    expect(scored).toHaveLength(3)
    monitor.tick(4.501)
    expect(scored.at(-1)).toEqual([4, 1, 0])
    pair(5, [5], [2])
    expect(scored).toHaveLength(5)
  })

  it('of LabelInfo are waited for once two in a row came with masks', () => {
    const { scored, info, pair } = rig()
    info(1, [[5, 'grass']])
    pair(1, [5], [1])
    pair(2, [5], [1])
    expect(scored).toHaveLength(2)
    info(2, [[5, 'grass']])
    pair(3, [5], [2])
    expect(scored).toHaveLength(2)
    info(3, [[5, 'tree']])
    expect(scored.map(([, accuracy]) => accuracy)).toEqual([1, 1, 1])
  })

  it('of LabelInfo are not waited for where one in between came with no mask', () => {
    const { scored, info, pair } = rig()
    info(1, [[5, 'grass']])
    pair(1, [5], [1])
    info(2, [[5, 'tree']])
    info(3, [[5, 'grass']])
    pair(3, [5], [1])
    pair(4, [5], [1])
    expect(scored.map(([, accuracy]) => accuracy)).toEqual([1, 1, 1])
  })

  it('are not waited for when the clock is set back', () => {
    const { monitor, pair } = rig({ 'sync.max_wait': 2 })
    pair(1, [5], [1], 100)
    monitor.tick(99)
    expect(monitor.labelInput.rejected).toBe(0)
    monitor.tick(98.9)
    expect(monitor.labelInput.rejected).toBe(1)
  })

  it('sent once are not waited for', () => {
    const { scored, info, pair } = rig()
    pair(1, [5], [1])
    info(1, [[5, 'grass']])
    for (const sec of [2, 3, 4]) pair(sec, [5], [1])
    expect(scored).toHaveLength(4)
  })

  it('are waited for in order until the time is over, or at the end, and then the masks are refused', () => {
    const { monitor, scored, info, pair } = rig({ 'sync.max_wait': 2 })
    pair(1, [5], [1])
    pair(2, [5], [1])
    expect(monitor.frame.frameCount).toBe(0)
    expect([...monitor.waitingMessages()]).toHaveLength(4)
    monitor.tick(2)
    expect(monitor.labelInput.rejected).toBe(0)
    monitor.tick(2.001)
    expect(monitor.labelInput.rejected).toBe(1)
    expect(monitor.labelInput.lastError).toBe('label: no names have come (label.names_from: label_info)')
    expect(monitor.predictionInput.rejected).toBe(0)
    info(0, [[5, 'grass']])
    expect(scored).toEqual([[2, 1, 0]])
    const late = rig()
    late.pair(1, [5], [1])
    late.monitor.flush()
    expect(late.monitor.labelInput.rejected).toBe(1)
    expect(() => late.monitor.scorePair(mask(1, [1]), mask(1, [5]))).not.toThrow()
    expect(late.monitor.labelInput.rejected).toBe(2)
  })

  it('are waited for by no more masks, and no more bytes, than may wait for a counterpart', () => {
    const waiting = (values: Record<string, RawValue>) => {
      const { monitor } = rig({ 'sync.max_wait': 60, ...values })
      for (let sec = 1; sec <= 9; sec++) monitor.offerLabel(mask(sec, [5]), 1, 1)
      return [...monitor.waitingMessages()].length - monitor.pairing.labels.waiting.length
    }
    expect(waiting({ 'sync.queue_size': 4n })).toBe(4)
    const size = mask(1, [5]).length
    expect(waiting({ 'sync.queue_bytes': BigInt(3 * size) })).toBe(3)
    expect(waiting({ 'sync.queue_bytes': 1n })).toBe(1)
  })

  it('that cannot be used are counted and told, and the others hold on', () => {
    const { monitor, scored, info, pair } = rig()
    info(0, [[5, 'grass']])
    monitor.receiveNames('label', Uint8Array.of(1, 2, 3))
    monitor.receiveNames(
      'label',
      labelInfo([
        [5, 'a'],
        [5, 'b'],
      ]),
    )
    pair(1, [5], [1])
    expect(scored).toEqual([[1, 1, 0]])
    expect(doubt(monitor, 'names')).toMatchObject([
      {
        mask: 'label',
        isHint: false,
        text: '2 messages of names were not used, the last for: id 5 is both "a" and "b"',
      },
    ])
    const conflict = rig({ 'label.map': ['5:sky', 'meadow:grass'] })
    conflict.info(0, [[5, 'meadow']])
    expect(doubt(conflict.monitor, 'names')[0]!.text).toContain(
      'value 5 is both sky ("5:sky") and grass ("meadow:grass")',
    )
    conflict.info(1, [[6, 'meadow']])
    conflict.pair(1, [6, 5], [1, 0])
    expect(conflict.scored).toEqual([[1, 1, 0]])
  })

  it('are read anew when the map changes, and let go what waits when they are no longer asked for', () => {
    const { monitor, scored, info, pair } = rig()
    info(0, [
      [5, 'grass'],
      [6, 'rover'],
    ])
    monitor.configure({ ...monitor.parameters, 'label.map': ['rover:tree'] })
    pair(1, [5, 6], [1, 2])
    expect(scored).toEqual([[1, 1, 0]])
    const waiting = rig()
    waiting.pair(1, [1], [1])
    waiting.monitor.configure({ ...waiting.monitor.parameters, 'label.names_from': 'none' })
    waiting.pair(2, [1], [1])
    expect(waiting.scored.map(([stamp]) => stamp)).toEqual([1, 2])
    expect(waiting.monitor.names('label')).toBeUndefined()
    waiting.monitor.receiveNames('label', labelInfo([]))
  })

  it('are kept within bounds however often they change', () => {
    const { monitor, scored, pair } = rig()
    for (let sec = 1; sec <= 1500; sec++) {
      monitor.receiveNames(
        'label',
        labelInfo(
          [
            [5, sec % 2 ? 'grass' : 'tree'],
            [6, `name ${sec}`],
          ],
          { sec },
        ),
      )
    }
    pair(1500, [5], [2])
    pair(1499, [5], [1])
    pair(500, [5], [2])
    pair(1, [5], [1])
    expect(scored.map(([, accuracy]) => accuracy)).toEqual([1, 1, 1, 1])
    expect(monitor.names('label')!.unknown.size).toBeLessThanOrEqual(1000)
  })

  it('of many classes are kept up to 100000 of all changes', () => {
    const { monitor, scored, pair } = rig()
    const others = Array.from({ length: 3999 }, (_, i) => [100 + i, `name ${i}`] as const)
    for (let sec = 1; sec <= 30; sec++) {
      const name = sec % 2 ? 'grass' : 'tree'
      monitor.receiveNames('label', labelInfo([[5, name], ...others], { sec }))
    }
    pair(1, [5], [2])
    expect(scored).toEqual([[1, 1, 0]])
  })

  it.each<[Record<string, RawValue>, string]>([
    [
      { 'classes.names': [] },
      'parameter label.names_from: names are matched to classes.names, which is empty',
    ],
    [{ 'label.ontology': 'rugd' }, 'parameter label.names_from: label.ontology says what ids mean already'],
    [
      { 'label.map': ['meadow'] },
      'parameter label.map: "meadow": expected an id, a colour or a published name',
    ],
    [{ 'label.map': ['meadow:lawn'] }, 'one of sky, grass, tree, ignore'],
    [{ 'label.map': ['3:lawn'] }, 'unknown class "lawn"'],
  ])('with %o stop the start', (values, text) => {
    expect(() => rig(values)).toThrow(text)
  })
})
