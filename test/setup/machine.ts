import { execFileSync, spawn } from 'node:child_process'
import {
  chmodSync,
  copyFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'

const ROOT = join(import.meta.dirname, '../..')
const FILES = ['package.json', 'package-lock.json', 'config/large_images.sh']
/** What the set-up uses of every machine. */
const TOOLS =
  'bash sh env cat cp mv rm mkdir ln ls dirname basename readlink sort head tail cut sed grep find xargs sha256sum touch chmod sleep tr getconf uname git which'
/** What it looks for. */
export const WANTED = ['node', 'npm', 'make', 'c++', 'flock', 'python3'] as const
type Wanted = (typeof WANTED)[number]

export interface Ended {
  code: number | null
  stderr: string
}

/** A checkout of the set-up alone, on a machine that has what it is given. */
export class Machine {
  readonly #folder = mkdtempSync(join(tmpdir(), 'dice-monitor-machine-'))
  readonly checkout: string
  readonly #bin: string

  /** @param name of the checkout's folder */
  constructor(name = 'checkout') {
    this.checkout = join(this.#folder, name)
    this.#bin = join(this.#folder, 'bin')
    mkdirSync(this.#bin)
    cpSync(join(ROOT, 'scripts'), join(this.checkout, 'scripts'), { recursive: true })
    for (const file of FILES) {
      mkdirSync(dirname(join(this.checkout, file)), { recursive: true })
      copyFileSync(join(ROOT, file), join(this.checkout, file))
    }
    for (const tool of [...TOOLS.split(' '), ...WANTED]) this.#link(tool)
  }

  get path(): string {
    return this.#bin
  }

  /** Takes tools away. */
  without(...tools: Wanted[]): this {
    for (const tool of tools) rmSync(join(this.#bin, tool))
    return this
  }

  /** Puts a shell script before a tool, which it may go on to as `$real`. */
  shim(tool: string, script: string): this {
    const real = which(tool)
    rmSync(join(this.#bin, tool), { force: true })
    writeFileSync(join(this.#bin, tool), `#!/bin/sh\nreal=${real}\n${script}\n`)
    chmodSync(join(this.#bin, tool), 0o755)
    return this
  }

  /**
   * Runs a script of the checkout. Nothing of a ROS 2 that is sourced here is seen.
   * @param onText given all that was written so far; what it returns is sent to all of its processes
   */
  run(
    script: string,
    env: Record<string, string> = {},
    onText: (text: string) => NodeJS.Signals | undefined = () => undefined,
  ): Promise<Ended> {
    const child = spawn(join(this.checkout, script), {
      cwd: this.checkout,
      env: { PATH: this.#bin, HOME: this.#folder, LANG: 'C.UTF-8', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    })
    let stderr = ''
    let isSignalled = false
    child.stderr.on('data', (text: Buffer) => {
      stderr += text
      const signal = isSignalled ? undefined : onText(stderr)
      if (signal === undefined) return
      isSignalled = true
      process.kill(-child.pid!, signal)
    })
    return new Promise(resolve => child.on('close', code => resolve({ code, stderr })))
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true })
  }

  #link(tool: string): void {
    symlinkSync(which(tool), join(this.#bin, tool))
  }
}

/** Where a tool is, but for those of a Python environment, which do not work from elsewhere. */
function which(tool: string): string {
  const path = process.env.PATH!.split(delimiter).filter(folder => !folder.includes('/.ros/'))
  return execFileSync('sh', ['-c', 'command -v "$0"', tool], {
    encoding: 'utf8',
    env: { PATH: path.join(delimiter) },
  }).trim()
}
