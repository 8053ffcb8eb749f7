import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { Machine, WANTED } from './machine.ts'

let machine: Machine
afterEach(() => machine.remove())

const APT = 'On Debian and Ubuntu: sudo apt install'

describe('before anything is made, what the machine lacks is said', () => {
  const refused = async (env: Record<string, string> = {}) => {
    const { code, stderr } = await machine.run('scripts/setup', env)
    expect(code).toBe(1)
    expect(existsSync(join(machine.checkout, '.ros'))).toBe(false)
    return stderr
  }

  test('all of it at once, with the line for apt', async () => {
    machine = new Machine().without(...WANTED)
    expect(await refused()).toBe(
      `setup: this machine lacks:
  - Node.js 20.20 or later
  - npm
  - make
  - a C++ compiler
  - flock
  - Python 3
${APT} nodejs npm make g++ util-linux python3 python3-venv python3-dev
Where apt's nodejs is older than 20.20 (Debian 12, Ubuntu 22.04 and 24.04), take Node.js from nodejs.org.
`,
    )
  })

  test("Python's venv and headers", async () => {
    machine = new Machine().shim(
      'python3',
      'case "$*" in *ensurepip*|*Python.h*) exit 1;; esac\nexec "$real" "$@"',
    )
    expect(await refused()).toBe(
      `setup: this machine lacks:\n  - Python's venv\n  - Python's headers\n${APT} python3-venv python3-dev\n`,
    )
  })

  test('a compiler', async () => {
    machine = new Machine().without('c++')
    expect(await refused()).toBe(`setup: this machine lacks:\n  - a C++ compiler\n${APT} g++\n`)
  })

  test.each(['18.19.0', '20.19.5'])('Node.js %s', async version => {
    const asIfOld = `Object.defineProperty(process, 'versions', { value: { node: '${version}' } });`
    machine = new Machine().shim(
      'node',
      `case "$1" in --version) echo v${version};; -e) exec "$real" -e "${asIfOld}$2";; esac`,
    )
    expect(await refused()).toMatch(
      `  - Node.js 20.20 or later (found v${version})\n${APT} nodejs\nWhere apt's`,
    )
  })

  test('a Python or a processor that the private ROS 2 is not made for', async () => {
    machine = new Machine()
      .shim('python3', 'case "$*" in *version_info*) echo 3.14; exit;; esac\nexec "$real" "$@"')
      .shim('uname', 'echo aarch64')
    const text = await refused()
    expect(text).toContain('  - Python 3.10 to 3.13 for a private ROS 2 (found 3.14), or a sourced ROS 2\n')
    expect(text).toContain(
      '  - a sourced ROS 2: a private one is to be had for x86_64 only, and this machine is aarch64\n',
    )
    expect(text).not.toContain(APT)
  })

  test('one ROS 2: what is sourced is not what is asked for', async () => {
    machine = new Machine()
    const sourced = {
      ROS_DISTRO: 'jazzy',
      AMENT_PREFIX_PATH: '/opt/ros/jazzy',
      DICE_MONITOR_DISTRO: 'kilted',
    }
    expect(await refused(sourced)).toBe(
      `setup: this machine lacks:
  - one ROS 2: jazzy is sourced, and DICE_MONITOR_DISTRO asks for kilted (unset one of them)
  - colcon
${APT} python3-colcon-common-extensions
`,
    )
    expect(await refused({ DICE_MONITOR_DISTRO: 'lyrical' })).toContain(
      '  - ROS 2 lyrical: a private one can be jazzy or kilted; source any other before\n',
    )
  })

  test.each(['with space', "it's", 'a;b', 'a$b', 'a(b)', 'a&b'])(
    'a path that no build works in: %s',
    async name => {
      machine = new Machine(name)
      expect(await refused()).toBe(
        `setup: cannot build in ${machine.checkout}: rclnodejs's build fails where the path has a space or a sign that a shell reads. Move the checkout.\n`,
      )
    },
  )
})

describe('while it is set up', () => {
  /** An index of packages that is not there, and one that never answers. */
  const index = (port: number) => ({
    PIP_INDEX_URL: `http://127.0.0.1:${port}/simple`,
    PIP_NO_CACHE_DIR: '1',
  })

  test('no network is said in one line', { timeout: 120_000 }, async () => {
    machine = new Machine()
    const { code, stderr } = await machine.run('scripts/setup', index(9))
    expect(code).toBe(1)
    const [, failure, ...rest] = stderr.trimEnd().split(/\n(?=setup: )/)
    expect(stderr).toMatch(/^setup: making a private ROS 2 Jazzy in \.ros\/jazzy \(330 MB\) \.\.\. failed\n/)
    expect(failure).toMatch(
      /^setup: no network: making a private ROS 2 .* downloads packages, and the package registry cannot be reached \(the log: .*\/\.ros\/jazzy\/setup\.log\)$/,
    )
    expect(rest).toEqual([])
  })

  test.each([
    ['SIGINT', 130, 'interrupted'],
    ['SIGTERM', 143, 'ended'],
  ] as const)('%s is no failure', { timeout: 120_000 }, async (signal, status, said) => {
    machine = new Machine()
    const sockets: Socket[] = []
    const silent = createServer(socket => sockets.push(socket)).listen(0, '127.0.0.1')
    await once(silent, 'listening')
    const { port } = silent.address() as AddressInfo
    const { code, stderr } = await machine.run('scripts/setup', index(port), text =>
      text.includes('making a private') ? signal : undefined,
    )
    expect(stderr).toContain(`setup: ${said}; the same command goes on from here\n`)
    expect(stderr).not.toContain('failed.')
    expect(code).toBe(status)
    for (const socket of sockets) socket.destroy()
    silent.close()
  })
})
