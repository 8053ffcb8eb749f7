import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

const ROOT = join(import.meta.dirname, '../..')
const WITH_ROS = join(ROOT, 'scripts/with-ros')
const SOURCE = join(import.meta.dirname, 'vision_msgs')
const FILES = ['package.xml', 'CMakeLists.txt', 'msg/VisionClass.msg', 'msg/LabelInfo.msg']

/** What is run with the messages built here: a command before it. */
export const withOverlay = (prefix: string): string[] => [join(import.meta.dirname, 'with-overlay'), prefix]

/** Builds vision_msgs/LabelInfo, which is on no package index, unless it is built. @returns its prefix */
export function buildVisionMessages(): string {
  const base = join(dirname(realpathSync(join(ROOT, 'install'))), 'vision_msgs')
  const prefix = join(base, 'install', 'vision_msgs')
  const stamp = join(base, 'built')
  const key = createHash('sha256')
  for (const file of FILES) key.update(readFileSync(join(SOURCE, file)))
  const digest = key.update(base).digest('hex')
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === digest) return prefix
  rmSync(base, { recursive: true, force: true })
  const build = `colcon --log-base "$1/log" build --base-paths "$2" --build-base "$1/build" --install-base "$1/install" \
    --cmake-args -DBUILD_TESTING=OFF "-DPython3_EXECUTABLE=$(command -v python3)" >&2`
  execFileSync(WITH_ROS, ['bash', '-c', build, 'build', base, SOURCE], { encoding: 'utf8', stdio: 'pipe' })
  writeFileSync(stamp, digest)
  return prefix
}

/** Whether the ROS 2 of the tests has the package itself. */
export const isVisionInstalled = (): boolean =>
  (process.env.AMENT_PREFIX_PATH ?? '')
    .split(':')
    .some(folder => existsSync(join(folder, 'share/vision_msgs/package.xml')))
