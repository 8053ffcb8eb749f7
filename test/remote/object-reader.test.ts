import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { HttpOrigin } from '../../src/remote/http.ts'
import { BLOCK_BYTES, ObjectReader, type Patience } from '../../src/remote/object-reader.ts'
import { RemoteFailure } from '../../src/remote/origin.ts'
import { type Fault, FileServer } from './server.ts'

const BLOCKS = 20
const LENGTH = (BLOCKS - 1) * BLOCK_BYTES + 1236
const quick: Patience = { attempts: 4, firstPause: 1, silence: 30_000 }
/** The server is of this process, which may be busy for a while. */
const impatient = { ...quick, silence: 1500 }
const patienceFor = (fault: Fault) => (fault === 'silent' ? impatient : quick)

let folder: string
let server: FileServer
let address: string
const content = Buffer.alloc(LENGTH)
for (let i = 0; i < LENGTH; i += 4) content.writeUInt32LE((i * 2654435761) >>> 0, i)

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'objects-'))
  writeFileSync(join(folder, 'object'), content)
  writeFileSync(join(folder, 'empty'), '')
  server = new FileServer(folder)
  address = await server.start()
})

afterEach(() => {
  server.fault = () => 'none'
  server.version = undefined
  server.credentials = undefined
  server.forget()
})

afterAll(async () => {
  await server.stop()
  rmSync(folder, { recursive: true })
})

async function opened(patience = quick, of = `${address}/object`): Promise<ObjectReader> {
  const reader = new ObjectReader(new HttpOrigin(of), patience)
  await reader.open()
  return reader
}

const blockOf = (number: number) =>
  new Uint8Array(content.subarray(number * BLOCK_BYTES, (number + 1) * BLOCK_BYTES))

/** Whether two are the same, without a text of millions of bytes where they are not. */
const isSame = (a: Uint8Array, b: Uint8Array) => Buffer.compare(a, b) === 0

async function expectWhole(reader: ObjectReader): Promise<void> {
  expect(reader.size).toBe(LENGTH)
  for (let number = 0; number < BLOCKS; number++)
    expect(isSame(await reader.block(number), blockOf(number))).toBe(true)
}

describe('an object behind an address', () => {
  it('is read in order with few requests, each byte once', async () => {
    await expectWhole(await opened())
    const ranges = server.asked.map(({ range }) => /(\d+)-(\d+)/.exec(range)!.slice(1).map(Number))
    const bytes = ranges.reduce((sum, [start, end]) => sum + Math.min(end! + 1, LENGTH) - start!, 0)
    expect(bytes).toBe(LENGTH)
    expect(ranges.length).toBeLessThanOrEqual(8)
    expect(Math.max(...ranges.map(([start, end]) => end! + 1 - start!))).toBeLessThanOrEqual(8 * BLOCK_BYTES)
  })

  it('is asked for a block at a time where it is read here and there', async () => {
    const reader = await opened()
    for (const number of [19, 7, 3]) expect(isSame(await reader.block(number), blockOf(number))).toBe(true)
    expect(server.asked.map(({ range }) => range)).toEqual(
      [0, 19, 7, 3].map(number => `bytes=${number * BLOCK_BYTES}-${(number + 1) * BLOCK_BYTES - 1}`),
    )
  })

  const passing: Fault[] = ['busy', 'cut', 'reset', 'silent']
  it.each(passing)('is read whole though some answers are %s', async fault => {
    server.fault = request => (request % 4 === 0 ? fault : 'none')
    await expectWhole(await opened(patienceFor(fault)))
    expect(server.asked.filter(asked => asked.fault === fault).length).toBeGreaterThan(0)
  })

  it.each<[Fault, string]>([
    ['busy', 'the server answers 503'],
    ['reset', 'given up after 4 attempts'],
    ['silent', 'given up after 4 attempts: nothing came for 1.5 s'],
  ])('is given up where every answer is %s, and it says why', async (fault, message) => {
    server.fault = () => fault
    await expect(opened(patienceFor(fault))).rejects.toThrow(message)
    expect(server.asked.length).toBe(4)
  })

  it.each<[Fault, string]>([
    ['whole', 'the server does not send parts of a file (it ignores Range): download it'],
    ['elsewhere', 'the server sends another part of the file than was asked for'],
  ])('is not asked for again where that cannot help: %s', async (fault, message) => {
    server.fault = () => fault
    await expect(opened()).rejects.toThrow(`${address}/object: ${message}`)
    expect(server.asked.length).toBe(1)
  })

  it('that is not there, or empty, is named', async () => {
    await expect(opened(quick, `${address}/nothing`)).rejects.toThrow(
      `${address}/nothing: there is no such object`,
    )
    await expect(opened(quick, `${address}/empty`)).rejects.toThrow('it is empty')
  })

  it('that changes is an error, whether the server looks or we', async () => {
    for (const version of ['"two"', 'W/"two"']) {
      let now = version.replace('two', 'one')
      server.version = () => now
      const reader = await opened()
      now = version
      const reading = reader.block(5)
      await expect(reading).rejects.toThrow(RemoteFailure)
      await expect(reading).rejects.toThrow(`${address}/object: it was changed while it was read`)
    }
  })

  it('that has no version is an error once its size changes', async () => {
    server.version = () => undefined
    const reader = await opened()
    writeFileSync(join(folder, 'object'), content.subarray(0, LENGTH - 1))
    try {
      await expect(reader.block(5)).rejects.toThrow('it was changed while it was read')
    } finally {
      writeFileSync(join(folder, 'object'), content)
    }
  })

  it('is opened with user and password, which are not shown', async () => {
    server.credentials = 'me:s3cr:t'
    const [protocol, host] = address.split('//')
    const reader = await opened(quick, `${protocol}//me:s3cr%3At@${host}/object?signature=abc`)
    expect(isSame(await reader.block(1), blockOf(1))).toBe(true)
    const refused = opened(quick, `${protocol}//me:wrong@${host}/object?signature=abc`)
    await expect(refused).rejects.toThrow(`${address}/object: access is denied (401)`)
  })
})
