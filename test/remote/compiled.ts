import { execFileSync, spawn } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { type Finished, finished } from '../cli/run.ts'

const ROOT = join(import.meta.dirname, '../..')

/** The command line as it is shipped: what lies behind addresses is fetched by a thread, which TypeScript has none of. */
export class Compiled {
  readonly #folder: string

  /** Where it finds its packages, but beside what others use. */
  constructor() {
    const cache = join(ROOT, 'node_modules/.cache')
    mkdirSync(cache, { recursive: true })
    this.#folder = mkdtempSync(join(cache, 'remote-test-'))
    const typescript = join(ROOT, 'node_modules/typescript/bin/tsc')
    const options = ['-p', join(ROOT, 'tsconfig.build.json'), '--outDir', join(this.#folder, 'dist')]
    execFileSync(process.execPath, [typescript, ...options], { stdio: 'inherit' })
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
