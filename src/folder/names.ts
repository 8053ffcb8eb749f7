import { basename } from 'node:path'

/**
 * What a file's name and its folders say it holds. `plain` says nothing; `picture` is for the eye alone, `image` what
 * the camera saw.
 */
export type MaskKind =
  | 'ids'
  | 'train ids'
  | 'plain'
  | 'colours'
  | 'panoptic'
  | 'image'
  | 'instances'
  | 'picture'

/** What of a file's path tells which frame it is of. */
export interface FrameName {
  path: string
  /** The file's name without what is known to be added to it. */
  stem: string
  /** The folders without those that only say what is in them. */
  folders: readonly string[]
  kind: MaskKind
  /** What was taken off the file's name. */
  stripped: readonly string[]
}

type Affix = readonly [pattern: RegExp, shown: string, kind?: MaskKind]

/** Behind the names of masks and images: data sets' and annotation tools', then what is common. */
const SUFFIXES: readonly Affix[] = [
  [/_gt(Fine|Coarse)_labelTrainIds$/, '_gtFine_labelTrainIds', 'train ids'],
  [/_gt(Fine|Coarse)_labelIds$/, '_gtFine_labelIds', 'ids'],
  [/_gt(Fine|Coarse)_color$/, '_gtFine_color', 'colours'],
  [/_gt(Fine|Coarse)_instance(Train)?Ids$/, '_gtFine_instanceIds', 'instances'],
  [/_leftImg8bit$/, '_leftImg8bit', 'image'],
  [/(?<=\d{19})_(windshield_vis|camera_left|front|realsense)$/, '_windshield_vis', 'image'],
  [/_label_(?:(?!_label_).)+_semantic$/, '_label_<set>_semantic', 'ids'],
  [/_label_(?:(?!_label_).)+_instance$/, '_label_<set>_instance', 'instances'],
  [/_label_(?:(?!_label_).)+_semantic_colored$/, '_label_<set>_semantic_colored', 'colours'],
  [/_label_(?:(?!_label_).)+_instance_colored$/, '_label_<set>_instance_colored', 'picture'],
  [/_label_(?:(?!_label_).)+_coco-panoptic$/, '_label_<set>_coco-panoptic', 'panoptic'],
  [/\.(jpe?g|png)___fuse$/i, '.jpg___fuse', 'colours'],
  [/\.(jpe?g|png)___save$/i, '.jpg___save', 'instances'],
  [/___fuse$/, '___fuse', 'colours'],
  [/___save$/, '___save', 'instances'],
  [/_(jpe?g|png)\.rf\.[\da-zA-Z]{8,}$/i, '_png.rf.<hash>'],
  [/\.(jpe?g|png|bmp|tiff?)$/i, '.jpg'],
  [/_labelTrainIds$/i, '_labelTrainIds', 'train ids'],
  [/_label_?ids?$/i, '_labelids', 'ids'],
  [/_instance(_?ids?|s)?$/i, '_instanceids', 'instances'],
  [/_fillcolor$/, '_fillcolor'],
  [/_(label|mask|seg|semantic|gt)_colou?r(ed)?$/i, '_label_color', 'colours'],
  [/_colou?r(s|ed)?$/i, '_color', 'colours'],
  [/_(overlay|blend|visuali[sz]ation)$/i, '_overlay', 'picture'],
  [/_(ground_truth|groundtruth|gt)$/i, '_gt'],
  [/_(labels?|masks?|annotations?|semantic|segmentation|seg)$/i, '_mask'],
  [/_(pred|prediction|output|result)s?$/i, '_pred'],
  [/_L$/, '_L'],
]

const PREFIXES: readonly Affix[] = [
  [/^[\da-f]{8}-(?=.)/, '<8 hex>-'],
  [/^(mask|anno|annotation|label|gt|seg|pred|prediction)_(?=.)/i, 'mask_'],
]

const SPLIT = '(?:train|training|val|valid|validation|test|testing)'

/** Folders that say what is in them, and nothing of which frame it is. */
const FOLDERS: readonly (readonly [RegExp, MaskKind | undefined])[] = [
  [/^(label_?ids?|index_?labels?|int_maps|masks_machine|ids)$/, 'ids'],
  [/^(label_colou?rs?|semantic_rgb|colou?rmaps?|gt_colou?r|masks_human|colou?rs?)$/, 'colours'],
  [/^(segmentationobject|instances?|instance_?ids)$/, 'instances'],
  [/^panoptic$/, 'panoptic'],
  [/^(segmentationclass|segmentationobject)?(visuali[sz]ations?|overlays?)$/, 'picture'],
  [
    /^(images?|img|imgs|leftimg8bit|image_data|image_2|rgb|pylon_camera_node|rugd_frames-with-annotations)$/,
    'image',
  ],
  [/^(labels?|annotations?|annos?|annot|masks?|gt|gt_images?|gtfine|gtcoarse|ground_?truths?)$/, undefined],
  [/^(segmentationclass|semantic|sem_seg|segmentations?|rugd_annotations|v\d+(\.\d+)?)$/, undefined],
  [/^(predictions?|preds?|results?|outputs?|inference)$/, undefined],
]

/** Behind the name of a folder, which is then the frames' own: `val_labels_ids`, `trainannot`. */
const FOLDER_SUFFIXES: readonly (readonly [RegExp, MaskKind | undefined])[] = [
  [/_(label_ids?|labels_ids?|ids)$/, 'ids'],
  [/_(label_colou?rs?|labels_colou?rs?|colou?rs?)$/, 'colours'],
  [/_(labels?|masks?|annotations?|gt|predictions?|preds?)$/, undefined],
  [new RegExp(`(?<=^${SPLIT})annot$`), undefined],
]

/** What every affix has a character of. */
const MAY_BE_STRIPPED = /[-._]/

/** @param path relative to the folder that was given, with slashes */
export function frameName(path: string): FrameName {
  const { kinds, folders } = namesOfFolder(path.slice(0, Math.max(0, path.lastIndexOf('/'))))
  const stripped: string[] = []
  let stem = basename(path).replace(/\.[^.]+$/, '')
  let kind: MaskKind | undefined
  for (let isStripping = MAY_BE_STRIPPED.test(stem); isStripping; ) {
    isStripping = false
    for (const [pattern, shown, means] of [...SUFFIXES, ...PREFIXES]) {
      const rest = stem.replace(pattern, '')
      if (rest === stem || rest === '') continue
      stem = rest
      kind ??= means
      stripped.push(shown)
      isStripping = true
      break
    }
  }
  return { path, stem, folders, kind: kind ?? kinds.at(-1) ?? 'plain', stripped }
}

const known = new Map<string, ReturnType<typeof folderNames>>()
/** Folders whose names are kept: of many files few are apart. */
const MOST_KNOWN = 1000

function namesOfFolder(path: string): ReturnType<typeof folderNames> {
  const names = known.get(path) ?? folderNames(path.split('/'))
  if (known.size < MOST_KNOWN) known.set(path, names)
  return names
}

function folderNames(path: readonly string[]): { kinds: MaskKind[]; folders: string[] } {
  const kinds: MaskKind[] = []
  const folders: string[] = []
  for (const folder of path) {
    let name = folder.toLowerCase()
    let role = FOLDERS.find(([pattern]) => pattern.test(name))
    const suffix = role ? undefined : FOLDER_SUFFIXES.find(([pattern]) => pattern.test(name))
    if (suffix) {
      name = name.replace(suffix[0], '')
      if (suffix[1]) kinds.push(suffix[1])
      role = FOLDERS.find(([pattern]) => pattern.test(name))
    } else if (role?.[1]) kinds.push(role[1])
    if (!role && name !== '') folders.push(suffix ? folder.slice(0, name.length) : folder)
  }
  return { kinds, folders }
}
