import { coloursOf } from '../monitor/mask-rules.ts'
import type { Parameters } from '../parameters/table.ts'
import { classColor, cssColor } from '../report/palette.ts'
import type { Rgb } from '../report/png.ts'

/** A class to annotate. */
export interface AnnotationClass {
  name: string
  color: Rgb
}

/** The classes by their ids, each with the colour that the label map gives it, else with the report's. */
export function annotationClasses(parameters: Parameters): AnnotationClass[] {
  const colours = coloursOf(parameters, 'label')
  return parameters['classes.names'].map((name, id) => {
    const colour = colours.get(name)
    return { name, color: colour === undefined ? classColor(id) : rgbOf(colour) }
  })
}

const rgbOf = (colour: number): Rgb => [colour >> 16, (colour >> 8) & 255, colour & 255]

/** The files that tools import their classes from, by name. */
export function classLists(classes: readonly AnnotationClass[]): Map<string, string> {
  const files = new Map([
    // CVAT: "Raw" in the constructor of a task's or a project's labels.
    ['cvat_labels.json', `${JSON.stringify(classes.map(cvatLabel), undefined, 2)}\n`],
    ['label_studio.xml', labelStudio(classes)],
  ])
  // These have no way to write some characters.
  if (classes.every(({ name }) => /^[^:\r\n#][^:\r\n]*$/.test(name)))
    files.set('labelmap.txt', labelmap(classes))
  if (classes.every(({ name }) => /^[^\r\n]+$/.test(name))) files.set('labels.txt', labelme(classes))
  return files
}

export const CLASS_LIST_FILES = ['cvat_labels.json', 'label_studio.xml', 'labelmap.txt', 'labels.txt']

const cvatLabel = ({ name, color }: AnnotationClass) => ({ name, color: cssColor(color), attributes: [] })

/** CVAT's and Datumaro's segmentation masks: their colours. */
const labelmap = (classes: readonly AnnotationClass[]) =>
  [
    '# label:color_rgb:parts:actions',
    ...classes.map(({ name, color }) => `${name}:${color.join(',')}::`),
    '',
  ].join('\n')

/** labelme: its examples' converter wants these two first, so that `_background_` is 0 and the first class 1. */
const labelme = (classes: readonly AnnotationClass[]) =>
  ['__ignore__', '_background_', ...classes.map(({ name }) => name), ''].join('\n')

const labelStudio = (classes: readonly AnnotationClass[]) => `<View>
  <Image name="image" value="$image" zoom="true"/>
  <BrushLabels name="tag" toName="image">
${classes.map(({ name, color }) => `    <Label value="${xml(name)}" background="${cssColor(color)}"/>`).join('\n')}
  </BrushLabels>
</View>
`

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }
const xml = (text: string) => text.replace(/[&<>"]/g, character => ENTITIES[character]!)
