import { expect, test } from 'vitest'
import type { ImageDescription } from '../../src/evaluation/image-description.ts'
import { allPairs, type ImageTopic, plausiblePairs, weakWords } from '../../src/evaluation/pair.ts'
import { encodingNamed } from '../../src/image/encoding.ts'

const mono8 = { encoding: 'mono8', width: 640, height: 480 }
const topic = (
  name: string,
  image: Partial<ImageDescription> = {},
  type = 'sensor_msgs/msg/Image',
): ImageTopic => ({
  name,
  type,
  count: 10,
  image: { ...mono8, holds: encodingNamed(image.encoding ?? 'mono8')?.holds, ...image },
})
const camera = topic('/camera/image_raw', { encoding: 'rgb8' })
const found = (...topics: ImageTopic[]) =>
  plausiblePairs(topics, {}).pairs.map(pair => [pair.prediction, pair.label])

test.each([
  ['/segmentation', '/label'],
  ['/prediction', '/ground_truth'],
  ['/predicted_labels', '/labels'],
  ['/camera/semantic', '/camera/semantic_gt'],
  ['/pred_mask', '/mask'],
  ['/net/segmentation', '/sim/segmentation_ground_truth'],
  ['/perception/semanticSegmentation', '/annotations/frontCamera'],
  ['/seg', '/gt'],
])('%s is taken for the prediction of %s', (prediction, label) => {
  expect(found(topic(prediction), topic(label), camera)).toEqual([[prediction, label]])
  expect(found(camera, topic(label), topic(prediction))).toEqual([[prediction, label]])
})

test('of two masks, one with a telling name tells the role of the other', () => {
  expect(found(topic('/ground_truth'), topic('/network/out'))).toEqual([['/network/out', '/ground_truth']])
  expect(found(topic('/a'), topic('/b'))).toEqual([])
})

test('a probability map is no label', () => {
  expect(found(topic('/label', { encoding: '32FC1' }), topic('/prediction'))).toEqual([])
  expect(found(topic('/label'), topic('/prediction', { encoding: '32FC3' }))).toHaveLength(1)
})

test('masks of different size, and of colours, are a pair where there is no other', () => {
  const label = topic('/label')
  const small = topic('/prediction', { width: 320 })
  const coloured = topic('/segmentation', { encoding: 'bgr8' })
  expect(found(label, small)).toEqual([['/prediction', '/label']])
  expect(found(label, small, coloured)).toEqual([['/segmentation', '/label']])
  expect(found(label, small, coloured, topic('/net/output'))).toEqual([['/net/output', '/label']])
  expect(found(label, topic('/prediction', { height: 320 }), topic('/segmentation'))).toEqual([
    ['/segmentation', '/label'],
  ])
  expect(found(topic('/label', { height: 99, encoding: 'rgb8' }), coloured)).toEqual([
    ['/segmentation', '/label'],
  ])
})

test('colours are a mask only where the name says so, and not what is shown to people', () => {
  const label = topic('/label')
  for (const name of ['/camera/image_raw', '/label/overlay', '/segmentation/colored', '/pred_vis']) {
    expect(found(label, topic(name, { encoding: 'rgb8' })), name).toEqual([])
  }
  expect(found(label, topic('/prediction', { encoding: '32FC257' }))).toEqual([])
})

test('topics of one namespace belong together; two such pairs are ambiguous', () => {
  const front = [topic('/front/label'), topic('/front/prediction')]
  expect(found(...front, topic('/label'))).toEqual([['/front/prediction', '/front/label']])
  expect(found(...front, topic('/rear/label'), topic('/rear/prediction'))).toEqual([
    ['/front/prediction', '/front/label'],
    ['/rear/prediction', '/rear/label'],
  ])
})

test('an image also recorded compressed is taken raw', () => {
  const png = { encoding: 'png', holds: 'ids' } as const
  const compressed = topic('/label/compressed', png, 'sensor_msgs/msg/CompressedImage')
  expect(found(topic('/label'), compressed, topic('/prediction'))).toEqual([['/prediction', '/label']])
  expect(found(compressed, topic('/prediction'))).toEqual([['/prediction', '/label/compressed']])
})

test('the topic the user names is taken whatever it is called', () => {
  const topics = [topic('/a'), topic('/b'), topic('/prediction')]
  expect(plausiblePairs(topics, { label: '/a' })).toEqual({
    pairs: [{ prediction: '/prediction', label: '/a' }],
    count: 1,
  })
})

test('a topic without messages is no candidate', () => {
  expect(found({ ...topic('/label'), count: 0 }, topic('/prediction'))).toEqual([])
})

test('one weak word is named, and stronger ones are no doubt', () => {
  expect(weakWords({ prediction: '/segmentation', label: '/camera/ids' })).toEqual(['segmentation'])
  expect(weakWords({ prediction: '/net/output', label: '/ids' })).toEqual(['output'])
  expect(weakWords({ prediction: '/ids', label: '/camera/mask' })).toEqual(['mask'])
  expect(weakWords({ prediction: '/segmentation', label: '/mask' })).toBeUndefined()
  expect(weakWords({ prediction: '/ids', label: '/label' })).toBeUndefined()
  expect(weakWords({ prediction: '/prediction', label: '/ids' })).toBeUndefined()
  expect(weakWords({ prediction: '/segmentation', label: '/label' })).toBeUndefined()
})

test.each<[string[], [string, string][]]>([
  [
    ['/front/label', '/front/prediction', '/rear/label', '/rear/prediction'],
    [
      ['/front/prediction', '/front/label'],
      ['/rear/prediction', '/rear/label'],
    ],
  ],
  [
    ['/label_front', '/pred_front', '/label_rear', '/pred_rear'],
    [
      ['/pred_front', '/label_front'],
      ['/pred_rear', '/label_rear'],
    ],
  ],
  [
    ['/cam0/gt', '/cam0/seg', '/cam1/label', '/cam1/seg'],
    [
      ['/cam0/seg', '/cam0/gt'],
      ['/cam1/seg', '/cam1/label'],
    ],
  ],
  [
    ['/front/label', '/front/a/prediction', '/front/b/prediction'],
    [
      ['/front/a/prediction', '/front/label'],
      ['/front/b/prediction', '/front/label'],
    ],
  ],
  [['/front/label', '/front/prediction', '/rear/prediction'], [['/front/prediction', '/front/label']]],
  [['/front/label', '/front/prediction', '/rear/label'], [['/front/prediction', '/front/label']]],
  [
    ['/net/segmentation', '/sim/segmentation_ground_truth'],
    [['/net/segmentation', '/sim/segmentation_ground_truth']],
  ],
  [
    ['/prediction', '/a/label', '/b/label'],
    [
      ['/prediction', '/a/label'],
      ['/prediction', '/b/label'],
    ],
  ],
])('of several cameras %j', (names, expected) => {
  const { pairs, count } = allPairs([...names.map(name => topic(name)), camera], {})
  expect(count).toBe(expected.length)
  expect(pairs.map(pair => [pair.prediction, pair.label])).toEqual(expected)
})

test('of several cameras with a topic that is given', () => {
  const topics = ['/front/label', '/front/x', '/rear/label', '/rear/prediction'].map(name => topic(name))
  expect(allPairs(topics, { prediction: '/rear/prediction' }).pairs).toEqual([
    { prediction: '/rear/prediction', label: '/rear/label' },
  ])
})

test('thousands of topics take no minutes, and of as many pairs a thousand are kept and all counted', () => {
  const many = (name: string) => Array.from({ length: 2000 }, (_, i) => topic(`/${name}_${i}`))
  const topics = [...many('label'), ...many('prediction')]
  const start = performance.now()
  const { pairs, count } = plausiblePairs(topics, {})
  expect([pairs.length, count]).toEqual([1000, 4_000_000])
  // Four million pairs, each looked at from its names on, took a minute.
  expect(performance.now() - start).toBeLessThan(20_000)
})
