import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { parseClassList } from '../../src/ontology/class-list.ts'
import { loadOntology } from '../../src/ontology/load.ts'

/** `id name #colour void` of each class. */
const read = (file: string, text: string) =>
  parseClassList(file, text)?.map(({ ids, name, color, isVoid }) =>
    [ids.join('+'), name, color?.toString(16), isVoid && 'void']
      .filter(part => part !== undefined && part !== false)
      .join(' '),
  )

describe('a class list', () => {
  it.each([
    [
      'x/labelmap.txt',
      '# label:color_rgb:parts:actions\r\nbackground:0,0,0::\r\n\r\ntall grass:51,221,255:a,b:c\r\nplain:::\r\n',
      ['0 background 0', '1 tall grass 33ddff', '2 plain'],
    ],
    [
      'label_colors.txt',
      '0 0 0 Void\n192 192 128\tColumn Pole \n',
      ['0 Void 0 void', '1 Column Pole c0c080'],
    ],
    ['RUGD_annotation-colormap.txt', '0 void 0 0 0\n9 a/b 255 0 127\n', ['0 void 0 void', '9 a/b ff007f']],
    ['_classes.csv', 'Pixel Value, Class\n0, background\n7, tall grass\n', ['0 background', '7 tall grass']],
    ['class_names.txt', '_background_\ntrail\n', ['0 _background_', '1 trail']],
    [
      'class_names.txt',
      '\ufeff__ignore__\n_background_\ntrail\n',
      ['255 __ignore__ void', '0 _background_', '1 trail'],
    ],
    [
      'goose_label_mapping.csv',
      'class_name,label_key,has_instance,hex\nundefined,0,0,#000000\nhedge,59,0,#d157a0\n',
      ['0 undefined 0 void', '59 hedge d157a0'],
    ],
    ['obj_class_to_machine_color.json', '{"a":[1,1,1],"b":[2,2,2]}', ['1 a', '2 b', '0 (none) void']],
    ['obj_class_to_machine_color.json', '{"a":[0,0,0],"b":[2,2,2]}', ['0 a', '2 b']],
    ['obj_class_to_machine_color.json', '{"a":[1,1,2],"b":[2,2,2]}', [' a 10102', ' b 20202']],
    ['dataset_meta.json', '{"labels":["a","b"]}', ['0 a', '1 b']],
    [
      'dataset_meta.json',
      '{"label_map":{"3":"a","7":"b"},"segmentation_colors":[[0,0,0],[1,2,3]]}',
      ['3 a 0', '7 b 10203'],
    ],
    [
      'panoptic_val.json',
      '{"categories":[{"id":1,"name":"a","color":[0,0,255]},{"id":200,"name":"b"}]}',
      ['1 a ff', '200 b', '0+65535 (none) void'],
    ],
    [
      'release.json',
      '{"dataset":{"task_attributes":{"categories":[{"id":0,"name":"a"}]}}}',
      ['0 a', '65535 (none) void'],
    ],
    ['labels.txt', 'a', undefined],
    ['my.json', '{"classes":[]}', undefined],
  ])('%s', (file, text, expected) => {
    expect(read(file, text)).toEqual(expected)
  })

  it.each([
    ['labelmap.txt', 'a:1,2,3:', 'line 1: expected name:r,g,b:parts:actions, got "a:1,2,3:"'],
    [
      'labelmap.txt',
      '\na:1,2,256::',
      'line 2: expected a colour of three numbers up to 255, got "a:1,2,256::"',
    ],
    ['labelmap.txt', 'a:1,2::', 'line 1: expected a colour of three numbers'],
    ['label_colors.txt', 'Void 0 0 0', 'line 1: expected r g b name'],
    ['RUGD_annotation-colormap.txt', 'void 0 0 0', 'line 1: expected id name r g b'],
    ['_classes.csv', 'value,class\n0,a', 'line 1: expected the columns pixel value, class'],
    ['_classes.csv', 'Pixel Value, Class\nx, a', 'line 2: expected a number as the value'],
    ['_classes.csv', 'Pixel Value, Class\n1, a, b', 'line 2: expected 2 columns'],
    ['dataset_meta.json', '{"labels":["a"],"segmentation_colors":[[0,0,256]]}', 'segmentation_colors[0]'],
    ['dataset_meta.json', '{"label_map":{"x":"a"}}', 'expected labels, or a label_map of ids'],
    ['dataset_meta.json', '{}x', 'not JSON'],
    ['obj_class_to_machine_color.json', '{"a":[1,1]}', 'expected categories, labels or colours by class'],
    ['labelmap.txt', ':1,2,3::', 'expected a name for each class'],
    ['a.json', '{"categories":[{"id":1}]}', 'categories[0]: expected an id and a name'],
  ])('%s with %j', (file, text, message) => {
    expect(() => parseClassList(file, text)).toThrow(message)
  })
})

describe('the parameter of an ontology', () => {
  const directory = mkdtempSync(join(tmpdir(), 'dice-lists-'))
  afterAll(() => rmSync(directory, { recursive: true }))
  const written = (name: string, text: string) => {
    writeFileSync(join(directory, name), text)
    return join(directory, name)
  }

  it('may name a class list', () => {
    const { ontology, grouping } = loadOntology(written('labelmap.txt', 'a:0,0,0::\nb:1,1,1::\n'))
    expect(ontology.classes.map(({ name }) => name)).toEqual(['a', 'b'])
    expect(grouping).toBeUndefined()
  })

  it('says what is wrong with one', () => {
    expect(() => loadOntology(written('class_names.txt', 'a\na\n'))).toThrow(
      /class_names.txt: class a is named twice/,
    )
    expect(() => loadOntology(written('_classes.csv', 'Pixel Value, Class\n1, a\n1, b\n'))).toThrow(
      'id 1 is both a and b',
    )
    expect(() => loadOntology(written('class_names.txt', '\n'))).toThrow('names no class')
    expect(() => loadOntology(join(directory, 'label_colors.txt'))).toThrow('cannot read the ontology')
  })
})
