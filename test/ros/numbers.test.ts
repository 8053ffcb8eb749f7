import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Graph, type Metrics } from './graph.ts'
import { HEIGHT, image, type Layout, PIXELS, randomIds, scores, WIDTH } from './images.ts'
import { isFastDds, Peer } from './peer.ts'

const peer = new Peer()
afterAll(() => peer.end())

const CLASSES = 4
const NAMES = 'classes.names:=[sky, grass, tree, rock]'

describe('numbers over DDS', () => {
  const graph = new Graph(peer)
  let stamp = 1000
  beforeAll(() => graph.start({ confusion: true, args: ['-p', NAMES] }))
  afterAll(() => graph.close())

  async function score(
    labels: number[],
    predictions: number[],
    label: Layout = {},
    prediction: Layout = {},
  ): Promise<Metrics> {
    stamp += 0.5
    const now = stamp
    await graph.publish('prediction', image(now, predictions, prediction))
    await graph.publish('label', image(now, labels, label))
    const isOurs = ({ header }: { header: Metrics['header'] }) =>
      header.stamp.sec + header.stamp.nanosec / 1e9 === now
    await graph.until(() => graph.metrics.some(isOurs) && graph.confusion.some(isOurs), 'the pair')
    return graph.metrics.find(isOurs)!
  }

  const labels = randomIds(1, 5).map(id => (id === 4 ? 255 : id))
  const predictions = randomIds(2, CLASSES)

  function expectScores(metrics: Metrics, expected: ReturnType<typeof scores>) {
    expect(metrics.class_id).toEqual([0, 1, 2, 3])
    expect(metrics.class_dice).toEqual(expected.dice)
    expect(metrics.class_iou).toEqual(expected.iou)
    expect(metrics.dice).toBeCloseTo(expected.meanDice, 14)
    expect(metrics.iou).toBeCloseTo(expected.meanIou, 14)
    expect(metrics.accuracy).toBe(expected.accuracy)
    expect(metrics.pixels_ignored).toBe(expected.ignoredPixels)
    expect(metrics.pixels_evaluated).toBe(PIXELS - expected.ignoredPixels)
    expect(graph.confusion.at(-1)!.counts).toEqual(expected.confusion)
    expect(graph.confusion.at(-1)!.unknown_prediction).toEqual(expected.unknown)
  }

  const layouts: Layout[] = ['mono8', '8UC1', 'mono16', '16UC1', '32SC1'].flatMap(encoding => [
    { encoding },
    { encoding, padding: 5 },
    { encoding, isBigEndian: true },
    { encoding, isBigEndian: true, padding: 12 },
  ])

  test.each(layouts)('label masks: $encoding padding $padding big-endian $isBigEndian', async layout => {
    expectScores(await score(labels, predictions, layout, layout), scores(labels, predictions, CLASSES))
  })

  test('encodings of prediction and label may differ', async () => {
    const metrics = await score(labels, predictions, { encoding: '16UC1' }, { encoding: '32SC1', padding: 4 })
    expectScores(metrics, scores(labels, predictions, CLASSES))
  })

  test('values that are no class: unknown in a prediction, ignored in a label', async () => {
    const strange = predictions.map((id, i) => (i % 9 === 0 ? 60_000 : i % 11 === 0 ? -1 : id))
    const metrics = await score(labels, strange, {}, { encoding: '32SC1' })
    const expected = scores(labels, strange, CLASSES)
    expectScores(metrics, expected)
    expect(metrics.pixels_unknown_prediction).toBe(expected.unknown.reduce((sum, n) => sum + n, 0))
    const unlabelled = labels.map((id, i) => (i % 7 === 0 ? 40_000 : id))
    expectScores(
      await score(unlabelled, predictions, { encoding: '16UC1' }),
      scores(unlabelled, predictions, CLASSES),
    )
  })

  test('the header is the label’s, whatever the length of its frame_id', async () => {
    for (const frameId of ['', 'a', 'base_link', 'front_left_camera_optical_frame']) {
      const metrics = await score(labels, predictions, { frameId })
      expect(metrics.header.frame_id).toBe(frameId)
      expect(metrics.prediction_stamp).toEqual(metrics.header.stamp)
      expect(graph.confusion.at(-1)!.header.frame_id).toBe(frameId)
      expectScores(metrics, scores(labels, predictions, CLASSES))
    }
  })

  test('a probability a class: arg max, and soft dice besides', async () => {
    const values = randomIds(3, 64, PIXELS * CLASSES).map(value => value / 64)
    const argMax = Array.from({ length: PIXELS }, (_, i) => {
      const pixel = values.slice(i * CLASSES, (i + 1) * CLASSES)
      return pixel.indexOf(Math.max(...pixel))
    })
    const expected = scores(labels, argMax, CLASSES)
    const soft = softDice(labels, (i, k) => values[i * CLASSES + k]!, CLASSES)
    for (const isBigEndian of [false, true]) {
      for (const padding of [0, 8]) {
        const metrics = await score(labels, values, {}, { encoding: '32FC4', isBigEndian, padding })
        expectScores(metrics, expected)
        expect(metrics.soft_dice).toBeCloseTo(soft, 7)
        expect(metrics.soft_dice_loss).toBeCloseTo(1 - soft, 7)
      }
    }
  })
})

test('a foreground probability: threshold 0.5 is inclusive and changes at run time', async () => {
  const graph = await new Graph(peer).start({ args: ['-p', 'classes.names:=[background, trail]'] })
  const values = randomIds(5, 17).map(value => value / 16)
  const labels = randomIds(6, 2)
  for (const threshold of [0.5, 0.25]) {
    const stamp = 10 + threshold
    if (threshold !== 0.5) {
      await graph.request('set', {
        node: '/dice_monitor',
        values: { 'prediction.threshold': ['DOUBLE', threshold] },
      })
    }
    await graph.publish('label', image(stamp, labels))
    await graph.publish('prediction', image(stamp, values, { encoding: '32FC1', padding: 4 }))
    const count = threshold === 0.5 ? 1 : 2
    await graph.until(() => graph.metrics.length === count, 'the pair')
    const hard = values.map(value => (value >= threshold ? 1 : 0))
    expect(graph.metrics.at(-1)!.class_dice).toEqual(scores(labels, hard, 2).dice)
    const soft = softDice(labels, (i, k) => (k === 1 ? values[i]! : 1 - values[i]!), 2)
    expect(graph.metrics.at(-1)!.soft_dice).toBeCloseTo(soft, 7)
  }
  await graph.close()
})

test('without names the classes are the ids seen so far', async () => {
  const graph = await new Graph(peer).start({ confusion: true })
  const first = new Array<number>(PIXELS).fill(3)
  await graph.publish('label', image(1, first))
  await graph.publish('prediction', image(1, first))
  await graph.until(() => graph.metrics.length === 1, 'the first pair')
  expect(graph.metrics[0]!.class_id).toEqual([3])
  const second = first.map((id, i) => (i % 2 === 0 ? id : 200))
  await graph.publish('label', image(2, second))
  await graph.publish('prediction', image(2, first))
  await graph.until(() => graph.metrics.length === 2 && graph.confusion.length === 2, 'the second pair')
  expect(graph.metrics[1]!.class_id).toEqual([3, 200])
  const threes = second.filter(id => id === 3).length
  expect(graph.confusion[1]!.counts).toEqual([threes, 0, PIXELS - threes, 0])
  expect(graph.metrics[1]!.class_dice).toEqual([(2 * threes) / (threes + PIXELS), 0])
  await graph.close()
})

test('1280x720: a large image arrives', async () => {
  const graph = await new Graph(peer).start({ args: ['-p', NAMES] })
  const layout = { width: 1280, height: 720 }
  const labels = randomIds(8, CLASSES, 1280 * 720)
  const predictions = randomIds(9, CLASSES, 1280 * 720)
  await graph.publish('label', image(1, labels, layout))
  await graph.publish('prediction', image(1, predictions, layout))
  await graph.until(() => graph.metrics.length === 1, 'the pair')
  expect(graph.metrics[0]!.class_dice).toEqual(scores(labels, predictions, CLASSES).dice)
  expect(graph.count('Label input', 'lost in transport')).toBe(0)
  await graph.close()
})

describe('1280x720 at 30 Hz, best effort', () => {
  const stream = { width: 1280, height: 720, hz: 30, count: 30 }
  const start = async (sender: Peer) => {
    const graph = new Graph(sender)
    await graph.start({ bestEffort: true, args: ['-p', NAMES, '-p', 'qos.depth:=100'] })
    await graph.until(() => graph.value('Label input', 'reliable') === '0', 'word of the subscription')
    await graph.connected()
    return graph
  }

  // Without the profile for large images 3 to 30 % arrive. All of it fits into the publishers' shared memory.
  test.runIf(isFastDds)('every pair is scored', async () => {
    const graph = await start(peer)
    await graph.request('stream', stream)
    await graph.until(() => graph.metrics.length === 30, 'all pairs')
    expect(graph.status('Prediction input')!.message).toBe('receiving')
    await graph.close()
  })

  test.runIf(isFastDds)('without the profile for large images the inputs say what is to be set', async () => {
    const plain = new Peer({
      FASTDDS_BUILTIN_TRANSPORTS: 'DEFAULT',
      FASTRTPS_DEFAULT_PROFILES_FILE: undefined,
      FASTDDS_DEFAULT_PROFILES_FILE: undefined,
    })
    const graph = await start(plain)
    const said = () => graph.status('Label input')!.message + graph.status('Prediction input')!.message
    let isOver = false
    const word = graph
      .until(() => said().includes('source config/large_images.sh'), 'word of the profile')
      .finally(() => {
        isOver = true
      })
    // It takes a message that does arrive.
    while (!isOver) await graph.request('stream', stream)
    await word
    expect(said()).toMatch(/messages of 0\.9 MB are larger than every publisher's shared memory \(0\.6 MB\)/)
    await graph.close()
    plain.end()
  })
})

function softDice(
  labels: number[],
  probability: (pixel: number, id: number) => number,
  classes: number,
): number {
  let sum = 0
  for (let k = 0; k < classes; k++) {
    let overlap = 0
    let p = 0
    let g = 0
    labels.forEach((label, i) => {
      if (label >= classes) return
      p += probability(i, k)
      if (label !== k) return
      overlap += probability(i, k)
      g++
    })
    sum += (2 * overlap) / (p + g)
  }
  return sum / classes
}

test('the image size of the tests leaves partial words in a row', () => {
  expect((WIDTH * HEIGHT) % 16).not.toBe(0)
  expect(WIDTH % 4).not.toBe(0)
})
