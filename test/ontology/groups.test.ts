import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { Monitor } from '../../src/monitor/monitor.ts'
import { criticalErrorsOf } from '../../src/ontology/critical-errors.ts'
import { groupsOf } from '../../src/ontology/groups.ts'
import { parametersInFile } from '../../src/parameters/file.ts'
import { parametersFrom } from '../../src/parameters/parameters.ts'

const CLASSES = ['sky', 'grass', 'trail', 'rock', 'low_grass', 'gravel', 'person']
const idOf = (name: string) => (CLASSES.includes(name) ? CLASSES.indexOf(name) : undefined)
const groups = (...texts: string[]) => groupsOf(texts, idOf)
const errors = (...texts: string[]) =>
  criticalErrorsOf(texts, groups('traversable: trail, grass', 'rock: rock, person'), idOf)

it('a group is a name and the classes in it, in any order and with any spaces', () => {
  expect(groups('traversable: trail,grass', ' hard :rock ')).toEqual([
    { name: 'traversable', ids: [1, 2] },
    { name: 'hard', ids: [3] },
  ])
})

it('groups may overlap, and one may have the name of a class that is in it', () => {
  expect(groups('ground: grass, trail', 'rock: rock, trail').map(({ ids }) => ids)).toEqual([
    [1, 2],
    [2, 3],
  ])
})

it('a grouping of an ontology is a group each, of the classes there are', () => {
  expect(groups('goose/category')).toEqual([
    { name: 'obstacle', ids: [3] },
    { name: 'natural_ground', ids: [4, 5] },
    { name: 'human', ids: [6] },
    { name: 'sky', ids: [0] },
  ])
})

it.each([
  ['ground', 'expected "name: class, class" or "ONTOLOGY/GROUPING", got "ground"'],
  [': grass', '": grass": expected a name before the colon'],
  ['ground:', '"ground:": expected classes, "name: class, class"'],
  ['ground: grass,', '"ground: grass,": expected classes, "name: class, class"'],
  ['ground: grass, mud', '"ground: grass, mud": unknown class "mud"'],
  ['ground: grass, grass', '"ground: grass, grass": a class stands in it twice'],
  ['sky: grass', '"sky" is the name of a class that is not in the group'],
  ['goose/kind', 'ontology goose has no grouping "kind", it has terrain, category'],
  ['carla13/terrain', '"carla13/terrain": no class of carla13 is one of the classes'],
])('the group %j is refused', (text, message) => {
  expect(() => groups(text)).toThrow(`parameter classes.groups: ${message}`)
})

it('two groups of one name are refused', () => {
  expect(() => groups('a: sky', 'a: grass')).toThrow('parameter classes.groups: "a" names two groups')
})

it('a critical error is of classes or groups, and of the group where a class has its name', () => {
  expect(errors('person > trail:0:1', 'rock>traversable:0.01:0.05')).toEqual([
    { name: 'person>trail', labels: [6], predictions: [2], warn: 0, error: 1 },
    { name: 'rock>traversable', labels: [3, 6], predictions: [1, 2], warn: 0.01, error: 0.05 },
  ])
})

const form = 'expected "label>prediction:warn:error" with shares from 0 to 1, got'
it.each([
  ['rock>trail', `${form} "rock>trail"`],
  ['rock>trail:0.1', `${form} "rock>trail:0.1"`],
  ['rock:0.1:0.2', `${form} "rock:0.1:0.2"`],
  ['>trail:0.1:0.2', `${form} ">trail:0.1:0.2"`],
  ['rock>trail:0.1:1.01', `${form} "rock>trail:0.1:1.01"`],
  ['rock>trail:-0.1:1', `${form} "rock>trail:-0.1:1"`],
  ['rock>trail::1', `${form} "rock>trail::1"`],
  ['rock>trail:0.1: ', `${form} "rock>trail:0.1: "`],
  ['rock>trail:0.2:0.1', '"rock>trail:0.2:0.1": expected warn (0.2) to be no higher than error (0.1)'],
  ['mud>trail:0:1', '"mud>trail:0:1": "mud" is neither a class nor a group'],
  ['rock>mud:0:1', '"rock>mud:0:1": "mud" is neither a class nor a group'],
  [
    'trail>traversable:0:1',
    '"trail>traversable:0:1": a class is on both sides: predicted as itself it is no error',
  ],
])('the critical error %j is refused', (text, message) => {
  expect(() => errors(text)).toThrow(`parameter errors.critical: ${message}`)
})

it('one critical error twice is refused', () => {
  expect(() => errors('sky>trail:0:1', 'sky > trail:0.1:0.2')).toThrow('"sky>trail" is given twice')
})

it("GOOSE's categories ship as groups of its classes", () => {
  const text = readFileSync(new URL('../../config/groups/goose.yaml', import.meta.url), 'utf8')
  const { configuration } = new Monitor(parametersFrom(parametersInFile(text, '/dice_monitor', 'goose.yaml')))
  expect(configuration.groups.map(({ name, ids }) => [name, ids.length])).toEqual([
    ['obstacle', 20],
    ['natural_ground', 6],
    ['artificial_ground', 7],
    ['vehicle', 11],
    ['human', 2],
    ['vegetation', 10],
    ['artificial_structures', 4],
    ['sky', 1],
    ['traversable', 12],
  ])
  expect(configuration.criticalErrors.map(({ name }) => name)).toEqual([
    'obstacle>traversable',
    'human>traversable',
  ])
})
