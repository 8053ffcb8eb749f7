import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { loadOntology, shippedOntologies } from '../../src/ontology/load.ts'
import { maskTable } from '../../src/ontology/mask-table.ts'
import { meaningsOf } from '../../src/ontology/meanings.ts'
import { colourText } from '../../src/ontology/ontology.ts'
import { parametersInFile } from '../../src/parameters/file.ts'

const root = new URL('../../', import.meta.url)
const { ontologyFiles } = await import(new URL('scripts/write-ontologies.mjs', root).href)
/** Ids, names and colours as the owners of the data sets publish them; GOOSE's categories by name. */
const { goose_categories, ...facts } = JSON.parse(
  readFileSync(new URL('facts.json', import.meta.url), 'utf8'),
) as Record<string, [number, string, string][]> & { goose_categories: Record<string, number[]> }

it('ships what the table says, and nothing else', () => {
  for (const [path, text] of ontologyFiles() as Map<string, string>) {
    expect(readFileSync(new URL(path, root), 'utf8'), path).toBe(text)
  }
  expect(readdirSync(new URL('config/terrain/', root)).sort()).toEqual(
    shippedOntologies().map(name => `${name}.yaml`),
  )
})

describe.each(Object.entries(facts))('%s', (name, rows) => {
  const { classes } = loadOntology(name).ontology
  const byId = new Map(classes.flatMap(entry => entry.ids.map(id => [id, entry])))

  it('has the published ids, names and colours', () => {
    for (const [id, className, colour] of rows) {
      expect([id, byId.get(id)?.name, colourText(byId.get(id)!.color!)]).toEqual([id, className, colour])
    }
    const others = [...byId.keys()].filter(id => !rows.some(([known]) => known === id))
    expect(others).toEqual({ ade20k: [0], cityscapes_train: [255, -1] }[name] ?? [])
  })
})

it('numbers the classes of ADE20K from 0 on for predictions', () => {
  const [whole, reduced] = [loadOntology('ade20k').ontology, loadOntology('ade20k_reduced').ontology]
  for (const { name, ids, color } of whole.classes.slice(1)) {
    const other = reduced.classes.find(entry => entry.name === name)!
    expect([other.ids, other.color]).toEqual([[ids[0]! - 1], color])
  }
  expect(reduced.classes.at(-1)).toMatchObject({ name: 'other', ids: [255], isVoid: true })
})

it('knows the void of each', () => {
  const voids = Object.fromEntries(
    shippedOntologies().map(name => [
      name,
      loadOntology(name)
        .ontology.classes.filter(({ isVoid }) => isVoid)
        .flatMap(({ ids }) => ids),
    ]),
  )
  expect(voids).toEqual({
    ade20k: [0],
    ade20k_reduced: [255],
    carla13: [0],
    carla23: [0],
    carla29: [0],
    cityscapes: [0, 1, 2, 3, 4, 5, 6, 9, 10, 14, 15, 16, 18, 29, 30, -1],
    cityscapes_train: [255, -1],
    goose: [0, 8, 56],
    rellis3d: [0],
    rugd: [0],
    tas500: [22, 255],
    wildscenes: [0],
  })
})

it('knows the categories of GOOSE', () => {
  const { classes } = loadOntology('goose').ontology
  for (const [category, ids] of Object.entries(goose_categories)) {
    const found = classes.filter(({ groups }) => (groups.get('category') ?? 'other') === category)
    expect(found.flatMap(entry => entry.ids)).toEqual(ids)
  }
})

describe.each(shippedOntologies())('the terrain of %s', name => {
  const path = `config/terrain/${name}.yaml`
  const values = parametersInFile(readFileSync(new URL(path, root), 'utf8'), '/dice_monitor', path)
  const names = values.get('classes.names') as string[]

  it.each(['prediction', 'label'])('is a ready map of a %s, the same as the grouping', side => {
    const choice = loadOntology(values.get(`${side}.ontology`) as string)
    const map = meaningsOf(values.get(`${side}.map`) as string[], choice, side === 'label')
    const grouped = meaningsOf([], { ...choice, grouping: 'terrain' }, side === 'label')
    const table = maskTable(map, names, [])
    const other = maskTable(grouped, names, [])
    for (const { ids, isVoid } of choice.ontology.classes) {
      if (side === 'prediction' && isVoid) continue
      for (const id of ids) if (id >= 0) expect(table.values.bytes[id]).toBe(other.values.bytes[id])
    }
    expect(grouped.classes).toEqual(names)
  })
})
