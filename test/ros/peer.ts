import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { pythonCommand } from '../support/python.ts'
import { withOverlay } from './vision-messages.ts'

/** What every process of a test's graph sees: nothing leaves the machine. */
export const GRAPH_ENVIRONMENT = {
  ROS_AUTOMATIC_DISCOVERY_RANGE: 'LOCALHOST',
  RCUTILS_LOGGING_BUFFERED_STREAM: '0',
  ROS_LOG_DIR: join(import.meta.dirname, '../../.ros/test-log'),
}

/** Profiles, shared memory and its limits are Fast DDS's, the middleware where none is chosen. */
export const isFastDds = (process.env.RMW_IMPLEMENTATION || 'rmw_fastrtps_cpp').includes('fastrtps')

interface Pending {
  resolve(result: unknown): void
  reject(error: Error): void
}

type Arrived = (graph: string, topic: string, message: unknown) => void

/** The Python process that stands for the rest of the robot. One serves every graph of a test file. */
export class Peer {
  onMessage: Arrived = () => {}
  readonly #process: ChildProcess
  readonly #pending = new Map<number, Pending>()
  #requests = 0

  /** The command before the monitor's, and this process's, that puts packages on their paths. */
  readonly before: readonly string[]

  /**
   * @param environment what its process sees besides, or undefined where it sees less
   * @param overlay where a package is installed that both sides need
   */
  constructor(environment: Record<string, string | undefined> = {}, overlay?: string) {
    this.before = overlay === undefined ? [] : withOverlay(overlay)
    const [command, ...first] = pythonCommand()
    // The overlay comes after what the first command puts on the paths.
    const wrapped = first.length > 0 ? [...this.before, ...first] : first
    this.#process = spawn(command!, [...wrapped, join(import.meta.dirname, 'peer.py')], {
      env: { ...process.env, ...GRAPH_ENVIRONMENT, ...environment },
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    createInterface({ input: this.#process.stdout! }).on('line', line => this.#onLine(line))
    this.#process.on('exit', code => {
      for (const { reject } of this.#pending.values()) reject(new Error(`the peer ended with ${code}`))
    })
  }

  request(graph: string, op: string, values: object = {}): Promise<unknown> {
    const id = this.#requests++
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve, reject })
      this.#process.stdin!.write(`${JSON.stringify({ ...values, id, graph, op })}\n`)
    })
  }

  end(): void {
    this.#process.stdin!.end()
  }

  #onLine(line: string): void {
    const { id, result, error, graph, topic, message } = JSON.parse(line) as {
      id?: number
      result?: unknown
      error?: string
      graph: string
      topic: string
      message: unknown
    }
    if (id === undefined) {
      this.onMessage(graph, topic, message)
      return
    }
    const pending = this.#pending.get(id)!
    this.#pending.delete(id)
    if (error === undefined) pending.resolve(result)
    else pending.reject(new Error(error))
  }
}
