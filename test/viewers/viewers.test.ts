import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { Monitor } from '../../src/monitor/monitor.ts'
import { Diagnostics } from '../../src/node/diagnostics.ts'
import type { InputState } from '../../src/node/input-diagnostics.ts'
import { parametersInFile } from '../../src/parameters/file.ts'
import { parametersFrom } from '../../src/parameters/parameters.ts'
import { runPython } from '../support/python.ts'

const ROOT = join(import.meta.dirname, '../..')
const FOLDER = join(ROOT, 'config/viewers')
const text = (file: string) => readFileSync(join(FOLDER, file), 'utf8')
const parametersOf = (file: string) =>
  parametersFrom(parametersInFile(readFileSync(join(ROOT, file), 'utf8'), '/dice_monitor', file))

/** Fields of the metrics by name, and whether they are arrays. */
const FIELDS = new Map(
  [
    ...readFileSync(join(ROOT, 'msg/SegmentationMetrics.msg'), 'utf8').matchAll(
      /^[\w/]+(\[\])? (\w+)(?:\s|$)/gm,
    ),
  ].map(([, array, name]) => [name!, array !== undefined]),
)
/** How long the arrays of the metrics are in the demo. */
const demo = parametersOf('demo/monitor.yaml')
const LENGTHS: Record<string, number> = {
  class_dice: demo['classes.names'].length,
  group_dice: demo['classes.groups'].length,
  region_dice: demo.regions.length,
  critical_error_rate: demo['errors.critical'].length,
}
const PICTURES = ['overlay', 'prediction_colored', 'label_colored'].map(name => `/dice_monitor/${name}`)

/** Expects a number of the demo's metrics, `window_dice` or `region_dice[0]`. */
function expectField(path: string): void {
  const [, name, index] = /^(\w+)(?:\[(\d+)\])?$/.exec(path) ?? []
  expect(FIELDS.get(name!), path).toBe(index !== undefined)
  if (index !== undefined) expect(Number(index), path).toBeLessThan(LENGTHS[name!]!)
}

const METRICS = '/dice_monitor/metrics'

it('has a file for each viewer, which docs/viewers.md names', () => {
  const page = readFileSync(join(ROOT, 'docs/viewers.md'), 'utf8')
  const files = readdirSync(FOLDER)
  expect(files.sort()).toEqual([
    'diagnostic_aggregator.yaml',
    'foxglove.json',
    'plotjuggler.xml',
    'rqt.perspective',
    'rviz.rviz',
  ])
  for (const file of files) expect(page).toContain(`\`${file}\``)
})

it('gives rviz2 the three pictures, with the keys of its own default file', () => {
  const file = parse(text('rviz.rviz'))
  expect(Object.keys(file)).toEqual(['Panels', 'Visualization Manager', 'Window Geometry'])
  const manager = file['Visualization Manager']
  for (const key of ['Class', 'Displays', 'Enabled', 'Global Options', 'Name', 'Tools', 'Value', 'Views'])
    expect(manager).toHaveProperty([key])
  expect(manager['Global Options']['Fixed Frame']).toBe('camera')
  expect(manager.Displays.map((display: Record<string, unknown>) => display.Topic)).toEqual(
    PICTURES.map(topic => ({
      Depth: 5,
      'Durability Policy': 'Volatile',
      'History Policy': 'Keep Last',
      'Reliability Policy': 'Best Effort',
      Value: topic,
    })),
  )
  const names = manager.Displays.map((display: Record<string, unknown>) => {
    expect(display).toMatchObject({ Class: 'rviz_default_plugins/Image', Enabled: true, Value: true })
    return display.Name
  })
  // Each picture docks in a window of its display's name.
  for (const name of names) expect(file['Window Geometry']).toHaveProperty([name])
})

describe('the layout of Foxglove and Lichtblick', () => {
  const layout = JSON.parse(text('foxglove.json'))
  const configs: Record<string, Record<string, unknown>> = layout.configById
  /** Keys that the panels read: of Lichtblick's sources and of the layouts of Foxglove's SDK. */
  const KEYS: Record<string, string[]> = {
    Image: 'cameraState followMode scene transforms topics layers publish synchronize imageMode'.split(' '),
    Plot: 'paths minYValue maxYValue showLegend legendDisplay showPlotValuesInLegend showXAxisLabels showYAxisLabels isSynced xAxisVal followingViewWidth sidebarDimension'.split(
      ' ',
    ),
    StateTransitions: ['isSynced', 'paths'],
    Indicator: ['path', 'style', 'fallbackColor', 'fallbackLabel', 'rules'],
    DiagnosticStatusPanel: ['topicToRender', 'selectedHardwareId', 'selectedName'],
    DiagnosticSummary: [
      'minLevel',
      'pinnedIds',
      'topicToRender',
      'hardwareIdFilter',
      'sortByLevel',
      'secondsUntilStale',
    ],
    RawMessages: [
      'topicPath',
      'diffEnabled',
      'diffMethod',
      'diffTopicPath',
      'showFullMessageForDiff',
      'fontSize',
    ],
  }

  it('shows every panel that it configures once, each of a known kind', () => {
    expect(Object.keys(layout)).toEqual([
      'configById',
      'globalVariables',
      'userNodes',
      'playbackConfig',
      'layout',
    ])
    const shown: string[] = []
    const walk = (node: string | Record<string, unknown>): void => {
      if (typeof node === 'string') shown.push(node)
      else {
        expect(Object.keys(node).sort()).toEqual(['direction', 'first', 'second', 'splitPercentage'])
        expect(['row', 'column']).toContain(node.direction)
        walk(node.first as string)
        walk(node.second as string)
      }
    }
    walk(layout.layout)
    expect(shown.sort()).toEqual(Object.keys(configs).sort())
    for (const id of shown) {
      expect(Object.keys(configs[id]!).sort(), id).toEqual(KEYS[id.split('!')[0]!]!.toSorted())
    }
  })

  it('names topics and fields of the demo, and its limits', () => {
    const panels = Object.values(configs)
    const images = panels.flatMap(({ imageMode }) => (imageMode as { imageTopic: string }) ?? [])
    expect(images.map(({ imageTopic }) => imageTopic)).toEqual(PICTURES)
    const paths = panels.flatMap(({ paths, path }) =>
      path ? [path as string] : ((paths ?? []) as { value: string }[]).map(({ value }) => value),
    )
    const [lines, fields] = [
      paths.filter(path => !path.startsWith('/')),
      paths.filter(path => path[0] === '/'),
    ]
    expect(lines.map(Number)).toEqual([demo['thresholds.dice.warn'], demo['thresholds.dice.error']])
    for (const path of fields) {
      expect(path.startsWith(`${METRICS}.`)).toBe(true)
      expectField(path.slice(METRICS.length + 1))
    }
    const labels = (id: string) => (configs[id]!.paths as { label: string }[]).map(({ label }) => label)
    const named = (list: readonly string[]) => list.map(entry => entry.split(':')[0])
    expect(labels('Plot!where')).toEqual([...named(demo.regions), ...named(demo['classes.groups'])])
    expect(labels('Plot!critical')).toEqual(named(demo['errors.critical']))
  })
})

describe('what Python reads', () => {
  const read = JSON.parse(runPython(join(import.meta.dirname, 'read_viewers.py'), FOLDER))

  it('gives rqt plugins with settings of their own', () => {
    const { pluginmanager } = read.rqt.groups
    const running: Record<string, number[]> = pluginmanager.keys['running-plugins']
    expect(running).toEqual({
      'rqt_image_view/ImageView': [1, 2, 3],
      'rqt_plot/Plot': [1],
      'rqt_runtime_monitor/RuntimeMonitor': [1],
    })
    const instances = Object.entries(running).flatMap(([plugin, numbers]) =>
      numbers.map(number => `plugin__${plugin.replace('/', '__')}__${number}`),
    )
    const groups = Object.keys(pluginmanager.groups)
    for (const group of groups) expect(instances).toContain(group)
    const settings = (group: string) => pluginmanager.groups[group].groups.plugin.keys
    const views = groups.filter(group => group.includes('ImageView'))
    expect(views.map(group => settings(group).topic)).toEqual(PICTURES)
    for (const group of views) expect(settings(group).dynamic_range).toBe(false)
    for (const topic of settings('plugin__rqt_plot__Plot__1').topics) {
      expect(topic.startsWith(`${METRICS}/`)).toBe(true)
      expectField(topic.slice(METRICS.length + 1))
    }
  })

  interface Element {
    tag: string
    attributes: Record<string, string>
    children: Element[]
  }
  const all = (element: Element, tag: string): Element[] => [
    ...(element.tag === tag ? [element] : []),
    ...element.children.flatMap(child => all(child, tag)),
  ]

  it('gives PlotJuggler plots of the metrics, and the plugin that subscribes to them', () => {
    const root: Element = read.plotjuggler
    expect(root.tag).toBe('root')
    for (const tab of all(root, 'Tab'))
      expect(Number(tab.attributes.containers)).toBe(all(tab, 'Container').length)
    for (const { attributes, children } of all(root, 'DockSplitter')) {
      expect(Number(attributes.count)).toBe(children.length)
      expect(attributes.sizes!.split(';')).toHaveLength(children.length)
    }
    const curves = all(root, 'curve').map(({ attributes }) => attributes.name!)
    expect(curves.length).toBeGreaterThan(10)
    for (const curve of curves) {
      expect(curve.startsWith(`${METRICS}/`)).toBe(true)
      expectField(curve.slice(METRICS.length + 1))
    }
    const [plugin] = all(root, 'plugin')
    expect(plugin!.attributes.ID).toBe(all(root, 'previouslyLoaded_Streamer')[0]!.attributes.name)
    const setting = (tag: string) => all(plugin!, tag)[0]!.attributes.value
    expect(setting('selected_topics')).toBe(METRICS)
    // The most classes there are.
    expect(Number(setting('max_array_size'))).toBe(256)
  })
})

it('has the aggregator take all tasks of the monitor, and no other', () => {
  const values = Object.fromEntries(
    parametersInFile(text('diagnostic_aggregator.yaml'), '/analyzers', 'diagnostic_aggregator.yaml'),
  )
  expect(values).toEqual({
    path: 'Perception',
    pub_rate: 1,
    'segmentation.type': 'diagnostic_aggregator/GenericAnalyzer',
    'segmentation.path': 'Segmentation',
    'segmentation.find_and_remove_prefix': ['dice_monitor: '],
    'segmentation.timeout': 5,
    'segmentation.discard_stale': false,
  })
  const input: InputState = {
    topic: '/label',
    lost: 0,
    incompatible: 0,
    incompatiblePolicy: '',
    isReliable: false,
    publisherCount: 0,
    hasDeafPublisher: false,
    type: 'sensor_msgs/msg/Image',
    foreignType: undefined,
    depth: 10,
    largestMessage: 0,
    missing: Number.NaN,
    means: 'rclnodejs',
    longestBacklog: () => 0,
  }
  const monitor = new Monitor(parametersFrom(new Map()))
  const names = new Diagnostics(
    monitor,
    { prediction: input, label: input },
    () => '',
    () => 0,
  )
    .statuses('dice_monitor', 0)
    .map(s => s.name)
  expect(names.length).toBeGreaterThan(3)
  for (const name of names) expect(name.startsWith('dice_monitor: ')).toBe(true)
})

describe('monitor.launch.py viewer:=', () => {
  const start = (viewer: string, ...installed: string[]) =>
    JSON.parse(
      runPython(
        join(import.meta.dirname, 'start_viewer.py'),
        join(ROOT, 'launch/monitor.launch.py'),
        viewer,
        ...installed,
      ),
    ) as { viewers: string[]; actions: Record<string, unknown>[] }

  it('starts a viewer with its file, and nothing by default', () => {
    const { viewers, actions } = start('none')
    expect([viewers, actions]).toEqual([['rviz', 'rqt', 'foxglove'], []])
    expect(start('rviz', 'rviz2').actions).toEqual([
      {
        after: 5,
        package: 'rviz2',
        executable: 'rviz2',
        arguments: ['-d', '/share/dice_monitor/config/viewers/rviz.rviz'],
        output: 'screen',
      },
    ])
    expect(start('rqt', 'rqt_gui').actions).toMatchObject([
      {
        package: 'rqt_gui',
        arguments: ['--perspective-file', expect.stringMatching(/viewers\/rqt\.perspective$/)],
      },
    ])
    expect(start('foxglove', 'foxglove_bridge').actions).toMatchObject([
      { package: 'foxglove_bridge', executable: 'foxglove_bridge', arguments: [] },
      { says: expect.stringMatching(/ws:\/\/localhost:8765.*config\/viewers\/foxglove\.json$/) },
    ])
  })

  it('says in one line what to install where it is not installed', () => {
    const said = (viewer: string) => {
      const { actions } = start(viewer, 'another')
      expect(actions).toHaveLength(1)
      return actions[0]!.says as string
    }
    expect(said('rviz')).toMatch(/^viewer:=rviz: rviz2 is not installed: sudo apt install ros-\w+-rviz2$/)
    expect(said('rqt')).toMatch(
      /ros-(\w+)-rqt-gui ros-\1-rqt-gui-py ros-\1-rqt-image-view ros-\1-rqt-plot ros-\1-rqt-runtime-monitor$/,
    )
    expect(said('foxglove')).toMatch(/sudo apt install ros-\w+-foxglove-bridge$/)
  })
})

describe('config/offroad.yaml', () => {
  it('is what the README starts from, and loads', () => {
    const file = readFileSync(join(ROOT, 'config/offroad.yaml'), 'utf8')
    const [, ...yaml] = file.split('\n')
    expect(readFileSync(join(ROOT, 'README.md'), 'utf8')).toContain(`\`\`\`yaml\n${yaml.join('\n')}\`\`\``)
    const { configuration } = new Monitor(parametersOf('config/offroad.yaml'))
    expect(configuration.groups.map(({ name }) => name)).toEqual(['traversable', 'obstacle'])
    expect(configuration.regions.map(({ name, isIgnored }) => [name, isIgnored])).toEqual([
      ['near', false],
      ['far', false],
      ['body', true],
    ])
    expect(configuration.criticalErrors).toMatchObject([
      { name: 'obstacle>traversable', warn: 0.02, error: 0.05 },
    ])
  })
})
