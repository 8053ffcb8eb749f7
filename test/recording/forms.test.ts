import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { digest, readAll } from './read.ts'
import { writeRecordings } from './written.ts'

const { directory, manifest, remove } = writeRecordings()
afterAll(remove)

test.each(manifest)('$name: every message, in order of log time, byte for byte', async written => {
  const { topics, types, messages, problems } = await readAll(join(directory, written.path))
  expect(problems).toEqual(written.problems)
  expect(topics).toMatchObject(written.counts)
  if (messages.length > 0) expect(types['/label']).toBe('sensor_msgs/msg/Image')
  expect(messages.reduce((bytes, { data }) => bytes + data.length, 0)).toBe(written.bytes)
  expect(digest(messages)).toBe(written.digest)
})
