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
  // Cityscapes, and what is named after it: ACDC, Dark Zurich, IDD.
  [/_gt(Fine|Coarse)?_label(cs)?TrainIds$/, '_gtFine_labelTrainIds', 'train ids'],
  [/_gt(Fine|Coarse)?_label(cs|level\d)?Ids$/, '_gtFine_labelIds', 'ids'],
  [/_gt(Fine|Coarse)?_(color|labelColor)$/, '_gtFine_color', 'colours'],
  [/_gt(Fine|Coarse)?_instance(Train|level\d)?Ids$/, '_gtFine_instanceIds', 'instances'],
  [/_gt_inv(Ids|Gray)$/, '_gt_invIds', 'picture'],
  [/_(leftImg8bit|rgb_anon)$/, '_leftImg8bit', 'image'],
  // A2D2.
  [/(?<=^\d{14})_label(?=_[a-z]+_\d{9}$)/, '_label', 'colours'],
  [/(?<=^\d{14})_camera(?=_[a-z]+_\d{9}$)/, '_camera', 'image'],
  [/_train_ids?$/, '_train_id', 'ids'],
  [/_train_colou?r$/, '_train_color', 'colours'],
  // Unity's SOLO. A picture of the camera beside it has the same name without it.
  [/\.semantic segmentation$/i, '.semantic segmentation', 'ids'],
  [/\.instance segmentation$/i, '.instance segmentation', 'instances'],
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
  [/[._-]label_?ids?$/i, '_labelids', 'ids'],
  [/[._-]instance(_?ids?|s)?$/i, '_instanceids', 'instances'],
  [/_fillcolor$/, '_fillcolor'],
  [/[._-](label|mask|seg|semantic|gt)[._-]colou?r(ed)?$/i, '_label_color', 'colours'],
  [/[._-]colou?r(s|ed)?$/i, '_color', 'colours'],
  [/[._-](overlay|blend|visuali[sz]ation)$/i, '_overlay', 'picture'],
  [/[._-](ground_truth|groundtruth|gt)$/i, '_gt'],
  [/[._-](labels?|masks?|annotations?|semantic|segmentation|seg)$/i, '_mask'],
  [/[._-](pred|prediction|output|result)s?$/i, '_pred'],
  [/_L$/, '_L'],
]

const PREFIXES: readonly Affix[] = [
  // Of uploads to Label Studio; names of BDD100K are two such numbers.
  [/^[\da-f]{8}-(?=.)(?![\da-f]{8}$)/, '<8 hex>-'],
  // Isaac Sim's Replicator.
  [/^rgb_(?=\d+$)/, 'rgb_', 'image'],
  [/^semantic_segmentation_(?=\d+$)/, 'semantic_segmentation_'],
  [/^instance_(id_)?segmentation_(?=\d+$)/, 'instance_segmentation_', 'instances'],
  [/^(mask|anno|annotation|label|gt|seg|pred|prediction)_(?=.)/i, 'mask_'],
]

const SPLIT = '(?:train|training|val|valid|validation|test|testing)'

/** Folders that say what is in them, and nothing of which frame it is. */
const FOLDERS: readonly (readonly [RegExp, MaskKind | undefined])[] = [
  [/^(label_?ids?|index_?labels?|int_maps|masks_machine|gtlabels|ids)$/, 'ids'],
  [/^(label_colou?rs?|semantic_rgb|rgblabels|colou?rmaps?|gt_colou?r|masks_human|colou?rs?)$/, 'colours'],
  [/^(segmentationobject|instances?|instance_?ids)$/, 'instances'],
  [/^panoptic$/, 'panoptic'],
  [/^(segmentationclass|segmentationobject)?(visuali[sz]ations?|overlays?)$/, 'picture'],
  [/^(depths?|depth_left|depth_right|disparit(y|ies)|normals?|flow|optical_flow)$/, 'picture'],
  [
    /^(images?|img|imgs|img_dir|images_?png|rgb_images|image_left|image_right|images?t[rs]|leftimg8bit|rgb_anon|image_data|image_2|rgb|pylon_camera_node|rugd_frames-with-annotations)$/,
    'image',
  ],
  [
    /^(labels?|labelst[rs]|annotations?|annos?|annot|ann_dir|masks?|masks_png|gt|gt_images?|gtfine|gtcoarse|ground_?truths?)$/,
    undefined,
  ],
  [
    /^(segmentationclass|semantic|semantic_annotations|sem_seg|seg_left|seg_right|segmentations?|rugd_annotations|v\d+(\.\d+)?)$/,
    undefined,
  ],
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
