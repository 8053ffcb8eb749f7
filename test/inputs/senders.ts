import { type ImageMessage, serializeCompressedImage, serializeImage } from '../../src/image/serialize.ts'
import { labelInfo, semanticLabels } from '../support/names-messages.ts'
import { grayPng, writePng } from '../support/png-writer.ts'

/** A message as its sender publishes it. */
export interface SentMessage {
  topic: string
  type: string
  sec: number
  nanosec: number
  data: Uint8Array
}

/** What a sender publishes with a frame, and as what. */
export interface SentFrame {
  prediction: SentMessage
  label: SentMessage
  /** Names of ids, which come before the masks. */
  names?: { mask: 'prediction' | 'label'; message: SentMessage }
}

/** A publisher of masks, as its source writes them. */
export interface Sender {
  /** The parameter file to use, config/inputs/NAME.yaml; the masks are decoded by this name in score.py. */
  name: string
  /** Whether its topics are found by their names. */
  isFound: boolean
  /** Needs vision_msgs, which the ROS 2 of the tests may lack. */
  needsVisionMessages?: boolean
  frame(index: number): SentFrame
}

const IMAGE = 'sensor_msgs/msg/Image'
const COMPRESSED = 'sensor_msgs/msg/CompressedImage'
const [WIDTH, HEIGHT] = [40, 24]

/** Numbers that look random, the same in every run. */
const hash = (index: number, frame: number, of: number) =>
  ((Math.imul(index + 1, 2654435761) ^ Math.imul(frame + 7, 40503)) >>> 13) % of

/** A label's value and a prediction's, coherent along rows, mostly the same. */
const labelAt = (pixel: number, frame: number, of: number) => hash(pixel >> 3, frame, of)
const predictionAt = (pixel: number, frame: number, of: number) =>
  hash(pixel, 90 + frame, 6) === 0 ? hash(pixel, 50 + frame, of) : labelAt(pixel, frame, of)

const pixels = (count: number, bytesOf: (pixel: number) => readonly number[]) =>
  Uint8Array.from(Array.from({ length: count }, (_, pixel) => bytesOf(pixel)).flat())

const stampOf = (frame: number) => ({ sec: 100 + frame, nanosec: 250_000_000 })

function image(
  topic: string,
  frame: number,
  encoding: string,
  bytesOf: (pixel: number) => readonly number[],
  { width = WIDTH, height = HEIGHT, ...rest }: Partial<ImageMessage> = {},
): SentMessage {
  const stamp = { ...stampOf(frame), ...rest }
  const data = pixels(width * height, bytesOf)
  return { topic, type: IMAGE, ...stamp, data: serializeImage({ ...stamp, encoding, width, height, data }) }
}

const compressed = (topic: string, frame: number, format: string, data: Uint8Array): SentMessage => ({
  topic,
  type: COMPRESSED,
  ...stampOf(frame),
  data: serializeCompressedImage({ ...stampOf(frame), format, data }),
})

/** A network's mono8 ids in the label's size. */
const ids = (frame: number, of = 3, topic = '/unet/raw_segmentation_mask') =>
  image(topic, frame, 'mono8', pixel => [predictionAt(pixel, frame, of)])
/** A label's mono8 ids. */
const labels = (frame: number, of = 3, size: Partial<ImageMessage> = {}) =>
  image('/ground_truth', frame, 'mono8', pixel => [labelAt(pixel, frame, of)], size)

/** Of CARLA's 23 tags road, vegetation, terrain, vehicle, sky, unlabeled and water, b g r a. */
const CARLA_COLOURS = [0x804080, 0x6b8e23, 0x91aa64, 0x00008e, 0x4682b4, 0x000000, 0x2d3c96]
/** Of its 29 tags road, vegetation, terrain, car, sky, unlabeled and water. */
const CARLA_TAGS = [1, 9, 10, 14, 11, 0, 23]
const AIRSIM_COLOURS = [0x99069a, 0x706a5b, 0x5a7948, 0x000000]
/** OpenCV's JET of 12 times 0, 7 and 15; 0 is painted black. */
const DEPTHAI_COLOURS = [0x000000, 0x00d0ff, 0xffac00]

const rgb = (colour: number) => [colour >> 16, (colour >> 8) & 255, colour & 255]
const bgr = (colour: number) => rgb(colour).reverse()
const int16 = (value: number) => [value & 255, (value >> 8) & 255]
const int32 = (value: number) => [...int16(value), ...int16(value >> 16)]

export const SENDERS: readonly Sender[] = [
  {
    // gz-sensors src/SegmentationCameraSensor.cc, gz-rendering Ogre2SegmentationCamera.cc LabelMapFromColoredBuffer
    name: 'gazebo',
    isFound: true,
    frame: frame => ({
      prediction: ids(frame),
      label: image('/segmentation/labels_map', frame, 'rgb8', pixel => {
        const label = labelAt(pixel, frame, 4)
        return [label, label, label]
      }),
    }),
  },
  {
    // the same: instance / 256 in G, instance % 256 in R; the background's label in all three
    name: 'gazebo_panoptic',
    isFound: true,
    frame: frame => ({
      prediction: ids(frame),
      label: image('/panoptic/labels_map', frame, 'rgb8', pixel => {
        const label = labelAt(pixel, frame, 4)
        const instance = 1 + hash(pixel >> 3, frame + 33, 700)
        return label === 0 ? [0, 0, 0] : [instance % 256, instance >> 8, label]
      }),
    }),
  },
  {
    // isaacsim.ros2.nodes: extension.py (32SC1), OgnROS2PublishSemanticLabels.cpp; only classes in view, other ids in each run
    name: 'isaac_sim',
    isFound: true,
    frame: frame => {
      const shift = 7 * (frame % 2)
      const { sec, nanosec } = stampOf(frame)
      const names = { 0: 'BACKGROUND', [2 + shift]: 'ground', [300 + shift]: 'grass', [5 + shift]: 'rock' }
      const values = [2 + shift, 300 + shift, 5 + shift, 0]
      return {
        prediction: ids(frame),
        label: image('/semantic_segmentation_gt', frame, '32SC1', pixel =>
          int32(values[labelAt(pixel, frame, 4)]!),
        ),
        names: {
          mask: 'label',
          message: {
            topic: '/semantic_labels',
            type: 'std_msgs/msg/String',
            sec,
            nanosec,
            data: semanticLabels(names, sec, nanosec),
          },
        },
      }
    },
  },
  {
    // carla_ros_bridge camera.py SemanticSegmentationCamera: colours of the CityScapesPalette
    name: 'carla_bridge',
    isFound: false,
    frame: frame => ({
      prediction: ids(frame, 7),
      label: image('/carla/ego_vehicle/semantic_segmentation_front/image', frame, 'bgra8', pixel => [
        ...bgr(CARLA_COLOURS[labelAt(pixel, frame, 7)]!),
        255,
      ]),
    }),
  },
  {
    // CarlaSSCameraPublisher.cpp: the buffer as it is, tag in R, actor id in G and B of the instance camera
    name: 'carla_native',
    isFound: false,
    frame: frame => ({
      prediction: ids(frame, 7),
      label: image('/carla/ego_vehicle/semantic_segmentation_front/image', frame, 'bgra8', pixel => [
        hash(pixel, frame, 256),
        hash(pixel >> 2, frame, 256),
        CARLA_TAGS[labelAt(pixel, frame, 7)]!,
        255,
      ]),
    }),
  },
  {
    // airsim_ros_wrapper.cpp get_img_msg_from_response: bgr8
    name: 'airsim',
    isFound: false,
    frame: frame => ({
      prediction: ids(frame),
      label: image('/airsim_node/drone/front_center/Segmentation', frame, 'bgr8', pixel =>
        bgr(AIRSIM_COLOURS[labelAt(pixel, frame, 4)]!),
      ),
    }),
  },
  {
    // depthai_ros_driver/src/dai_nodes/nn/segmentation.cpp: JET, stamped now(), not the camera's size
    name: 'depthai_v2',
    isFound: false,
    frame: frame => {
      const size = { width: WIDTH / 2, height: HEIGHT / 2 }
      const late = { ...size, nanosec: 250_000_000 + 31_000_000 }
      const classes = [0, 7, 15]
      return {
        prediction: image(
          '/oak/nn/image_raw',
          frame,
          'bgr8',
          pixel => bgr(DEPTHAI_COLOURS[predictionAt(pixel, frame, 3)]!),
          late,
        ),
        label: image('/ground_truth', frame, 'mono8', pixel => [classes[labelAt(pixel, frame, 3)]!]),
      }
    },
  },
  {
    // isaac_ros_unet unet_decoder_node.cpp: mono8 in the network's size, the source's stamp
    name: 'isaac_ros',
    isFound: true,
    frame: frame => ({
      prediction: image(
        '/unet/raw_segmentation_mask',
        frame,
        'mono8',
        pixel => [predictionAt(pixel, frame, 3)],
        { width: 30, height: 17 },
      ),
      label: labels(frame, 3),
    }),
  },
  {
    // semantic_segmentation_node of the Nav2 tutorial: mono8 and a latched LabelInfo, its own stamp later than the masks'
    name: 'nav2',
    isFound: true,
    needsVisionMessages: true,
    frame: frame => {
      const values = [9, 0, 4]
      const message = {
        topic: '/segmentation/label_info',
        type: 'vision_msgs/msg/LabelInfo',
        sec: 1_700_000_000,
        nanosec: 0,
        data: labelInfo(
          [
            [0, 'grass'],
            [4, 'rock'],
            [9, 'ground'],
          ],
          { sec: 1_700_000_000 },
        ),
      }
      return {
        prediction: image('/segmentation/mask', frame, 'mono8', pixel => [
          values[predictionAt(pixel, frame, 3)]!,
        ]),
        label: labels(frame, 3),
        ...(frame === 0 && { names: { mask: 'prediction', message } }),
      }
    },
  },
  {
    // semantic_inference_ros output_publisher.cpp, segmentation_nodelet.cpp: 16SC1, -1 possible
    name: 'semantic_inference',
    isFound: true,
    frame: frame => ({
      prediction: image('/semantic/image_raw', frame, '16SC1', pixel =>
        int16(predictionAt(pixel, frame, 4) - 1),
      ),
      label: labels(frame, 3),
    }),
  },
  {
    // jsk_perception node_scripts: 32SC1 labels, mono8 masks of 0 and 255
    name: 'jsk',
    isFound: false,
    frame: frame => ({
      prediction: image('/label_image_decomposer/output', frame, '32SC1', pixel =>
        int32(predictionAt(pixel, frame, 2)),
      ),
      label: image('/mask', frame, 'mono8', pixel => [255 * labelAt(pixel, frame, 2)]),
    }),
  },
  {
    // zsibot/matrix docs/Semantic_Camera.md: PNG, R = G = B = id, A = 255, 255 unclassified
    name: 'zsibot',
    isFound: true,
    frame: frame => {
      const samples = Array.from({ length: WIDTH * HEIGHT }, (_, pixel) => {
        const id = [0, 10, 20, 30, 255][labelAt(pixel, frame, 5)]!
        return [id, id, id, 255]
      }).flat()
      const file = writePng({ width: WIDTH, height: HEIGHT, bits: 8, colourType: 6, samples })
      return {
        prediction: ids(frame),
        label: compressed('/semantic_ground_truth/compressed', frame, 'png', file),
      }
    },
  },
  {
    // compressed_image_transport compressed_publisher.cpp: gray PNG, the format with a blank at its end
    name: 'image_transport_png',
    isFound: true,
    frame: frame => {
      const file = (valueAt: typeof labelAt) =>
        grayPng(
          WIDTH,
          HEIGHT,
          Array.from({ length: WIDTH * HEIGHT }, (_, pixel) => valueAt(pixel, frame, 3)),
        )
      const format = 'mono8; png compressed '
      return {
        prediction: compressed('/segmentation/compressed', frame, format, file(predictionAt)),
        label: compressed('/label/compressed', frame, format, file(labelAt)),
      }
    },
  },
]

/** Colours of all of RUGD's classes and one of none; RELLIS-3D's ids and one of none. */
const RUGD_COLOURS = [
  0x000000, 0x6c4014, 0xffe5cc, 0x006600, 0x00ff00, 0x009999, 0x0080ff, 0x0000ff, 0xffff00, 0xff007f,
  0x404040, 0xff8000, 0xff0000, 0x994c00, 0x666600, 0x660000, 0x00ff80, 0xcc99ff, 0x6600cc, 0xff99cc,
  0x006666, 0x99ccff, 0x66ffff, 0x65650b, 0x72552f, 0x335577,
]
const RELLIS_IDS = [0, 1, 3, 4, 5, 6, 7, 8, 9, 10, 12, 15, 17, 18, 19, 23, 27, 31, 33, 34, 29, 30, 32, 200]

/** A network trained on RELLIS-3D against labels of RUGD: no sender, but what two lines of parameters score. */
export const RELLIS_AGAINST_RUGD: Sender = {
  name: 'rellis_rugd',
  isFound: true,
  frame: frame => ({
    prediction: image('/prediction', frame, 'mono8', pixel => [
      RELLIS_IDS[labelAt(pixel, frame, RELLIS_IDS.length)]!,
    ]),
    label: image('/label', frame, 'rgb8', pixel =>
      rgb(RUGD_COLOURS[predictionAt(pixel, frame, RUGD_COLOURS.length)]!),
    ),
  }),
}
