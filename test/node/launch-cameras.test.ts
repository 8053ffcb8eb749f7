import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const HERE = import.meta.dirname
const FILE = join(HERE, '../../launch/cameras.launch.py')

interface Started {
  arguments: string[]
  remappings: [string, string][]
  name: string | null
  refused: string
}

const start = (given: Record<string, string>) =>
  JSON.parse(
    execFileSync('python3', [join(HERE, 'launch_cameras.py'), FILE, JSON.stringify(given)], {
      encoding: 'utf8',
    }),
  ) as Started

const nodesOf = ({ arguments: all }: Started) => all.slice(0, all.indexOf('--ros-args'))

test('cameras.launch.py starts a node a camera in one process, each in the namespace of its camera', () => {
  const two = start({ cameras: 'front,rear' })
  expect(two.arguments).toEqual([
    ...['/front/dice_monitor', '/rear/dice_monitor'],
    ...['--ros-args', '--log-level', 'log_level'],
  ])
  // A name of its own would be that of both.
  expect(two.name).toBeNull()
  expect(two.remappings).toEqual([
    ['prediction', 'prediction'],
    ['label', 'label'],
  ])
  expect(nodesOf(start({ cameras: ' front , /arm/left/ ', namespace: 'robot' }))).toEqual([
    '/robot/front/dice_monitor',
    '/robot/arm/left/dice_monitor',
  ])
  expect(nodesOf(start({ cameras: 'front', namespace: '/' }))).toEqual(['/front/dice_monitor'])
})

test('topics are remapped for all, and before that for one', () => {
  const given = { cameras: 'front,arm/left', prediction_topic: 'segmentation', label_topic: '/label' }
  expect(
    start({ ...given, front_label_topic: '/truth', arm_left_prediction_topic: 'net/out' }),
  ).toMatchObject({
    remappings: [
      ['/arm/left/prediction', '/arm/left/net/out'],
      ['prediction', 'segmentation'],
      ['/front/label', '/truth'],
      ['label', '/label'],
    ],
  })
  expect(
    start({ cameras: 'front', namespace: 'robot', front_label_topic: 'mask' }).remappings,
  ).toContainEqual(['/robot/front/label', '/robot/front/mask'])
})

test('what is no list of cameras is refused', () => {
  for (const cameras of ['', 'front,', 'front;rear', '1st', 'a//b', 'a b', 'vorn,hinten,ü']) {
    expect(start({ cameras }).refused, cameras).toMatch(
      `cameras: expected names with commas between them, as in "front,rear", got "${cameras}"`,
    )
  }
  expect(start({ cameras: 'front,rear,/front' }).refused).toBe('cameras: front is there twice')
})
