import { execFileSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'

const ROOT = join(import.meta.dirname, '../..')
const HERE = import.meta.dirname

/** The command of a contender's process, given the number of classes and names for its nodes: one, but for {@link TOGETHER}. */
export type Command = (classes: number, nodes: readonly string[]) => string[]

/** `ours` with all monitors in one process. */
export const TOGETHER = 'ours_together'
const MONITOR = join(ROOT, 'install/dice_monitor/lib/dice_monitor/monitor')

const names = (classes: number) => Array.from({ length: classes }, (_, id) => `c${id}`).join(', ')

/**
 * `ours`; `rclpy_numpy`, a node as one writes it; `c_rcl`, the floor for any node; `rclnodejs_raw`, the floor for any
 * node on rclnodejs.
 */
export function contenders(folder: string): Map<string, Command> {
  const floor = buildFloor(folder)
  const all: [string, Command][] = [
    [
      'ours',
      (classes, [node]) => [
        MONITOR,
        ...['--ros-args', '-r', `__node:=${node}`, '-p', `classes.names:=[${names(classes)}]`],
      ],
    ],
    [
      TOGETHER,
      (classes, nodes) => [
        MONITOR,
        ...[...nodes, '--ros-args', '-r', 'prediction:=/prediction', '-r', 'label:=/label'],
        ...['-p', `classes.names:=[${names(classes)}]`],
      ],
    ],
    ['rclpy_numpy', classes => ['python3', join(HERE, 'rclpy_numpy.py'), String(classes)]],
    ['rclnodejs_raw', () => [process.execPath, '--import', 'tsx', join(HERE, 'rclnodejs-raw.ts')]],
  ]
  if (floor !== undefined) all.push(['c_rcl', classes => [floor, String(classes)]])
  return new Map(all)
}

/** Compiles the floor; undefined, with the reason on stderr, where that does not work. */
function buildFloor(folder: string): string | undefined {
  const prefixes = (process.env.AMENT_PREFIX_PATH ?? '').split(':').filter(Boolean)
  const includes = prefixes.flatMap(prefix =>
    readdirSync(join(prefix, 'include')).flatMap(name => ['-isystem', join(prefix, 'include', name)]),
  )
  const libraries = ['rcl', 'rmw', 'rcutils', 'rosidl_runtime_c', 'sensor_msgs__rosidl_typesupport_c'].concat(
    'dice_monitor__rosidl_typesupport_c',
    'dice_monitor__rosidl_generator_c',
  )
  const program = join(folder, 'floor')
  try {
    execFileSync('cc', [
      ...['-O3', '-march=native', '-o', program, join(HERE, 'floor.c'), ...includes],
      ...prefixes.map(prefix => `-L${join(prefix, 'lib')}`),
      ...libraries.map(name => `-l${name}`),
      '-Wl,--allow-shlib-undefined',
    ])
    return program
  } catch (error) {
    process.stderr.write(`c_rcl is left out, it does not compile: ${String(error).split('\n')[0]}\n`)
    return undefined
  }
}
