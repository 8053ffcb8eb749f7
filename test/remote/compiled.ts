import { spawn } from 'node:child_process'
import { cpSync, rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { type Finished, finished } from '../cli/run.ts'
import { compile, folderAmongPackages } from '../support/compile.ts'

const ROOT = join(import.meta.dirname, '../..')

/** The command line as it is shipped: what lies behind addresses is fetched by a thread, which TypeScript has none of. */
export class Compiled {
  readonly #folder: string

  constructor() {
    this.#folder = folderAmongPackages('remote-test-')
    compile(join(this.#folder, 'dist'))
    cpSync(join(ROOT, 'package.json'), join(this.#folder, 'package.json'))
    symlinkSync(join(ROOT, 'config'), join(this.#folder, 'config'))
  }

  get main(): string {
    return join(this.#folder, 'dist/cli/main.js')
  }

  /** Runs dice-monitor to its end. */
  run(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Finished> {
    const child = spawn(process.execPath, [this.main, ...args], {
      cwd: this.#folder,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...env },
    })
    return finished(child)
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true })
  }
}
