import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import { type ImageMessage, serializeImage } from '../../src/image/serialize.ts'
import { claimDomain, isFree, releaseDomain } from './domain.ts'
import { GRAPH_ENVIRONMENT, type Peer } from './peer.ts'

const ROOT = join(import.meta.dirname, '../..')
const WITH_ROS = join(ROOT, 'scripts/with-ros')
const MONITOR = join(ROOT, 'install/dice_monitor/lib/dice_monitor/monitor')
const PATIENCE = 20_000

/** A number of a message; those that are not finite come as text. */
export type Numeric = number | 'nan' | 'inf' | '-inf'
export interface Stamp {
  sec: number
  nanosec: number
}

export interface Metrics extends Record<string, unknown> {
  header: { stamp: Stamp; frame_id: string }
  prediction_stamp: Stamp
  dice: Numeric
  iou: Numeric
  accuracy: Numeric
  soft_dice: Numeric
  window_dice: Numeric
  window_frames: number
  frame_count: number
  level: number
  pixels_evaluated: number
  pixels_ignored: number
  pixels_unknown_prediction: number
  class_id: number[]
  class_dice: Numeric[]
  class_iou: Numeric[]
}

export interface Confusion {
  header: { stamp: Stamp; frame_id: string }
  class_id: number[]
  counts: number[]
  unknown_prediction: number[]
}

export interface DiagnosticArray {
  header: { stamp: Stamp }
  status: {
    level: number
    name: string
    message: string
    hardware_id: string
    values: { key: string; value: string }[]
  }[]
}

export interface Ended {
  code: number | null
  signal: NodeJS.Signals | null
  stderr: string
  seconds: number
}

export type Side = 'prediction' | 'label'
export type Task = 'Overlap' | 'Synchronization' | 'Prediction input' | 'Label input' | 'Saved frames'

interface Waiter {
  condition: () => boolean
  resolve: () => void
}

let graphs = 0

/** One ROS graph, in a domain of its own: the monitor and the peer's node. */
export class Graph {
  readonly metrics: Metrics[] = []
  readonly confusion: Confusion[] = []
  readonly diagnostics: DiagnosticArray[] = []
  readonly others: { topic: string; message: Record<string, unknown> }[] = []
  stderr = ''
  readonly #peer: Peer
  readonly #name: string
  #domain: number
  readonly #waiters = new Set<Waiter>()
  #monitor: ChildProcess | undefined
  #ended: Promise<Ended> | undefined
  /** Names of the monitor's nodes, where there are several. */
  names: string[] = []

  constructor(peer: Peer) {
    this.#peer = peer
    const number = graphs++
    this.#name = `graph ${number}`
    this.#domain = claimDomain()
    peer.onMessage = (graph, topic, message) => current.get(graph)?.receive(topic, message)
    current.set(this.#name, this)
  }

  /**
   * Opens the graph, with the peer's subscriptions and its two image publishers, and starts the monitor in it.
   * Ready when both inputs are connected and diagnostics arrive.
   */
  async start(options: StartOptions = {}): Promise<this> {
    await this.open(options)
    if (options.publishers !== false) {
      await this.advertise('prediction', options)
      await this.advertise('label', options)
    }
    await this.run(['-p', 'diagnostic_updater.period:=0.1', ...(options.args ?? [])], options.environment)
    if (options.publishers !== false) await this.connected()
    return this
  }

  /** Opens the graph with the peer's subscriptions alone. */
  async open({ node = '/dice_monitor', confusion }: StartOptions = {}): Promise<this> {
    while (!(await isFree(this.#domain))) this.#domain = claimDomain()
    await this.request('open', { domain: this.#domain })
    if (confusion) {
      await this.request('subscribe', { type: 'confusion', topic: `${node}/confusion` })
    }
    await this.request('subscribe', { type: 'metrics', topic: `${node}/metrics` })
    await this.request('subscribe', { type: 'diagnostics', topic: '/diagnostics' })
    return this
  }

  /** Starts the monitor, and waits until it speaks. */
  async run(rosArguments: string[], environment: Record<string, string> = {}): Promise<void> {
    const before = this.diagnostics.length
    this.launch(rosArguments, environment)
    await this.until(() => this.diagnostics.length > before, 'diagnostics of the monitor')
  }

  /** Starts the monitor alone, as `ros2 run` would. */
  launch(rosArguments: string[], environment: Record<string, string> = {}): void {
    const env = {
      ...process.env,
      ...GRAPH_ENVIRONMENT,
      ROS_DOMAIN_ID: String(this.#domain),
      ...environment,
    }
    const started = performance.now()
    const command = [...this.#peer.before, MONITOR, ...this.names, '--ros-args', ...rosArguments]
    const monitor = spawn(WITH_ROS, command, {
      env,
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    monitor.stderr.on('data', (text: Buffer) => {
      this.stderr += text
      this.#check()
    })
    this.#ended = new Promise(resolve => {
      monitor.on('close', (code, signal) =>
        resolve({ code, signal, stderr: this.stderr, seconds: (performance.now() - started) / 1000 }),
      )
    })
    this.#monitor = monitor
  }

  /** Sends the monitor a signal, or only waits; resolves when it has ended. */
  async end(signal?: NodeJS.Signals): Promise<Ended> {
    const signalled = performance.now()
    if (signal) this.#monitor!.kill(signal)
    const ended = await this.#ended!
    return signal ? { ...ended, seconds: (performance.now() - signalled) / 1000 } : ended
  }

  /** Lets the monitor do nothing until {@link goOn}. Its process is the one that was spawned: all before it exec. */
  pause(): void {
    this.#monitor!.kill('SIGSTOP')
  }

  goOn(): void {
    this.#monitor!.kill('SIGCONT')
  }

  /** Ends the monitor if it runs. */
  async stop(): Promise<void> {
    if (this.#monitor?.exitCode === null) await this.end('SIGTERM')
  }

  async close(): Promise<void> {
    await this.stop()
    await this.request('close').catch(() => {})
    current.delete(this.#name)
    releaseDomain(this.#domain)
  }

  request(op: string, values: object = {}): Promise<unknown> {
    return this.#peer.request(this.#name, op, values)
  }

  async advertise(
    topic: string,
    { as = topic, bestEffort = false, latched = false, type = 'image' } = {},
  ): Promise<void> {
    await this.request('advertise', { as, topic: `/${topic}`, type, bestEffort, latched })
  }

  /** Waits until the monitor's subscriptions are matched with the publishers. */
  async connected(...names: string[]): Promise<void> {
    for (const as of names.length > 0 ? names : ['prediction', 'label']) {
      const deadline = performance.now() + PATIENCE
      while (((await this.request('subscribers', { as })) as number) === 0) {
        if (performance.now() > deadline) throw new Error(`${as} was not connected. ${this.#state()}`)
        await new Promise(resolve => setTimeout(resolve, 10))
      }
    }
  }

  publish(as: string, image: ImageMessage | Uint8Array): Promise<unknown> {
    const bytes = image instanceof Uint8Array ? image : serializeImage(image)
    return this.request('publish', { as, data: Buffer.from(bytes).toString('base64') })
  }

  /** Sets the clock that was advertised as `clock`. Best effort may lose a message: like a clock it tells on. */
  async setClock(seconds: number): Promise<void> {
    const message = Buffer.alloc(12)
    message[1] = 1
    message.writeInt32LE(Math.floor(seconds), 4)
    message.writeUInt32LE(Math.round((seconds % 1) * 1e9), 8)
    const isTold = () => {
      const { sec, nanosec } = this.diagnostics.at(-1)!.header.stamp
      return sec + nanosec / 1e9 === seconds
    }
    while (!isTold()) {
      await this.publish('clock', message)
      await this.settled()
    }
  }

  /** The latest status of a task. */
  status(task: Task) {
    return this.diagnostics.at(-1)?.status.find(({ name }) => name.endsWith(`: ${task}`))
  }

  /** A value of the latest status of a task. */
  value(task: Task, key: string): string | undefined {
    return this.status(task)?.values.find(entry => entry.key === key)?.value
  }

  count(task: Task, key: string): number {
    return Number(this.value(task, key))
  }

  /**
   * Resolves when the condition holds, which is looked at now and whenever something arrives. The latest diagnostics
   * may be older than what was just sent: ask for what only later ones can say.
   */
  async until(condition: () => boolean, what: string): Promise<void> {
    if (condition()) return
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiters.delete(waiter)
        reject(new Error(`waited in vain for ${what}. ${this.#state()}`))
      }, PATIENCE)
      const waiter = {
        condition,
        resolve: () => {
          clearTimeout(timer)
          resolve()
        },
      }
      this.#waiters.add(waiter)
    })
  }

  /** Waits until the monitor has told what it thinks of everything that was sent before. */
  async settled(): Promise<void> {
    const before = this.diagnostics.length
    await this.until(() => this.diagnostics.length >= before + 2, 'two more diagnostics')
  }

  receive(topic: string, message: unknown): void {
    if (message === null) throw new Error(`${topic}: not as long as ROS would make it`)
    if (topic === '/diagnostics') this.diagnostics.push(message as DiagnosticArray)
    else if (topic.endsWith('/metrics')) this.metrics.push(message as Metrics)
    else if (topic.endsWith('/confusion')) this.confusion.push(message as Confusion)
    else this.others.push({ topic, message: message as Record<string, unknown> })
    this.#check()
  }

  #check(): void {
    for (const waiter of this.#waiters) {
      if (!waiter.condition()) continue
      this.#waiters.delete(waiter)
      waiter.resolve()
    }
  }

  #state(): string {
    const statuses = this.diagnostics.at(-1)?.status ?? []
    const lines = statuses.map(({ level, name, message }) => `${level} ${name}: ${message}`)
    return [`${this.metrics.length} metrics came.`, ...lines, this.stderr].join('\n')
  }
}

const current = new Map<string, Graph>()

/** A test that fails does not close its graph. */
afterAll(async () => {
  for (const graph of current.values()) await graph.stop()
})

export interface StartOptions {
  /** ROS arguments of the monitor. */
  args?: string[]
  /** The monitor's fully qualified name, where arguments change it. */
  node?: string
  confusion?: boolean
  bestEffort?: boolean
  publishers?: boolean
  environment?: Record<string, string>
}
