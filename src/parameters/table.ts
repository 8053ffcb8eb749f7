/** The value types a parameter of this project can have, with ROS's names. */
export interface ParameterTypes {
  /** True or false. */
  bool: boolean
  /** Exact: at most 2^53 - 1 in size. */
  integer: number
  /** Any number; a whole one is taken too. */
  double: number
  /** Text. */
  string: string
  /** A list of integers. */
  integer_array: readonly number[]
  /** A list of texts. */
  string_array: readonly string[]
}

/** The name of one of them. */
export type ParameterType = keyof ParameterTypes

/** What is known of one parameter. Declaration, validation, the annotated YAML and the README all come from here. */
export interface ParameterSpec<T extends ParameterType = ParameterType> {
  /** The type that a value must have. */
  type: T
  /** The value where none is given. */
  default: ParameterTypes[T]
  /** For people. */
  description: string
  /** Unit of the value, where it has one. */
  unit?: string
  /** The least that a number may be. */
  min?: number
  /** The most that a number may be. */
  max?: number
  /** The only values a string may take. */
  choices?: readonly string[]
  /** Whether the default depends on the node, so that the shipped file must leave it out. */
  unsetInFile?: boolean
  /** Fixed once the monitor has started. */
  readOnly?: boolean
}

/** Ties the default's type to `type`; the table's entries would otherwise be checked against the union only. */
const spec = <T extends ParameterType>(entry: ParameterSpec<T>): ParameterSpec<T> => entry

const transport = (topic: string) =>
  spec({
    type: 'string',
    default: 'raw',
    choices: ['raw', 'compressed'],
    description: `How ${topic}s arrive: raw is sensor_msgs/Image on ${topic}, compressed is sensor_msgs/CompressedImage with PNG files on ${topic}/compressed.`,
  })

const classMap = (topic: string) =>
  spec({
    type: 'string_array',
    default: [],
    description: `Pixel value or colour of a ${topic} to class: "3:grass", "4-7:tree", "-1:ignore", "#00ff00:grass", "*:obstacle" for the rest, with ${topic}.ontology also its names on the left. Empty: the value is the class id, or the ontology says it. Values that are not named ${topic === 'label' ? 'are ignored' : 'are unknown predictions'}.`,
  })

const ontology = (topic: string) =>
  spec({
    type: 'string',
    default: '',
    description: `Names for the values and colours of a ${topic}: an ontology of config/ontologies (rugd, rellis3d, ...) or a file NAME.yaml, with "/terrain" behind it for that grouping of its classes.`,
  })

const channel = (topic: string) =>
  spec({
    type: 'string',
    default: 'auto',
    choices: ['auto', 'color', 'r', 'g', 'b'],
    description: `Where a ${topic} of an encoding of colours has its class: in the whole color, or as an id in one channel. auto: the color if ${topic}.map or ${topic}.ontology names colours, else r if all channels are equal.`,
  })

const namesFrom = (topic: string) =>
  spec({
    type: 'string',
    default: 'none',
    choices: ['none', 'label_info', 'semantic_labels'],
    description: `Where the names of the ids of a ${topic} are published, which are matched to classes.names and may stand on the left of ${topic}.map: label_info is vision_msgs/LabelInfo on ${topic}/label_info, semantic_labels is the JSON of Isaac Sim on ${topic}/semantic_labels.`,
  })

/** Every parameter of the monitor, by name: one table, however long. */
export const PARAMETERS = {
  'classes.names': spec({
    type: 'string_array',
    default: [],
    readOnly: true,
    description:
      'Class names; the index is the class id. Empty: the classes are those that the maps name; without maps the ids seen so far, at most 256, named by number.',
  }),
  'classes.evaluated': spec({
    type: 'string_array',
    default: [],
    description: 'Names of the classes that enter the means. Empty: all.',
  }),
  'classes.groups': spec({
    type: 'string_array',
    default: [],
    description:
      'Groups of classes, each scored as one class besides: "traversable: grass, trail", or "goose/category" for the groups of an ontology\'s grouping.',
  }),
  'classes.ignored_labels': spec({
    type: 'integer_array',
    default: [255],
    description: 'Label values whose pixels are left out of every count but pixels_ignored.',
  }),
  'prediction.map': classMap('prediction'),
  'label.map': classMap('label'),
  'prediction.ontology': ontology('prediction'),
  'label.ontology': ontology('label'),
  'prediction.names_from': namesFrom('prediction'),
  'label.names_from': namesFrom('label'),
  'prediction.channel': channel('prediction'),
  'label.channel': channel('label'),
  'prediction.kind': spec({
    type: 'string',
    default: 'auto',
    choices: ['auto', 'labels', 'probabilities'],
    description:
      'What a prediction holds. auto: 32FC1 and 32FCn are probabilities, every other encoding class ids.',
  }),
  'prediction.threshold': spec({
    type: 'double',
    default: 0.5,
    min: 0,
    max: 1,
    description: 'A 32FC1 foreground probability of at least this is class 1, else class 0.',
  }),
  'prediction.transport': transport('prediction'),
  'label.transport': transport('label'),
  resize: spec({
    type: 'string',
    default: 'reject',
    choices: ['reject', 'nearest'],
    description:
      "A prediction of another size than its label: reject it, or bring it to the label's grid by nearest neighbour of pixel centres.",
  }),
  empty_class: spec({
    type: 'string',
    default: 'exclude',
    choices: ['exclude', 'one', 'zero'],
    description: 'What a class that is in neither mask does to a mean: left out, or counted as 1 or as 0.',
  }),
  min_label_pixels: spec({
    type: 'integer',
    default: 0,
    min: 0,
    max: 2 ** 31,
    unit: 'pixels',
    description:
      "A class with fewer label pixels in a frame is left out of the frame's means; it stays in all counts and in the window.",
  }),
  regions: spec({
    type: 'string_array',
    default: [],
    description:
      'Parts of the picture that are scored by themselves besides: "near: rows 0.66-1", "path: polygon 0.3,1 0.45,0.5 0.55,0.5 0.7,1", "body: mask FILE.png" (where it is not black), relative to the size of the label. A pixel is in a region where its centre is, of polygons by the even-odd rule. At most 16.',
  }),
  'regions.ignored': spec({
    type: 'string_array',
    default: [],
    description: 'Names of the regions whose pixels are left out of every count but pixels_ignored.',
  }),
  ignored_border: spec({
    type: 'integer',
    default: 0,
    min: 0,
    max: 100,
    unit: 'pixels',
    description:
      'Pixels with another label within so many rows and columns are left out of every count but pixels_ignored. 0: none.',
  }),
  'boundary.tolerance': spec({
    type: 'double',
    default: 0,
    min: 0,
    max: 50,
    unit: 'pixels',
    description:
      'A boundary pixel is right with one of its class at most this far away in the other mask: boundary precision, recall and F-score on ~/shape. 0: none.',
  }),
  'boundary.rate': spec({
    type: 'double',
    default: 1,
    min: 0,
    max: 1000,
    unit: 'Hz',
    description:
      'Highest rate of ~/shape, the frames that are looked at for boundaries and the largest wrong region. 0: never.',
  }),
  'sync.tolerance': spec({
    type: 'double',
    default: 0,
    min: 0,
    max: 60,
    unit: 's',
    description: 'Largest difference between the stamps of a prediction and its label. 0: exact stamps.',
  }),
  'sync.queue_size': spec({
    type: 'integer',
    default: 30,
    min: 1,
    max: 10_000,
    unit: 'messages',
    description: 'How many predictions, and how many labels, may wait for their counterpart.',
  }),
  'sync.queue_bytes': spec({
    type: 'integer',
    default: 2 ** 28,
    min: 1,
    max: 2 ** 40,
    unit: 'bytes',
    description:
      'How many bytes of predictions, and how many of labels, may wait for their counterpart. One message may be larger.',
  }),
  'sync.max_wait': spec({
    type: 'double',
    default: 1,
    min: 0.01,
    max: 3600,
    unit: 's',
    description: 'How long a message waits for its counterpart before it expires.',
  }),
  'window.frames': spec({
    type: 'integer',
    default: 30,
    min: 1,
    max: 10_000,
    unit: 'frames',
    description: 'How many frames window_dice and window_iou add up; the verdict is made on them.',
  }),
  'thresholds.dice.warn': spec({
    type: 'double',
    default: 0.7,
    min: 0,
    max: 1,
    description: 'WARN while window_dice is below this. 0: never.',
  }),
  'thresholds.dice.error': spec({
    type: 'double',
    default: 0.5,
    min: 0,
    max: 1,
    description: 'ERROR while window_dice is below this. 0: never.',
  }),
  'thresholds.class_dice': spec({
    type: 'string_array',
    default: [],
    description:
      'Thresholds on the windowed dice of single classes, groups, regions, and classes in a region, "name:warn:error": "grass:0.8:0.6", "near:0.8:0.6", "near/grass:0.8:0.6". Of several of one name the class is meant, then the group.',
  }),
  'errors.critical': spec({
    type: 'string_array',
    default: [],
    description:
      'Errors that cost more than others, "label>prediction:warn:error", for example "obstacle>traversable:0.01:0.05": WARN and ERROR while a larger share of the pixels of a class or group is predicted as another, over the window. A group is meant where a class has its name.',
  }),
  'thresholds.frames': spec({
    type: 'integer',
    default: 3,
    min: 1,
    max: 100_000,
    unit: 'frames',
    description: 'Hysteresis: the level changes after this many frames in a row that ask for it.',
  }),
  'drift.enabled': spec({
    type: 'bool',
    default: false,
    description:
      'WARN while the dice of a class, in the whole frame or in a region, is lower than it was: a CUSUM over the dice of windows of window.frames frames, after 20 of them.',
  }),
  stale_after: spec({
    type: 'double',
    default: 2,
    min: 0,
    max: 86_400,
    unit: 's',
    description:
      'Without predictions, or without a pair although both come, for this long, the verdict is STALE. 0: never.',
  }),
  missing_labels_level: spec({
    type: 'string',
    default: 'ok',
    choices: ['ok', 'warn', 'stale'],
    description:
      'The verdict while predictions come and no label has for stale_after: labels that pause are no fault of the perception.',
  }),
  'qos.reliability': spec({
    type: 'string',
    default: 'auto',
    choices: ['auto', 'reliable', 'best_effort'],
    description: 'Reliability asked of publishers. auto: reliable while every publisher offers it.',
  }),
  'qos.depth': spec({
    type: 'integer',
    default: 10,
    min: 1,
    max: 10_000,
    unit: 'messages',
    description: 'History depth of the subscriptions.',
  }),
  'unlabelled.rate': spec({
    type: 'double',
    default: 1,
    min: 0,
    max: 1000,
    unit: 'Hz',
    description:
      'Highest rate of ~/unlabelled, what can be told of raw predictions without labels, while somebody listens. 0: never.',
  }),
  'overlay.rate': spec({
    type: 'double',
    default: 5,
    min: 0,
    max: 1000,
    unit: 'Hz',
    description:
      'Highest rate of ~/overlay, ~/prediction_colored and ~/label_colored, which are drawn only while somebody listens. 0: never.',
  }),
  'overlay.image': spec({
    type: 'string',
    default: '',
    description:
      'Topic of the camera, sensor_msgs/Image of 8-bit colours or grays, whose picture ~/overlay is drawn over. Empty: none.',
  }),
  'save.worst': spec({
    type: 'integer',
    default: 0,
    min: 0,
    max: 1000,
    unit: 'frames',
    description:
      'How many frames are kept in save.directory, those with the lowest dice, one of each episode in which the level is not OK: label, prediction and overlay as PNG, and scores as JSON. What earlier runs left there counts. 0: none.',
  }),
  'save.directory': spec({
    type: 'string',
    default: '',
    description:
      'Where frames are kept; "~/" is the home directory. A node that is in a namespace or has another name has a folder of its own in it.',
  }),
  'save.bytes': spec({
    type: 'integer',
    default: 2 ** 28,
    min: 1,
    max: 2 ** 40,
    unit: 'bytes',
    description:
      'How much the frames that are kept may take; while one is written, it takes its room besides.',
  }),
  'diagnostic_updater.period': spec({
    type: 'double',
    default: 1,
    min: 0.01,
    max: 3600,
    unit: 's',
    description: 'Period of /diagnostics; a level change is published at once besides.',
  }),
  'diagnostic_updater.use_fqn': spec({
    type: 'bool',
    default: false,
    unsetInFile: true,
    description:
      "Name the diagnostics by the node's fully qualified name. By default outside the root namespace.",
  }),
} as const satisfies Record<string, ParameterSpec>

/** The name of a parameter. */
export type ParameterName = keyof typeof PARAMETERS

/** A complete, validated set of parameters, by their contract names. */
export type Parameters = {
  readonly [N in ParameterName]: ParameterTypes[(typeof PARAMETERS)[N]['type']]
}

export const PARAMETER_NAMES = Object.keys(PARAMETERS) as ParameterName[]

export function isParameterName(name: string): name is ParameterName {
  return Object.hasOwn(PARAMETERS, name)
}
