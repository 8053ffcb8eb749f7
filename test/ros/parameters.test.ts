import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { PARAMETER_NAMES, PARAMETERS, type ParameterSpec } from '../../src/parameters/table.ts'
import { Graph } from './graph.ts'
import { image, PIXELS } from './images.ts'
import { Peer } from './peer.ts'

const peer = new Peer()
const folder = mkdtempSync(join(tmpdir(), 'dice-monitor-parameters-'))
afterAll(() => {
  peer.end()
  rmSync(folder, { recursive: true })
})

let files = 0
/** Arguments that pass a parameter file with this text. */
function file(text: string): string[] {
  const path = join(folder, `${files++}.yaml`)
  writeFileSync(path, text)
  return ['--params-file', path]
}

const entry = (node: string, values: string) => `${node}:\n  ros__parameters:\n    ${values}\n`

async function values(graph: Graph, node: string, ...names: string[]): Promise<unknown[]> {
  return (await graph.request('get', { node, names })) as unknown[]
}

describe.concurrent('forms of parameters', () => {
  test('a node in a namespace', async () => {
    const graph = new Graph(peer)
    const node = '/robot/front/dice_monitor'
    await graph.start({
      node,
      publishers: false,
      args: [
        '-r',
        '__ns:=/robot/front',
        ...file(entry('/**', 'window.frames: 11')),
        ...file(entry('/robot/front/dice_monitor', 'sync.queue_size: 12')),
        ...file(entry('/**/dice_monitor', 'qos.depth: 13')),
        ...file(
          `robot:\n  front:\n    dice_monitor:\n      ros__parameters:\n        thresholds.frames: 14\n`,
        ),
        ...file(`/robot/front:\n  dice_monitor:\n    ros__parameters: {thresholds: {dice: {warn: 0.9}}}\n`),
        ...file(entry('/*/front/dice_monitor', 'sync.tolerance: 0.25')),
        ...file(entry('/robot/*/*', 'overlay.rate: 6.5')),
        // Entries of other nodes, integer arrays among them, and what matches only in another namespace.
        ...file(
          entry('/robot/front/lidar', 'rings: [1, 2, 3]') +
            entry('dice_monitor', 'stale_after: 99.0') +
            entry('/front/dice_monitor', 'sync.max_wait: 99.0') +
            entry('/*/dice_monitor', 'empty_class: zero'),
        ),
        '-p',
        'classes.evaluated:=[]',
        '-p',
        'classes.ignored_labels:=[4, 5]',
        '-p',
        'thresholds.dice.error:=0',
      ],
    })
    const got = await values(
      graph,
      node,
      'window.frames',
      'sync.queue_size',
      'qos.depth',
      'thresholds.frames',
      'thresholds.dice.warn',
      'sync.tolerance',
      'overlay.rate',
    )
    expect(got).toEqual([11, 12, 13, 14, 0.9, 0.25, 6.5])
    expect(await values(graph, node, 'stale_after', 'sync.max_wait', 'empty_class')).toEqual([
      PARAMETERS.stale_after.default,
      PARAMETERS['sync.max_wait'].default,
      'exclude',
    ])
    expect(
      await values(graph, node, 'classes.evaluated', 'classes.ignored_labels', 'thresholds.dice.error'),
    ).toEqual([[], [4, 5], 0])
    await graph.close()
  })

  test('a node without a namespace; the later of two wins', async () => {
    const graph = await new Graph(peer).start({
      publishers: false,
      args: [
        ...file(entry('dice_monitor', 'window.frames: 21')),
        ...file(entry('/dice_monitor', 'sync.queue_size: 22')),
        ...file(`"":\n  dice_monitor:\n    ros__parameters:\n      qos.depth: 23\n`),
        ...file(entry('/**/dice_monitor', 'thresholds.frames: 24')),
        ...file(entry('/**', 'stale_after: 5')),
        '-p',
        'stale_after:=6.5',
        ...['-p', 'sync.max_wait:=0.5', '-p', 'dice_monitor:prediction.threshold:=0.25'],
        ...['-p', 'other:prediction.threshold:=0.75'],
        ...file(entry('/**', 'sync.max_wait: 7')),
        '--',
      ],
    })
    expect(
      await values(
        graph,
        '/dice_monitor',
        'window.frames',
        'sync.queue_size',
        'qos.depth',
        'thresholds.frames',
        'stale_after',
        'sync.max_wait',
        'prediction.threshold',
      ),
    ).toEqual([21, 22, 23, 24, 6.5, 7, 0.25])
    await graph.close()
  })

  test('names are remapped, and the renamed node finds its parameters', async () => {
    const graph = new Graph(peer)
    const node = '/robot/judge'
    await graph.start({
      node,
      publishers: false,
      args: [
        ...['-r', '__node:=judge', '-r', '__ns:=/robot'],
        ...['-r', 'prediction:=/segmentation', '-r', 'judge:label:=truth'],
        ...['--log-level', 'warn', '--log-level', 'judge:=warn'],
        ...['-p', 'window.frames:=5', '-p', 'dice_monitor:window.frames:=6'],
        ...['-p', 'diagnostic_updater.use_fqn:=true'],
        ...file(entry('/robot/judge', 'qos.depth: 7')),
      ],
    })
    await graph.advertise('segmentation')
    await graph.advertise('robot/truth')
    await graph.connected('segmentation', 'robot/truth')
    const ones = new Array<number>(PIXELS).fill(1)
    await graph.publish('segmentation', image(1, ones))
    await graph.publish('robot/truth', image(1, ones))
    await graph.until(() => graph.metrics.length === 1, 'the pair')
    expect(await values(graph, node, 'window.frames', 'qos.depth')).toEqual([5, 7])
    expect(graph.diagnostics.at(-1)!.status.map(({ name }) => name)).toEqual(
      ['Overlap', 'Synchronization', 'Prediction input', 'Label input'].map(task => `/robot/judge: ${task}`),
    )
    expect(graph.stderr).toBe('')
    await graph.close()
  })

  test('config/monitor.yaml is accepted and changes nothing but what follows it', async () => {
    const config = join(import.meta.dirname, '../../config/monitor.yaml')
    const graph = await new Graph(peer).start({
      publishers: false,
      args: ['--params-file', config, '-p', 'diagnostic_updater.period:=0.1'],
    })
    const unchanged = PARAMETER_NAMES.filter(name => name !== 'diagnostic_updater.period')
    const defaults = unchanged.map(name => PARAMETERS[name].default)
    expect(await values(graph, '/dice_monitor', ...unchanged)).toEqual(defaults)
    await graph.close()
  })
})

describe.concurrent('what stops the start, with one line', () => {
  const cases: [what: string, args: string[], line: RegExp][] = [
    ['a string for an integer', ['-p', 'window.frames:=many'], /window\.frames: expected an integer.*"many"/],
    ['a double for an integer', ['-p', 'window.frames:=3.0'], /window\.frames: expected an integer.*3/],
    ['a bool for a double', ['-p', 'sync.tolerance:=true'], /sync\.tolerance: expected a double.*true/],
    ['a string for an array', ['-p', 'classes.names:=sky'], /classes\.names: expected a string array.*"sky"/],
    ['integers for strings', ['-p', 'classes.names:=[1, 2]'], /classes\.names: expected a string array/],
    ['an integer for a bool', ['-p', 'use_sim_time:=1'], /use_sim_time: expected a bool/],
    [
      'a value out of range',
      ['-p', 'thresholds.dice.warn:=1.5'],
      /thresholds\.dice\.warn: expected .*0 to 1/,
    ],
    ['an unknown choice', ['-p', 'empty_class:=half'], /empty_class: expected one of exclude, one, zero/],
    [
      'an unknown class',
      ['-p', 'classes.names:=[sky, grass]', '-p', 'classes.evaluated:=[tree]'],
      /classes\.evaluated: unknown class "tree"/,
    ],
    ['a map that is none', ['-p', 'label.map:=["3"]'], /label\.map: "3": expected/],
    ['an ontology that is not there', ['-p', 'label.ontology:=none'], /unknown ontology "none"/],
    ['a file that is not there', ['--params-file', '/nowhere.yaml'], /\/nowhere\.yaml cannot be read/],
    ['a file that is no YAML', file('a: [1,\n'), /not YAML/],
    ['a file of another form', file('window.frames: 3\n'), /ros__parameters/],
    ['a -p without a value', ['-p'], /-p: expected a value/],
    ['a -p that is no rule', ['-p', 'window.frames'], /expected name:=value/],
    ['an unknown ROS argument', ['--no-such-argument'], /--no-such-argument/],
  ]
  test.each(cases)('%s', async (_, args, line) => {
    const graph = new Graph(peer)
    graph.launch(args)
    const { code, stderr } = await graph.end()
    expect(stderr).toMatch(line)
    expect(stderr.trim().split('\n')).toHaveLength(1)
    expect(stderr).toMatch(/^dice_monitor: /)
    expect(code).toBe(1)
  })

  test('a library that is missing is named, and nothing is compiled', async () => {
    const graph = new Graph(peer)
    const distro = process.env.ROS_DISTRO ?? 'jazzy'
    graph.launch([], { AMENT_PREFIX_PATH: '/nowhere', ROS_DISTRO: distro, LD_LIBRARY_PATH: '/nowhere' })
    const { code, stderr } = await graph.end()
    expect(code).toBe(1)
    expect(stderr).toMatch(/rclnodejs does not load: .*\.so/)
    const whole = await new Graph(peer).start({ publishers: false })
    await whole.close()
  })
})

describe('a running node', () => {
  const graph = new Graph(peer)
  const node = '/dice_monitor'
  const names = ['classes.names:=[sky, grass, tree, rock]']
  beforeAll(() => graph.start({ args: ['-p', names[0]!] }))
  afterAll(() => graph.close())

  interface Result {
    successful: boolean
    reason: string
  }

  async function set(values: Record<string, [string, unknown]>): Promise<Result[]> {
    return (await graph.request('set', { node, values })) as Result[]
  }

  test('shows every parameter with its type, range, description and whether it is read-only', async () => {
    expect(await graph.request('list', { node })).toEqual(expect.arrayContaining(PARAMETER_NAMES))
    const descriptors = (await graph.request('describe', { node, names: PARAMETER_NAMES })) as {
      name: string
      type: number
      description: string
      read_only: boolean
      additional_constraints: string
      integer_range: { from_value: number; to_value: number }[]
      floating_point_range: { from_value: number; to_value: number }[]
    }[]
    const types = { bool: 1, integer: 2, double: 3, string: 4, integer_array: 7, string_array: 9 }
    descriptors.forEach((descriptor, i) => {
      const spec: ParameterSpec = PARAMETERS[PARAMETER_NAMES[i]!]
      expect(descriptor.name).toBe(PARAMETER_NAMES[i])
      expect(descriptor.type).toBe(types[spec.type])
      expect(descriptor.description).toContain(spec.description)
      expect(descriptor.read_only).toBe(spec.readOnly ?? false)
      const ranges = spec.type === 'integer' ? descriptor.integer_range : descriptor.floating_point_range
      if (spec.choices) expect(descriptor.additional_constraints).toBe(`One of ${spec.choices.join(', ')}.`)
      else if (spec.unit) expect(descriptor.additional_constraints).toContain(spec.unit)
      // Nobody wants a slider over a terabyte or a day.
      const isWide = spec.min !== undefined && spec.max! - spec.min > 1000
      if (isWide) expect(descriptor.additional_constraints).toMatch(`From ${spec.min} to ${spec.max}`)
      if (spec.min === undefined || isWide) expect(ranges).toEqual([])
      else expect(ranges[0]).toMatchObject({ from_value: spec.min, to_value: spec.max })
    })
  })

  test('takes a change on the next frame', async () => {
    const labels = Array.from({ length: PIXELS }, (_, i) => i % 4)
    const predictions = labels.map(id => (id === 3 ? 2 : id))
    const score = async (stamp: number) => {
      const before = graph.metrics.length
      await graph.publish('prediction', image(stamp, predictions))
      await graph.publish('label', image(stamp, labels))
      await graph.until(() => graph.metrics.length === before + 1, 'the pair')
      return graph.metrics.at(-1)!
    }
    expect((await score(1)).dice).toBeLessThan(1)
    expect(await set({ 'classes.evaluated': ['STRING_ARRAY', ['sky', 'grass']] })).toEqual([
      { successful: true, reason: '' },
    ])
    expect((await score(2)).dice).toBe(1)
    await set({ 'classes.ignored_labels': ['INTEGER_ARRAY', [3]], 'window.frames': ['INTEGER', 1] })
    const metrics = await score(3)
    expect(metrics.pixels_ignored).toBe(labels.filter(id => id === 3).length)
    expect(metrics.window_frames).toBe(1)
    await set({ 'sync.tolerance': ['DOUBLE', 0.05] })
    await graph.publish('prediction', image(4, predictions))
    await graph.publish('label', image(4.02, labels))
    await graph.until(() => graph.metrics.length === 4, 'a pair within the tolerance')
    expect(graph.metrics.at(-1)!.prediction_stamp).toEqual({ sec: 4, nanosec: 0 })
    expect(await set({ 'sync.max_wait': ['INTEGER', 2] })).toEqual([{ successful: true, reason: '' }])
    expect(await values(graph, node, 'sync.max_wait')).toEqual([2])
  })

  test('refuses what does not fit, says why, and keeps the value', async () => {
    const refused: [string, [string, unknown], RegExp][] = [
      ['window.frames', ['INTEGER', 0], /window\.frames: expected a value from 1/],
      ['thresholds.dice.warn', ['DOUBLE', 1.5], /expected a value from 0 to 1/],
      ['classes.evaluated', ['STRING_ARRAY', ['lava']], /unknown class "lava"/],
      ['empty_class', ['STRING', 'half'], /one of exclude/],
      ['resize', ['STRING', 'bilinear'], /one of reject/],
      ['classes.names', ['STRING_ARRAY', ['a', 'b']], /read.?only/i],
      ['window.frames', ['STRING', 'three'], /window\.frames: expected an integer, got the string "three"/],
      ['window.frames', ['NOT_SET', null], /cannot be undeclared/],
    ]
    for (const [name, value, reason] of refused) {
      const before = await values(graph, node, name)
      const [result] = await set({ [name]: value })
      expect(result!.successful, name).toBe(false)
      expect(result!.reason).toMatch(reason)
      expect(await values(graph, node, name)).toEqual(before)
    }
  })
})
