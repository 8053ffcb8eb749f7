import { execFileSync } from 'node:child_process'
import { accessSync, constants, existsSync, lstatSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { pythonCommand } from '../support/python.ts'
import { claimDomain, releaseDomain } from './domain.ts'
import { GRAPH_ENVIRONMENT, isFastDds } from './peer.ts'

const ROOT = join(import.meta.dirname, '../..')
const INSTALLED = join(ROOT, 'install/dice_monitor')
const SHARE = join(INSTALLED, 'share/dice_monitor')

/** Prints what a launch file declares and names, read from its syntax: `launch` itself is not on PyPI. */
const READ_LAUNCH_FILE = `
import ast, json, sys

tree = ast.parse(open(sys.argv[1]).read(), sys.argv[1])
compile(tree, sys.argv[1], "exec")
calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
texts = lambda nodes: [node.value for node in nodes if isinstance(node, ast.Constant)]
named = lambda name: [call for call in calls if getattr(call.func, "id", getattr(call.func, "attr", "")) == name]
keywords = lambda call: {keyword.arg: getattr(keyword.value, "value", None) for keyword in call.keywords}
print(json.dumps({
    "arguments": [texts(call.args)[0] for call in named("DeclareLaunchArgument")],
    "nodes": [keywords(call) for call in named("Node")],
    "paths": [texts(call.args) for call in named("join")],
    "configurations": [texts(call.args)[0] for call in named("LaunchConfiguration") if texts(call.args)],
}))
`

interface LaunchFile {
  arguments: string[]
  /** Nodes of a viewer are of no package that the file names. */
  nodes: { package: string | null; executable: string; name: string }[]
  paths: string[][]
  configurations: string[]
}

const read = (name: string): LaunchFile =>
  JSON.parse(
    execFileSync('python3', ['-c', READ_LAUNCH_FILE, join(SHARE, 'launch', name)], { encoding: 'utf8' }),
  )

const ARGUMENTS = ['params_file', 'prediction_topic', 'label_topic', 'namespace', 'use_sim_time', 'log_level']

describe.each([
  ['monitor.launch.py', [...ARGUMENTS, 'viewer']],
  ['replay.launch.py', ['bag', 'rate', ...ARGUMENTS]],
  ['cameras.launch.py', ['cameras', ...ARGUMENTS]],
])('%s', (name, expected) => {
  const file = read(name)

  test('declares its arguments, and uses no other', () => {
    expect([...file.arguments].sort()).toEqual([...expected].sort())
    for (const configuration of file.configurations) expect(file.arguments).toContain(configuration)
  })

  test('names files and executables that are installed', () => {
    for (const path of file.paths) expect(existsSync(join(SHARE, ...path)), path.join('/')).toBe(true)
    for (const { package: packageName, executable } of file.nodes) {
      if (packageName === null) continue
      expect(packageName).toBe('dice_monitor')
      accessSync(join(INSTALLED, 'lib', packageName, executable), constants.X_OK)
    }
  })
})

test('monitor.launch.py starts the node', () => {
  expect(read('monitor.launch.py').nodes).toContainEqual(
    expect.objectContaining({ executable: 'monitor', name: 'dice_monitor' }),
  )
})

test('launch files are installed in a folder that is no link, which ros2 launch would not follow', () => {
  expect(lstatSync(join(SHARE, 'launch')).isDirectory()).toBe(true)
})

test('the profile for large images is set by the name that is read, unless something is set', () => {
  const script = '. "$0"; echo "$FASTRTPS_DEFAULT_PROFILES_FILE $FASTDDS_DEFAULT_PROFILES_FILE"'
  const profiles = (env: Record<string, string>) =>
    execFileSync('bash', ['--norc', '-c', script, join(SHARE, 'config/large_images.sh')], {
      encoding: 'utf8',
      env: { PATH: process.env.PATH!, ...env },
    })
  const ours = join(SHARE, 'config/fastdds_large_images.xml')
  for (const ROS_DISTRO of ['humble', 'iron', 'jazzy']) {
    expect(profiles({ ROS_DISTRO })).toBe(`${ours} \n`)
    expect(profiles({ ROS_DISTRO, FASTDDS_DEFAULT_PROFILES_FILE: 'own' })).toBe(`${ours} own\n`)
    expect(profiles({ ROS_DISTRO, FASTRTPS_DEFAULT_PROFILES_FILE: 'own' })).toBe('own \n')
  }
  for (const ROS_DISTRO of ['kilted', 'lyrical', 'rolling']) {
    expect(profiles({ ROS_DISTRO })).toBe(` ${ours}\n`)
    expect(profiles({ ROS_DISTRO, FASTDDS_DEFAULT_PROFILES_FILE: 'own' })).toBe(' own\n')
  }
  expect(profiles({ ROS_DISTRO: 'jazzy', FASTDDS_BUILTIN_TRANSPORTS: 'LARGE_DATA' })).toBe(' \n')
})

/** Where Fast DDS reads the profile from is in its library: the peer of these tests must have a segment of 64 MB. */
test.runIf(isFastDds)('a program with the profile has a shared-memory segment for large images', () => {
  const segments = `
import os, rclpy
rclpy.init(domain_id=int(os.environ['ROS_DOMAIN_ID']))
node = rclpy.create_node("segment", enable_rosout=False)
maps = [line.split() for line in open("/proc/self/maps") if "/dev/shm/fast" in line]
sizes = [int(end, 16) - int(start, 16) for start, end in (line[0].split("-") for line in maps)]
print(max(sizes, default=0))
rclpy.shutdown()
`
  const [command, ...first] = pythonCommand()
  const domain = claimDomain()
  const print = execFileSync(command!, [...first, '-c', segments], {
    encoding: 'utf8',
    env: { ...process.env, ...GRAPH_ENVIRONMENT, ROS_DOMAIN_ID: String(domain) },
  })
  releaseDomain(domain)
  expect(Number(print)).toBeGreaterThanOrEqual(2 ** 26)
})

test('the aggregator finds its parameters: rcl reads the file as its own does', () => {
  const parameters = `
import json, os, sys, rclpy
file = sys.argv[1]
rclpy.init(args=["--ros-args", "--params-file", file], domain_id=int(os.environ['ROS_DOMAIN_ID']))
node = rclpy.create_node("analyzers", automatically_declare_parameters_from_overrides=True, enable_rosout=False)
print(json.dumps({p.name: p.value for p in node.get_parameters(list(node._parameters)) if p.name != "use_sim_time"}, default=list))
rclpy.shutdown()
`
  const [command, ...first] = pythonCommand()
  const domain = claimDomain()
  const file = join(SHARE, 'config/viewers/diagnostic_aggregator.yaml')
  const print = execFileSync(command!, [...first, '-c', parameters, file], {
    encoding: 'utf8',
    env: { ...process.env, ...GRAPH_ENVIRONMENT, ROS_DOMAIN_ID: String(domain) },
  })
  releaseDomain(domain)
  expect(JSON.parse(print)).toMatchObject({
    path: 'Perception',
    'segmentation.type': 'diagnostic_aggregator/GenericAnalyzer',
    'segmentation.find_and_remove_prefix': ['dice_monitor: '],
    'segmentation.timeout': 5,
  })
})
