import { expect, test } from 'vitest'
import { splitArguments } from '../../src/node/arguments.ts'
import { isRemapped, nodeNames, requireDifferentWhenRemapped } from '../../src/node/node-names.ts'
import { inputTopics } from '../../src/node/subtopic.ts'

test('names are what stands outside of the ROS arguments, which all go on to rcl', () => {
  const argv = ['node', 'main.js', 'front', '--ros-args', '-r', 'a:=b', '-p', 'c:=1', '--', 'rear']
  expect(splitArguments(argv)).toEqual({
    names: ['front', 'rear'],
    rest: ['node', 'main.js', 'front', '--ros-args', '-r', 'a:=b', '--', 'rear'],
    sources: [{ kind: 'rule', node: undefined, name: 'c', value: '1' }],
  })
  expect(splitArguments(['node', 'main.js']).names).toEqual([])
})

test('a node a name, and one without names', () => {
  expect(nodeNames([])).toEqual([{ name: 'dice_monitor', namespace: '/', hasOwnTopics: false }])
  expect(nodeNames(['front', '/rear'])).toEqual([
    { name: 'front', namespace: '/', hasOwnTopics: true },
    { name: 'rear', namespace: '/', hasOwnTopics: true },
  ])
  // Where the namespace keeps the topics apart, they are relative to it.
  expect(nodeNames(['/front/dice_monitor', 'robot/rear/_m1', '/robot/a', '/robot/b'])).toEqual([
    { name: 'dice_monitor', namespace: '/front', hasOwnTopics: false },
    { name: '_m1', namespace: '/robot/rear', hasOwnTopics: false },
    { name: 'a', namespace: '/robot', hasOwnTopics: true },
    { name: 'b', namespace: '/robot', hasOwnTopics: true },
  ])
  const longest = 'a'.repeat(200)
  expect(nodeNames([longest])[0]!.name).toBe(longest)
})

test('what cannot be a name is refused in one line', () => {
  for (const name of [
    '',
    '/',
    'front/',
    '//front',
    'a//b',
    '1st',
    '/2/a',
    'a/1',
    'a-b',
    'a.b',
    'a b',
    '~/a',
    'ä',
    'a\n',
  ]) {
    expect(() => nodeNames(['rear', name]), name).toThrow(/^"[^\n]*" is no name of a node: expected letters/)
  }
  expect(() => nodeNames(['\u001b[31m'])).toThrow('\\u{1b}[31m')
  expect(() => nodeNames(['--help'])).toThrow('expected names of nodes before --ros-args, got --help')
  expect(() => nodeNames(['a'.repeat(201)])).toThrow('at most 200 characters, got one of 201')
})

test('two of one name are refused, however they are written', () => {
  expect(() => nodeNames(['front', 'rear', 'front'])).toThrow('two nodes would be called /front: each needs')
  expect(() => nodeNames(['a/b', '/a/b'])).toThrow('two nodes would be called /a/b')
  expect(() => nodeNames(['/a', '/b', '/a/b', 'a/a'])).not.toThrow()
})

test('two of one name are refused when remapping makes them so', () => {
  const check = (names: string[], ...rules: string[]) =>
    requireDifferentWhenRemapped(nodeNames(names), ['node', 'main.js', ...names, '--ros-args', ...rules])
  const two = ['/front/m', '/rear/m']
  const twice = (name: string) => `two nodes would be called ${name}: each`
  expect(() => check(two, '-r', '__ns:=/robot')).toThrow(twice('/robot/m'))
  expect(() => check(two, '--log-level', 'info', '--remap', 'm:__ns:=/')).toThrow(twice('/m'))
  expect(() => check(['front', 'rear'], '-r', '__node:=x')).toThrow(twice('/x'))
  expect(() => check(['front', 'rear'], '-r', 'front:__name:=rear')).toThrow(twice('/rear'))
  // The first rule of several.
  expect(() => check(['front', 'rear'], '-r', 'front:__node:=x', '-r', '__node:=y')).not.toThrow()
  expect(() => check(['a', 'b'], '-r', '__node:=y', '-r', 'a:__node:=x')).toThrow(twice('/y'))
  expect(() => check(two, '-r', '__node:=x')).not.toThrow()
  expect(() => check(two, '-r', 'other:__ns:=/robot')).not.toThrow()
  expect(() => check(two, '-p', '__ns:=/robot')).not.toThrow()
  expect(() => check(['front', 'rear'], '-r', '__ns:=/robot', '-r', 'prediction:=/a')).not.toThrow()
  expect(() => requireDifferentWhenRemapped(nodeNames(two), ['-r', '__ns:=/robot'])).not.toThrow()
})

test('own topics lie below the name, unless the shorter name is remapped', () => {
  const node = (remapped: Record<string, string>) => ({
    resolveTopicName: (topic: string, onlyExpand: boolean) =>
      onlyExpand ? `/${topic}` : (remapped[topic] ?? `/${topic}`),
  })
  const topics = (remapped: Record<string, string>, areOwn: boolean) =>
    inputTopics(node(remapped) as Parameters<typeof inputTopics>[0], areOwn, mask => mask in remapped)
  expect(topics({}, false)).toEqual({ prediction: 'prediction', label: 'label' })
  expect(topics({}, true)).toEqual({ prediction: '~/prediction', label: '~/label' })
  expect(topics({ prediction: '/segmentation' }, true)).toEqual({
    prediction: 'prediction',
    label: '~/label',
  })
  // A rule that says what is so anyhow is one.
  expect(topics({ label: '/label' }, true)).toEqual({ prediction: '~/prediction', label: 'label' })
  const rest = ['--ros-args', '-r', 'front:prediction:=/a', '-r', 'label:=/label']
  expect(['prediction', 'label'].map(topic => isRemapped(topic, 'front', rest))).toEqual([true, true])
  expect(['prediction', 'label'].map(topic => isRemapped(topic, 'rear', rest))).toEqual([false, true])
})
