import { frameIdOf } from '../image/header.ts'
import { serializeImage } from '../image/serialize.ts'
import type { Frame } from '../monitor/frame.ts'
import type { Monitor } from '../monitor/monitor.ts'
import { cameraPixels } from '../report/camera-picture.ts'
import { classColors } from '../report/class-colors.ts'
import { overlayScene } from '../report/frame-overlay.ts'
import { drawMask, drawOverlay, type OverlayScene } from '../report/overlay.ts'
import type { Guard } from './guard.ts'
import type { Node, Publisher, Ros, Subscription } from './rclnodejs.ts'
import type { SteadyClock } from './steady-clock.ts'

/** Pictures are no wider and no higher: drawing a pixel takes tens of nanoseconds. */
const LONGEST_SIDE = 640
/** Pictures of the camera that are kept until the masks of the same moment come. */
const CAMERA_DEPTH = 8

type Name = 'overlay' | 'prediction_colored' | 'label_colored'
const NAMES: readonly Name[] = ['overlay', 'prediction_colored', 'label_colored']

interface Stamped {
  sec: number
  nanosec: number
  frameId: string
}

/** Publishes pictures of scored frames, at a bounded rate and only what somebody listens to. */
export class Pictures {
  readonly #node: Node
  readonly #ros: Ros
  readonly #guard: Guard
  readonly #monitor: Monitor
  /** A fraction as an argument might be put on the heap for each frame. */
  readonly #clock: SteadyClock
  readonly #publishers: Record<Name, Publisher>
  #camera: Subscription | undefined
  #cameraTopic = ''
  /** The latest pictures of the camera, the oldest first. */
  #seen: Buffer[] = []
  /** When one was last to be drawn, in seconds on the steady clock. */
  #last = Number.NEGATIVE_INFINITY

  constructor(ros: Ros, node: Node, guard: Guard, monitor: Monitor, clock: SteadyClock) {
    this.#clock = clock
    this.#ros = ros
    this.#node = node
    this.#guard = guard
    this.#monitor = monitor
    const publisher = (name: Name) => node.createPublisher('sensor_msgs/msg/Image', `~/${name}`)
    this.#publishers = {
      overlay: publisher('overlay'),
      prediction_colored: publisher('prediction_colored'),
      label_colored: publisher('label_colored'),
    }
  }

  /**
   * Follows `overlay.image` while somebody listens to the overlay, or frames are to be kept. Never call it from a callback
   * of rclnodejs.
   */
  adapt(): void {
    const { parameters } = this.#monitor
    const isWanted = this.#publishers.overlay.subscriptionCount > 0 || parameters['save.worst'] > 0
    const topic = isWanted ? parameters['overlay.image'] : ''
    if (topic === this.#cameraTopic) return
    this.#cameraTopic = topic
    if (this.#camera) this.#node.destroySubscription(this.#camera)
    this.#camera = undefined
    this.#seen = []
    if (topic === '') return
    const options = { qos: new this.#ros.QoS(1, CAMERA_DEPTH, 2, 2), isRaw: true } as const
    const keep = this.#guard.wrap('a picture of the camera failed', (message: Buffer) => {
      this.#seen.push(message)
      if (this.#seen.length > CAMERA_DEPTH) this.#seen.shift()
    })
    this.#camera = this.#node.createSubscription('sensor_msgs/msg/Image', topic, options, keep)
  }

  /** Has the frame just scored drawn later, if it is time for one and somebody listens. */
  offer(frame: Frame): void {
    const now = this.#clock.seconds
    if (!((now - this.#last) * this.#monitor.parameters['overlay.rate'] >= 1)) return
    this.#last = now
    let isWanted = false
    for (let i = 0; i < NAMES.length; i++) {
      if (this.#publishers[NAMES[i]!].subscriptionCount > 0) isWanted = true
    }
    if (isWanted) this.#take(frame, now)
  }

  #take(frame: Frame, now: number): void {
    const scene = overlayScene(frame, this.#monitor, now, LONGEST_SIDE)
    const { sec, nanosec } = frame.label
    const stamp = { sec, nanosec, frameId: frameIdOf(frame.labelMessage, frame.label) }
    setImmediate(this.#guard.wrap('a picture could not be drawn', () => this.#draw(scene, stamp)))
  }

  #draw(scene: OverlayScene, stamp: Stamped): void {
    const { overlay, prediction_colored: prediction, label_colored: label } = this.#publishers
    const { width, height } = scene.label
    const publish = (publisher: Publisher, draw: () => Uint8Array) => {
      if (publisher.subscriptionCount === 0) return
      const image = serializeImage({ ...stamp, width, height, encoding: 'rgb8', data: draw() })
      publisher.publish(Buffer.from(image.buffer, image.byteOffset, image.byteLength))
    }
    const colorOf = classColors(this.#monitor)
    publish(overlay, () => drawOverlay({ ...scene, camera: this.#cameraPicture(stamp, width, height) }))
    publish(prediction, () => drawMask(scene.prediction, colorOf))
    publish(label, () => drawMask(scene.label, colorOf))
  }

  /** The camera's message whose stamp is nearest; undefined where there is none. */
  cameraMessage({ sec, nanosec }: { sec: number; nanosec: number }): Buffer | undefined {
    const apart = (message: Buffer) =>
      Math.abs(message.readInt32LE(4) - sec + (message.readUInt32LE(8) - nanosec) / 1e9)
    return this.#seen.filter(({ length }) => length > 12).sort((a, b) => apart(a) - apart(b))[0]
  }

  /** The picture of the camera whose stamp is nearest; undefined where there is none that can be drawn. */
  #cameraPicture(stamp: Stamped, width: number, height: number): Uint32Array | undefined {
    const nearest = this.cameraMessage(stamp)
    return nearest && cameraPixels(nearest, false, width, height)
  }
}
