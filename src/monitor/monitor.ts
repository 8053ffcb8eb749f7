import { type PngMask, serializePng } from '../image/serialize.ts'
import type { Kernels } from '../kernels/kernels.ts'
import type { ConfusionMatrix } from '../metrics/confusion.ts'
import { Moment } from '../pairing/moment.ts'
import { Pairing } from '../pairing/pairing.ts'
import { ParameterError } from '../parameters/parameters.ts'
import type { Parameters } from '../parameters/table.ts'
import type { Classes } from './classes.ts'
import { type Configuration, configurationFrom, pairingOptions } from './configuration.ts'
import { type CountingRules, countingRules, countPair } from './count-pair.ts'
import { Frame } from './frame.ts'
import { InputStatistics } from './input.ts'
import { KernelRoom } from './kernel-room.ts'
import { wantedByLimits } from './limits.ts'
import { loadMask } from './load-mask.ts'
import { LabelError } from './mask-error.ts'
import type { MaskNames } from './mask-names.ts'
import { type MaskName, withClassNames } from './mask-rules.ts'
import { NamesGates } from './names-gates.ts'
import { Notices } from './notices.ts'
import { type ReceivedImage, ReceivedImages } from './received-image.ts'
import { Scorer } from './scorer.ts'
import { Shapes } from './shapes.ts'
import { Stopwatch } from './stopwatch.ts'
import { Hysteresis } from './verdict.ts'

/**
 * The engine: takes the serialized messages of two topics, pairs them, counts and scores each pair, and judges the
 * last frames. It owns all state and is the same behind the ROS node and the command line.
 *
 * A bad message never throws: it is counted and named in its {@link InputStatistics}. A defect of ours does, and the
 * next message is served all the same. In steady state a frame allocates nothing.
 * @example
 * ```ts
 * import { Monitor, parametersFrom, serializeImage } from 'dice-monitor'
 *
 * const monitor = new Monitor(parametersFrom(new Map([['classes.names', ['grass', 'rock']]])))
 * monitor.onFrame = ({ dice, level }) => console.log(dice.toFixed(4), level) // 0.7333 0
 * const mask = { sec: 12, nanosec: 0, width: 2, height: 2, encoding: 'mono8' }
 * monitor.scorePair(
 *   serializeImage({ ...mask, data: Uint8Array.of(0, 1, 1, 1) }),
 *   serializeImage({ ...mask, data: Uint8Array.of(0, 0, 1, 1) }),
 * )
 * ```
 */
export class Monitor {
  /** Called for every scored pair. The frame is one object, valid until the next. */
  onFrame: (frame: Frame) => void = () => {}
  /** The last scored pair. */
  readonly frame = new Frame()
  /** @internal */
  readonly pairing: Pairing<ReceivedImage>
  /** How the predictions came, and what was wrong with those that could not be used. */
  readonly predictionInput = new InputStatistics()
  /** As `predictionInput`, of the labels. */
  readonly labelInput = new InputStatistics()
  /** @internal Its level is the frame's. */
  readonly verdict: Hysteresis
  /** @internal Boundaries and wrong regions, of some frames. */
  readonly shapes = new Shapes()
  /** @internal When the message comes that is received next. */
  readonly moment = new Moment()
  /** When the last scored pair was complete, in seconds on the steady clock. */
  lastFrameArrival = Number.NaN
  #parameters: Parameters
  #configuration: Configuration
  #rules: CountingRules
  readonly #notices = new Notices(this.predictionInput, this.labelInput)
  readonly #scorer: Scorer
  readonly #kernels: Kernels
  /** Undefined where the kernels' memory is another's to give back. */
  readonly #room: KernelRoom | undefined
  /** Bytes of the pixels of the largest mask since {@link relinquish} was called last. */
  #largest = 0
  /** Ids that the kernels counted apart in this frame: 0 to #counted - 1. */
  #counted = 0
  readonly #stopwatch = new Stopwatch()
  readonly #images = new ReceivedImages(message => this.#room?.release(message))
  /** Where names of ids are published. */
  readonly #gates = new NamesGates((mask, image) => this.#offer(mask, image))
  /** The images of the last pair, which the frame is of. */
  #prediction = this.#images.take()
  #label = this.#images.take()

  /**
   * @param parameters as {@link parametersFrom} makes them
   * @param kernels to count with, or a room to count in that other monitors count in too; by default a room of its own
   * @throws ParameterError when parameters contradict each other or ask for what is not built
   */
  constructor(parameters: Parameters, kernels: Kernels | KernelRoom = new KernelRoom()) {
    this.#room = kernels instanceof KernelRoom ? kernels : undefined
    this.#kernels = kernels instanceof KernelRoom ? kernels.enter(this) : kernels
    this.#parameters = withClassNames(parameters)
    this.#configuration = configurationFrom(this.#parameters)
    this.#rules = countingRules(this.#parameters, this.#configuration)
    this.#notices.configure(this.#parameters, this.#rules)
    this.pairing = new Pairing(
      pairingOptions(parameters),
      image => this.#images.give(image),
      image => image.message.length,
    )
    this.#scorer = new Scorer(this.frame, this.#parameters, this.#configuration)
    this.verdict = new Hysteresis(parameters['thresholds.frames'])
    this.shapes.configure(parameters)
    this.#gates.configure(this.#parameters, this.#rules)
  }

  /** With the classes that the maps name in `classes.names`, where it was empty. */
  get parameters(): Parameters {
    return this.#parameters
  }

  /** @internal How the next pair is counted. */
  get rules(): CountingRules {
    return this.#rules
  }

  /** Which classes there are: those named, or the ids seen so far. */
  get classes(): Classes {
    return this.#scorer.classes
  }

  /** The added counts of all frames. */
  get totals(): ConfusionMatrix {
    return this.#scorer.totals
  }

  /** @internal */
  get configuration(): Configuration {
    return this.#configuration
  }

  /**
   * Takes other parameters from the next frame on. Without `classes.names` the names stay; others are refused.
   * @throws ParameterError, and then nothing changes
   */
  configure(changed: Parameters): void {
    const names = this.#parameters['classes.names']
    const parameters = changed['classes.names'].length > 0 ? changed : { ...changed, 'classes.names': names }
    if (parameters['classes.names'].join('\n') !== names.join('\n')) {
      throw new ParameterError('parameter classes.names: the names are those from the start')
    }
    const configuration = configurationFrom(parameters)
    const rules = countingRules(parameters, configuration)
    const regions = this.#scorer.regionsFrom(configuration)
    this.#rules = rules
    this.#configuration = configuration
    this.#parameters = parameters
    this.#notices.configure(parameters, this.#rules)
    this.#gates.configure(parameters, this.#rules)
    this.pairing.configure(pairingOptions(parameters))
    this.#scorer.configure(parameters, configuration, regions)
    this.verdict.configure(parameters['thresholds.frames'])
    this.shapes.configure(parameters)
  }

  /**
   * Takes a serialized sensor_msgs/Image, or where `prediction.transport` is `compressed` a CompressedImage. The bytes
   * are kept until they are paired: they must not change.
   * @param now seconds on the clock that `sync.max_wait` is measured by (ROS time, a recording's log time)
   * @param arrival seconds on a steady clock
   */
  offerPrediction(message: Uint8Array, now: number, arrival: number): void {
    this.moment.set(now, arrival)
    this.receivePrediction(message)
  }

  /** As {@link offerPrediction}, for a label. */
  offerLabel(message: Uint8Array, now: number, arrival: number): void {
    this.moment.set(now, arrival)
    this.receiveLabel(message)
  }

  /** @internal As {@link offerPrediction}, at the `moment`. */
  receivePrediction(message: Uint8Array, transport = this.#parameters['prediction.transport']): void {
    this.#receive('prediction', message, transport === 'compressed')
  }

  /** @internal As {@link receivePrediction}, for a label. */
  receiveLabel(message: Uint8Array, transport = this.#parameters['label.transport']): void {
    this.#receive('label', message, transport === 'compressed')
  }

  /** @internal Takes a serialized message of names, of the kind that the mask's `names_from` says, at the `moment`. */
  receiveNames(mask: MaskName, message: Uint8Array): void {
    this.names(mask)?.receive(message)
    this.#settle()
  }

  /** @internal The names of a mask's ids; undefined where none are published. */
  names(mask: MaskName): MaskNames | undefined {
    return this.#gates.of(mask)?.names
  }

  /** @internal Whether messages wait for their counterpart or for names. */
  get isWaiting(): boolean {
    const { predictions, labels } = this.pairing
    return predictions.waiting.length > 0 || labels.waiting.length > 0 || this.#gates.isHolding
  }

  /** @internal Messages that wait for their counterpart or for names. */
  *waitingMessages(): Generator<Uint8Array> {
    for (const { waiting } of [this.pairing.predictions, this.pairing.labels]) {
      for (let i = 0; i < waiting.length; i++) yield waiting.message(i).message
    }
    yield* this.#gates.messages()
  }

  /**
   * Scores two masks that are known to be a pair, whatever their stamps and what waits: masks from files, above all.
   * Each is a serialized sensor_msgs/Image, or a PNG file with a stamp; the two may differ in kind, and the transport
   * parameters do not matter. `onFrame` is called before this returns, unless a mask cannot be used: then `rejected` and
   * `lastError` of its {@link InputStatistics} say so. A source of masks that gives {@link serializePng} of its files as
   * topics of CompressedImage messages is paired by stamps instead.
   * @param now seconds on any clock that goes on, for what says when a frame came
   */
  scorePair(prediction: Uint8Array | PngMask, label: Uint8Array | PngMask, now = 0): void {
    this.moment.set(now, now)
    const predicted = this.#given(this.predictionInput, prediction)
    const labelled = this.#given(this.labelInput, label)
    this.frame.labelArrival = now
    if (predicted && labelled) this.#score(predicted, labelled)
    else if (predicted) this.#images.give(predicted)
    else if (labelled) this.#images.give(labelled)
  }

  /** Settles what only time settles: call it now and then, also while nothing comes. */
  tick(now: number): void {
    this.moment.now = now
    this.#settle()
  }

  /** Settles everything, as nothing more will come: the end of a recording. */
  flush(): void {
    this.#gates.releaseAll()
    while (this.pairing.takeRemaining()) this.#scoreTaken()
  }

  /** Forgets the window and the totals; what waits for its counterpart still waits. */
  reset(): void {
    this.#scorer.reset()
    this.verdict.clear()
    this.shapes.reset()
    this.predictionInput.forgetMasks()
    this.labelInput.forgetMasks()
  }

  /**
   * Gives back kernel memory that was needed for frames much larger than those since the last call. Call it once in a
   * while. Allocates.
   * @returns whether there was any
   */
  relinquish(): boolean {
    const largest = this.#largest
    this.#largest = 0
    return this.#room?.relinquish(this, largest) ?? false
  }

  #receive(mask: MaskName, message: Uint8Array, isCompressed: boolean): void {
    const input = mask === 'label' ? this.labelInput : this.predictionInput
    const image = this.#read(input, message, isCompressed)
    if (!image) return
    const { sec, nanosec } = image.header
    input.noteStamp(sec, nanosec)
    const gate = this.#gates.of(mask)
    if (gate) gate.add(image, this.moment.now)
    else this.#offer(mask, image)
    this.#settle()
  }

  #offer(mask: MaskName, image: ReceivedImage): void {
    const stream = mask === 'label' ? this.pairing.labels : this.pairing.predictions
    const { sec, nanosec } = image.header
    this.pairing.offer(stream, image, sec, nanosec, this.moment)
    while (this.pairing.take(this.moment)) this.#scoreTaken()
  }

  /** Reads what a message says before its pixels; undefined where it cannot be used. */
  #read(input: InputStatistics, message: Uint8Array, isCompressed: boolean): ReceivedImage | undefined {
    if (input.received === 0) input.firstArrival = this.moment.arrival
    input.received++
    input.lastArrival = this.moment.arrival
    const image = this.#images.take()
    try {
      image.read(message, isCompressed)
      const { width, height, bytesPerPixel } = image.header
      const bytes = width * height * bytesPerPixel
      if (bytes > this.#largest) this.#largest = bytes
      return image
    } catch (error) {
      this.#images.give(image)
      input.reject(error)
      return undefined
    }
  }

  #given(input: InputStatistics, mask: Uint8Array | PngMask): ReceivedImage | undefined {
    return mask instanceof Uint8Array
      ? this.#read(input, mask, false)
      : this.#read(input, serializePng(mask), true)
  }

  #settle(): void {
    const { pairing, moment } = this
    this.#gates.release(moment)
    // What waits may be settled by time alone.
    while (pairing.take(moment)) this.#scoreTaken()
    pairing.expire(moment)
  }

  #scoreTaken(): void {
    const { frame, pairing } = this
    frame.labelArrival = pairing.labelArrival
    this.#score(pairing.prediction!, pairing.label!)
  }

  #score(prediction: ReceivedImage, label: ReceivedImage): void {
    this.#stopwatch.start()
    const { frame } = this
    this.#takePair(prediction, label)
    try {
      this.#count()
    } catch (error) {
      const input = error instanceof LabelError ? this.labelInput : this.predictionInput
      input.reject(error)
      return
    }
    this.#scorer.score(this.#kernels)
    this.#notices.lookAt(this.#kernels, this.#counted, frame, this.#rules)
    this.verdict.update(wantedByLimits(this))
    frame.level = this.verdict.level
    frame.frameCount++
    this.lastFrameArrival = Math.max(this.predictionInput.lastArrival, this.labelInput.lastArrival)
    frame.processingTime = this.#stopwatch.stop() / 1e9
    this.onFrame(frame)
  }

  /** Makes the frame one of this pair. */
  #takePair(prediction: ReceivedImage, label: ReceivedImage): void {
    const { frame } = this
    this.#images.give(this.#prediction)
    this.#images.give(this.#label)
    this.#prediction = prediction
    this.#label = label
    frame.predictionMessage = this.#prediction.message
    frame.prediction = this.#prediction.header
    frame.labelMessage = this.#label.message
    frame.label = this.#label.header
  }

  /** Counts the frame's two masks. @throws MessageError when they do not fit together or the rules */
  #count(): void {
    const { frame, classes } = this
    const kernels = this.#kernels
    this.#gates.place(this.#rules, frame)
    loadMask(kernels, 0, frame.predictionMessage, frame.prediction)
    loadMask(kernels, 1, frame.labelMessage, frame.label)
    kernels.parts = frame.regions.partsOf(frame.label.width, frame.label.height)
    kernels.border = this.#parameters.ignored_border
    kernels.keepsIds = this.shapes.isDue(this.moment)
    const counted = countPair(
      kernels,
      frame.prediction,
      frame.label,
      this.#rules,
      classes.capacity,
      this.predictionInput.unmapped,
      this.labelInput.unmapped,
    )
    this.#counted = counted
    this.#scorer.take(kernels, counted)
    if (kernels.keepsIds) this.shapes.take(kernels, frame, counted, this.#configuration, this.moment)
  }
}
