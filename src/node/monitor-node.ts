import type { Frame } from '../monitor/frame.ts'
import type { MaskName } from '../monitor/mask-rules.ts'
import { Monitor } from '../monitor/monitor.ts'
import { closingLine, overlapLevel } from '../monitor/status.ts'
import { ParameterError, parametersFrom, type RawValue, withParameters } from '../parameters/parameters.ts'
import type { Parameters } from '../parameters/table.ts'
import { printable } from '../printable.ts'
import { SimClock } from './clock.ts'
import { Diagnostics } from './diagnostics.ts'
import { FrameKeeper } from './frame-keeper.ts'
import { Guard } from './guard.ts'
import { Input, type InputOptions, type Transport } from './input.ts'
import { LegendMessage } from './legend.ts'
import { ConfusionMessage, type DiagnosticStatus, DiagnosticsMessage, MetricsMessage } from './messages.ts'
import { NamesInput, type NamesSource } from './names-input.ts'
import { NodeLog } from './node-log.ts'
import { openArchive } from './open-archive.ts'
import { serveParameters } from './parameter-services.ts'
import { NodeParameters } from './parameters.ts'
import { Pictures } from './pictures.ts'
import type { Node, Publisher, Ros } from './rclnodejs.ts'
import { Receptions, type Sender } from './reception.ts'
import { ShapePublisher } from './shapes.ts'
import type { Shared } from './shared.ts'
import type { SteadyClock } from './steady-clock.ts'
import { UnlabelledPublisher } from './unlabelled.ts'

/** How often memory that larger frames needed is given back, s. */
const SPELL = 30

const inputOptions = (parameters: Parameters, mask: MaskName): InputOptions => ({
  transport: parameters[`${mask}.transport`] as Transport,
  reliability: parameters['qos.reliability'] as InputOptions['reliability'],
  depth: parameters['qos.depth'],
})

/** The ROS 2 node: the engine between two subscriptions and its publishers. */
export class MonitorNode {
  /** Called with the four tasks when they have been published. */
  onDiagnostics: (statuses: readonly DiagnosticStatus[]) => void = () => {}
  readonly #node: Node
  readonly #guard: Guard
  readonly #receptions: Receptions
  readonly #monitor: Monitor
  readonly #clock: SimClock
  readonly #shared: Shared
  readonly #steady: SteadyClock
  readonly #prediction: Input
  readonly #label: Input
  readonly #names: Record<MaskName, NamesInput>
  readonly #diagnostics: Diagnostics
  readonly #metrics: Sender
  readonly #confusion: Publisher
  readonly #legend: Publisher
  readonly #legendMessage = new LegendMessage()
  /** How many classes the last legend had. */
  #legendClasses = -1
  readonly #pictures: Pictures
  readonly #keeper: FrameKeeper
  readonly #shapes: ShapePublisher
  readonly #unlabelled: UnlabelledPublisher
  readonly #diagnosticsPublisher: Publisher
  readonly #metricsMessage = new MetricsMessage()
  readonly #confusionMessage = new ConfusionMessage()
  readonly #diagnosticsMessage = new DiagnosticsMessage()
  readonly #log: NodeLog
  #diagnosticsTimer: NodeJS.Timeout | undefined
  #lastDiagnostics = 0
  #relinquishedAt = 0

  /**
   * @param topics what is subscribed to, before remapping
   * @throws ParameterError when an override does not fit
   */
  constructor(
    ros: Ros,
    node: Node,
    overrides: ReadonlyMap<string, RawValue>,
    shared: Shared,
    topics: Readonly<Record<MaskName, string>>,
  ) {
    this.#node = node
    this.#shared = shared
    this.#steady = shared.steady
    this.#log = new NodeLog(node, () => this.#steady.seconds)
    const name = node.getFullyQualifiedName()
    // Two monitors in two namespaces must not have tasks of one name.
    const useFqn: [string, RawValue] = ['diagnostic_updater.use_fqn', name.lastIndexOf('/') > 0]
    const parameters = parametersFrom(new Map([useFqn, ...overrides]))
    this.#monitor = new Monitor(parameters, shared.kernels)
    this.#monitor.onFrame = this.#onFrame
    this.#guard = new Guard(node, this.#log.failed)
    this.#receptions = new Receptions(node, this.#guard, shared.native)
    this.#log.unknown([...overrides.keys()])

    const metrics = node.createPublisher('dice_monitor/msg/SegmentationMetrics', '~/metrics')
    this.#metrics = this.#receptions.sender(metrics)
    this.#confusion = node.createPublisher('dice_monitor/msg/ConfusionMatrix', '~/confusion')
    const depthOne = new ros.QoS(1, 1, 1, 2)
    this.#legend = node.createPublisher('dice_monitor/msg/Legend', '~/legend', {
      qos: new ros.QoS(1, 1, 1, 1),
    })
    this.#pictures = new Pictures(ros, node, this.#guard, this.#monitor, this.#steady)
    const onKept = this.#guard.wrap('diagnostics failed', () => this.#publishDiagnostics())
    const camera = (stamp: { sec: number; nanosec: number }) => this.#pictures.cameraMessage(stamp)
    this.#keeper = new FrameKeeper(this.#monitor, this.#steady, name, openArchive, camera, onKept)
    this.#shapes = new ShapePublisher(node, this.#guard, this.#monitor)
    this.#unlabelled = new UnlabelledPublisher(node, this.#monitor, this.#steady)
    this.#diagnosticsPublisher = node.createPublisher('diagnostic_msgs/msg/DiagnosticArray', '/diagnostics', {
      qos: depthOne,
    })
    this.#guard.serve(
      'std_srvs/srv/Trigger',
      '~/reset',
      () => {
        this.#monitor.reset()
        return { success: true, message: 'window and totals forgotten' }
      },
      reason => ({ success: false, message: reason }),
    )

    this.#clock = new SimClock(ros, node)
    this.#clock.isActive = useSimTime(overrides.get('use_sim_time') ?? false)
    this.#clock.follow(this.#steady.seconds)
    this.#serveParameters()

    // Names first: what is ready at once is taken in the order in which it was subscribed to.
    const names = (mask: MaskName) =>
      new NamesInput(ros, node, this.#receptions, mask, topics[mask], message => this.#onNames(mask, message))
    this.#names = { prediction: names('prediction'), label: names('label') }
    this.#followNames()
    const places = { receptions: this.#receptions, rooms: shared.rooms }
    const input = (mask: MaskName, onMessage: (message: Uint8Array, transport: Transport) => void) =>
      new Input(ros, node, places, topics[mask], inputOptions(parameters, mask), onMessage)
    this.#prediction = input('prediction', this.#onPrediction)
    this.#label = input('label', this.#onLabel)
    const inputs = { prediction: this.#prediction, label: this.#label }
    const namesProblem = (mask: MaskName) => this.#names[mask].problem
    const segment = (now: number) => shared.segments.largestOfOthers(now)
    const kept = () => this.#keeper.state
    this.#diagnostics = new Diagnostics(this.#monitor, inputs, namesProblem, segment, kept)
    this.#diagnostics.endPeriod(this.#steady.seconds)
    this.#lastDiagnostics = this.#steady.seconds
    this.#relinquishedAt = this.#steady.seconds
    this.#scheduleDiagnostics()
    this.#publishLegend()
    shared.look(this.#guard.wrap('a tick failed', this.#onTick), () => this.#monitor.isWaiting)
  }

  /** Says in the log what it does, when nothing can keep the process from starting any more. */
  announce(): void {
    this.#shared.tellMeans(this.#receptions, this.#node.getLogger())
    this.#node.getLogger().info(`comparing ${this.#prediction.topic} with ${this.#label.topic}`)
  }

  get name(): string {
    return this.#node.getFullyQualifiedName()
  }

  /** Pairs scored. */
  get frameCount(): number {
    return this.#monitor.frame.frameCount
  }

  /** The windowed dice; NaN before the first pair. */
  get dice(): number {
    const { frame } = this.#monitor
    return frame.frameCount > 0 ? frame.windowDice : Number.NaN
  }

  /** Ends it once the frames that are to be kept are on the disk. */
  async stop(): Promise<void> {
    this.#shared.ticker.stop()
    this.#receptions.stop()
    clearTimeout(this.#diagnosticsTimer)
    // As at the end of a recording: what is paired only when nothing nearer can come.
    this.#guard.wrap('the last pairs could not be scored', () => this.#monitor.flush())()
    await this.#keeper.close()
    this.#node.getLogger().info(printable(closingLine(this.#monitor)))
  }

  readonly #onPrediction = (message: Uint8Array, transport: Transport): void => {
    this.#takeTime()
    // Before it is scored, as its dice is held against what is told of it.
    if (transport === 'raw') this.#unlabelled.offer(message)
    this.#monitor.receivePrediction(message, transport)
    this.#log.rejected('prediction', this.#monitor.predictionInput.lastError)
    if (message instanceof Buffer) this.#shared.collection.count(message)
  }

  readonly #onLabel = (message: Uint8Array, transport: Transport): void => {
    this.#takeTime()
    this.#monitor.receiveLabel(message, transport)
    this.#log.rejected('label', this.#monitor.labelInput.lastError)
    if (message instanceof Buffer) this.#shared.collection.count(message)
  }

  #onNames(mask: MaskName, message: Uint8Array): void {
    this.#takeTime()
    this.#monitor.receiveNames(mask, message)
    const news = this.#monitor.names(mask)?.takeNews() ?? ''
    if (news !== '') this.#log.say('info', `${mask} names`, `${mask} names: ${news}`)
  }

  /** Follows the parameters. Never call it from a callback of rclnodejs. */
  #followNames(): void {
    const { parameters } = this.#monitor
    for (const mask of ['prediction', 'label'] as const) {
      const names = this.#names[mask]
      const before = names.problem
      names.adapt(parameters[`${mask}.names_from`] as NamesSource, this.#steady.seconds)
      if (names.problem !== before && names.problem !== '')
        this.#log.say('error', names.problem, names.problem)
    }
  }

  readonly #onFrame = (frame: Frame): void => {
    this.#steady.read()
    this.#metricsMessage.latency = this.#steady.seconds - frame.labelArrival
    this.#metrics.publish(this.#metricsMessage.write(frame))
    if (this.#confusion.subscriptionCount > 0) this.#confusion.publish(this.#confusionMessage.write(frame))
    if (frame.level !== this.#log.overlapLevel) this.#publishDiagnostics()
    this.#pictures.offer(frame)
    this.#keeper.offer(frame)
    this.#shapes.follow()
    this.#unlabelled.score(frame)
  }

  readonly #onTick = (): void => {
    this.#steady.synchronize()
    this.#monitor.tick(this.#waitingTime)
    if (overlapLevel(this.#monitor, this.#steady.seconds) !== this.#log.overlapLevel)
      this.#publishDiagnostics()
    const { seconds } = this.#steady
    this.#clock.follow(seconds)
    this.#pictures.adapt()
    this.#keeper.tick()
    if (this.#monitor.classes.count !== this.#legendClasses) this.#publishLegend()
    const { parameters } = this.#monitor
    this.#prediction.adapt(inputOptions(parameters, 'prediction'), seconds)
    this.#label.adapt(inputOptions(parameters, 'label'), seconds)
    this.#followNames()
    this.#log.flush()
  }

  #takeTime(): void {
    this.#shared.ticker.wake()
    this.#steady.read()
    const { moment } = this.#monitor
    moment.arrival = this.#steady.seconds
    moment.now = this.#waitingTime
  }

  /** Messages wait in ROS time, so that a slow or paused replay loses nothing. */
  get #waitingTime(): number {
    return this.#clock.isActive ? this.#clock.seconds : this.#steady.seconds
  }

  /** The next one a period after the last, also when the period is changed again and again. */
  #scheduleDiagnostics(): void {
    clearTimeout(this.#diagnosticsTimer)
    const due = this.#lastDiagnostics + this.#monitor.parameters['diagnostic_updater.period']
    const wait = Math.max(0, due - this.#steady.seconds) * 1000
    const onDiagnostics = this.#guard.wrap('diagnostics failed', this.#onDiagnostics)
    this.#diagnosticsTimer = setTimeout(() => {
      onDiagnostics()
      this.#scheduleDiagnostics()
    }, wait)
  }

  readonly #onDiagnostics = (): void => {
    this.#steady.synchronize()
    this.#lastDiagnostics = this.#steady.seconds
    this.#diagnostics.endPeriod(this.#steady.seconds)
    this.#relinquish()
    this.#metricsMessage.framesMissed = this.#diagnostics.framesMissed
    this.#publishDiagnostics()
    this.#log.doubts(this.#diagnostics.doubts, this.#monitor.frame.frameCount)
  }

  /** Gives back the memory of frames much larger than those of the last spell. */
  #relinquish(): void {
    const { seconds } = this.#steady
    if (seconds - this.#relinquishedAt < SPELL) return
    this.#relinquishedAt = seconds
    if (!this.#monitor.relinquish()) return
    this.#prediction.relinquish(seconds)
    this.#label.relinquish(seconds)
    this.#shared.collection.clear()
  }

  #publishDiagnostics(): void {
    const useFqn = this.#monitor.parameters['diagnostic_updater.use_fqn']
    const name = useFqn ? this.#node.getFullyQualifiedName() : this.#node.name()
    const status = this.#diagnostics.statuses(name, this.#steady.seconds)
    this.publishStatus(status)
    this.#log.changes(status, this.#diagnostics.doubts)
    this.onDiagnostics(status)
  }

  /** Publishes on /diagnostics. */
  publishStatus(statuses: readonly DiagnosticStatus[]): void {
    this.#diagnosticsPublisher.publish(this.#diagnosticsMessage.write(this.#stamp(), statuses))
  }

  /** What the arrays of the metrics are of, for those who listen and those who will. */
  #publishLegend(): void {
    this.#legendClasses = this.#monitor.classes.count
    this.#legend.publish(this.#legendMessage.write(this.#monitor, this.#stamp()))
  }

  #stamp(): { sec: number; nanosec: number } {
    const { isActive, sec, nanosec } = this.#clock
    if (isActive) return { sec, nanosec }
    const milliseconds = Date.now()
    return { sec: Math.floor(milliseconds / 1000), nanosec: (milliseconds % 1000) * 1e6 }
  }

  #serveParameters(): void {
    const parameters = new NodeParameters(
      () => ({ ...this.#monitor.parameters, use_sim_time: this.#clock.isActive }),
      this.#applyChanges,
    )
    const events = this.#node._parameterEventPublisher
    const node = this.#node.getFullyQualifiedName()
    serveParameters(this.#guard, this.#node.name(), parameters, changed_parameters => {
      events.publish({
        stamp: this.#stamp(),
        node,
        new_parameters: [],
        changed_parameters,
        deleted_parameters: [],
      })
    })
  }

  readonly #applyChanges = (changes: ReadonlyMap<string, RawValue>): void => {
    const { parameters } = this.#monitor
    const clock = useSimTime(changes.get('use_sim_time') ?? this.#clock.isActive)
    this.#monitor.configure(withParameters(parameters, changes))
    this.#publishLegend()
    this.#clock.isActive = clock
    this.#shared.ticker.wake()
    const period = 'diagnostic_updater.period'
    if (this.#monitor.parameters[period] !== parameters[period]) this.#scheduleDiagnostics()
  }
}

/** @throws ParameterError when it is no bool */
function useSimTime(value: RawValue): boolean {
  if (typeof value === 'boolean') return value
  throw new ParameterError(`parameter use_sim_time: expected a bool, got ${String(value)}`)
}
