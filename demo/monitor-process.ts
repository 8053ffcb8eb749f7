import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'

/** The installed node as `ros2 run` would start it. */
export class MonitorProcess {
  readonly #child: ChildProcess
  #output = ''

  constructor(executable: string, args: readonly string[]) {
    this.#child = spawn(executable, args, { stdio: ['ignore', 'pipe', 'pipe'] })
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream!.on('data', text => {
        this.#output += text
      })
    }
  }

  /** @throws Error with what the process printed, when it has ended */
  check(): void {
    if (this.#child.exitCode === null && this.#child.signalCode === null) return
    throw new Error(`the monitor ended: ${this.#output}`)
  }

  /** Asks it to end as Ctrl-C does. @returns its exit status */
  async stop(): Promise<number | null> {
    if (this.#child.exitCode !== null) return this.#child.exitCode
    this.#child.kill('SIGINT')
    const [status] = (await once(this.#child, 'exit')) as [number | null]
    return status
  }
}
