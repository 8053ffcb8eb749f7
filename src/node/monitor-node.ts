import type { Frame } from '../monitor/frame.ts'
import { Monitor } from '../monitor/monitor.ts'
import { isStale } from '../monitor/status.ts'
import { Level } from '../monitor/verdict.ts'
import { ParameterError, parametersFrom, type RawValue, withParameters } from '../parameters/parameters.ts'
import { isParameterName, type Parameters } from '../parameters/table.ts'
import { SimClock } from './clock.ts'
import { MessageCollection } from './collection.ts'
import { Diagnostics } from './diagnostics.ts'
import { Input, type InputQos } from './input.ts'
import { ConfusionMessage, DiagnosticsMessage, MetricsMessage } from './messages.ts'
import { declareParameters, rawValueOf } from './parameters.ts'
import type { Node, Parameter, Publisher, Ros } from './rclnodejs.ts'
import { SteadyClock } from './steady-clock.ts'

/** How often what only time settles is looked at, ms. */
const TICK = 50
/** How often publishers' QoS is looked at, in ticks. */
const ADAPT_TICKS = 10

const inputQos = (parameters: Parameters): InputQos => ({
  reliability: parameters['qos.reliability'] as InputQos['reliability'],
  depth: parameters['qos.depth'],
})

/** The ROS 2 node: the engine between two subscriptions and its publishers. */
export class MonitorNode {
  readonly #node: Node
  readonly #monitor: Monitor
  readonly #clock: SimClock
  readonly #steady = new SteadyClock()
  readonly #prediction: Input
  readonly #label: Input
  readonly #diagnostics: Diagnostics
  readonly #metrics: Publisher
  readonly #confusion: Publisher
  readonly #diagnosticsPublisher: Publisher
  readonly #metricsMessage = new MetricsMessage()
  readonly #confusionMessage = new ConfusionMessage()
  readonly #diagnosticsMessage = new DiagnosticsMessage()
  readonly #collection = new MessageCollection()
  readonly #tickTimer: NodeJS.Timeout
  #diagnosticsTimer: NodeJS.Timeout | undefined
  #ticks = 0
  #publishedLevel: number = Level.OK
  #loggedErrors = { prediction: '', label: '' }

  /** @throws ParameterError when an override does not fit */
  constructor(ros: Ros, node: Node, overrides: ReadonlyMap<string, RawValue>) {
    this.#node = node
    const parameters = parametersFrom(overrides)
    this.#monitor = new Monitor(parameters)
    this.#monitor.onFrame = this.#onFrame
    declareParameters(ros, node, parameters)
    this.#warnOfUnknown(overrides)

    this.#metrics = node.createPublisher('dice_monitor/msg/SegmentationMetrics', '~/metrics')
    this.#confusion = node.createPublisher('dice_monitor/msg/ConfusionMatrix', '~/confusion')
    const depthOne = new ros.QoS(1, 1, 1, 2)
    this.#diagnosticsPublisher = node.createPublisher('diagnostic_msgs/msg/DiagnosticArray', '/diagnostics', {
      qos: depthOne,
    })
    node.createService('std_srvs/srv/Trigger', '~/reset', (_request, response) => {
      this.#monitor.reset()
      response.send({ success: true, message: 'window and totals forgotten' })
    })

    this.#clock = new SimClock(ros, node)
    node.addOnSetParametersCallback(changes => this.#onSetParameters(changes))
    const useSimTime = overrides.get('use_sim_time')
    if (useSimTime !== undefined) {
      if (typeof useSimTime !== 'boolean') {
        throw new ParameterError(`parameter use_sim_time: expected a bool, got ${String(useSimTime)}`)
      }
      node.setParameter(new ros.Parameter('use_sim_time', 1, useSimTime))
    }

    const qos = inputQos(parameters)
    this.#prediction = new Input(ros, node, 'prediction', qos, this.#onPrediction)
    this.#label = new Input(ros, node, 'label', qos, this.#onLabel)
    this.#diagnostics = new Diagnostics(this.#monitor, { prediction: this.#prediction, label: this.#label })
    this.#diagnostics.endPeriod(this.#steady.seconds)
    this.#startDiagnostics(parameters)
    this.#tickTimer = setInterval(this.#onTick, TICK)
    node.getLogger().info(`comparing ${this.#prediction.topic} with ${this.#label.topic}`)
  }

  stop(): void {
    clearInterval(this.#tickTimer)
    clearInterval(this.#diagnosticsTimer)
  }

  readonly #onPrediction = (message: Buffer): void => {
    this.#takeTime()
    this.#monitor.receivePrediction(message)
    this.#logError('prediction', this.#monitor.predictionInput.lastError)
    this.#collection.count(message)
  }

  readonly #onLabel = (message: Buffer): void => {
    this.#takeTime()
    this.#monitor.receiveLabel(message)
    this.#logError('label', this.#monitor.labelInput.lastError)
    this.#collection.count(message)
  }

  readonly #onFrame = (frame: Frame): void => {
    this.#steady.read()
    this.#metricsMessage.latency = this.#steady.seconds - frame.labelArrival
    this.#metrics.publish(this.#metricsMessage.write(frame))
    if (this.#confusion.subscriptionCount > 0) this.#confusion.publish(this.#confusionMessage.write(frame))
    if (frame.level !== this.#publishedLevel) this.#publishDiagnostics()
  }

  readonly #onTick = (): void => {
    this.#steady.synchronize()
    this.#monitor.tick(this.#waitingTime)
    if (isStale(this.#monitor, this.#steady.seconds) && this.#publishedLevel !== Level.STALE)
      this.#publishDiagnostics()
    if (++this.#ticks % ADAPT_TICKS !== 0) return
    this.#prediction.adapt()
    this.#label.adapt()
  }

  #takeTime(): void {
    this.#steady.read()
    const { moment } = this.#monitor
    moment.arrival = this.#steady.seconds
    moment.now = this.#waitingTime
  }

  /** Messages wait in ROS time, so that a slow or paused replay loses nothing. */
  get #waitingTime(): number {
    return this.#clock.isActive ? this.#clock.seconds : this.#steady.seconds
  }

  #startDiagnostics(parameters: Parameters): void {
    clearInterval(this.#diagnosticsTimer)
    this.#diagnosticsTimer = setInterval(() => {
      this.#steady.synchronize()
      this.#publishDiagnostics()
      this.#diagnostics.endPeriod(this.#steady.seconds)
    }, parameters['diagnostic_updater.period'] * 1000)
  }

  #publishDiagnostics(): void {
    const useFqn = this.#monitor.parameters['diagnostic_updater.use_fqn']
    const name = useFqn ? this.#node.getFullyQualifiedName() : this.#node.name()
    const status = this.#diagnostics.statuses(name, this.#steady.seconds)
    this.#diagnosticsPublisher.publish(this.#diagnosticsMessage.write(this.#stamp(), status))
    const overlap = status[0]!
    if (overlap.level !== this.#publishedLevel) this.#logLevel(overlap.level, overlap.message)
    this.#publishedLevel = overlap.level
  }

  #stamp(): { sec: number; nanosec: number } {
    const { isActive, sec, nanosec } = this.#clock
    if (isActive) return { sec, nanosec }
    const milliseconds = Date.now()
    return { sec: Math.floor(milliseconds / 1000), nanosec: (milliseconds % 1000) * 1e6 }
  }

  #onSetParameters(changes: readonly Parameter[]): { successful: boolean; reason: string } {
    const raw = new Map<string, RawValue>()
    for (const change of changes) {
      const { name } = change
      const value = rawValueOf(change)
      if (value === undefined) return { successful: false, reason: `parameter ${name} cannot be undeclared` }
      if (isParameterName(name)) raw.set(name, value)
    }
    try {
      if (raw.size > 0) this.#configure(withParameters(this.#monitor.parameters, raw))
    } catch (error) {
      if (!(error instanceof ParameterError)) throw error
      return { successful: false, reason: error.message }
    }
    for (const { name, value } of changes) if (name === 'use_sim_time') this.#clock.setActive(Boolean(value))
    return { successful: true, reason: '' }
  }

  #configure(parameters: Parameters): void {
    const before = this.#monitor.parameters
    this.#monitor.configure(parameters)
    const qos = inputQos(parameters)
    // Not within the service call that sets the parameter: rclnodejs is going through its subscriptions.
    setImmediate(() => {
      this.#prediction.configure(qos)
      this.#label.configure(qos)
    })
    const period = 'diagnostic_updater.period'
    if (parameters[period] !== before[period]) this.#startDiagnostics(parameters)
  }

  #warnOfUnknown(overrides: ReadonlyMap<string, RawValue>): void {
    for (const name of overrides.keys()) {
      if (isParameterName(name) || name === 'use_sim_time' || /^(?:qos_overrides|start_)/.test(name)) continue
      this.#node.getLogger().warn(`parameter ${name} is unknown and has no effect`)
    }
  }

  #logError(side: 'prediction' | 'label', error: string): void {
    if (error === this.#loggedErrors[side]) return
    this.#loggedErrors[side] = error
    this.#node.getLogger().warn(`${side} rejected: ${error}`)
  }

  #logLevel(level: number, message: string): void {
    const logger = this.#node.getLogger()
    if (level === Level.ERROR) logger.error(message)
    else if (level === Level.OK) logger.info(message)
    else logger.warn(message)
  }
}
