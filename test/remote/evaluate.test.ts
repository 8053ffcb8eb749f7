import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { Summary } from '../../src/report/summary.ts'
import { type WrittenRecordings, writeRecordings } from '../recording/written.ts'
import { Compiled } from './compiled.ts'
import { FileServer } from './server.ts'
import { type Store, startStore, storeCommand } from './store.ts'

let written: WrittenRecordings
let compiled: Compiled
let server: FileServer
let address: string
const tolerance = ['--set', 'sync.tolerance=0.05', '--quiet', '--json']

beforeAll(async () => {
  compiled = new Compiled()
  written = writeRecordings(200_000, 'images')
  server = new FileServer(written.directory)
  address = await server.start()
}, 120_000)

afterEach(() => {
  server.fault = () => 'none'
  server.version = undefined
  server.denies = () => false
  server.forget()
})

afterAll(async () => {
  await server.stop()
  written.remove()
  compiled.remove()
})

/** The summary, but for where its recording lies. */
async function summaryOf(path: string, env: NodeJS.ProcessEnv = {}): Promise<Summary> {
  const { code, stdout, stderr } = await compiled.run(['evaluate', path, ...tolerance], env)
  expect({ path, code, stderr }).toMatchObject({ code: 0 })
  const summary = JSON.parse(stdout) as Summary
  const recordings = summary.recordings?.map(drive => ({ ...drive, recording: '' }))
  return { ...summary, source: { ...summary.source, recording: '' }, ...(recordings && { recordings }) }
}

/** Every form has its own way to its bytes. */
const FORMS = [
  'plain.mcap',
  'zstd.mcap',
  'no_summary.mcap',
  'plain_file.mcap.zstd',
  'page_4096.db3',
  'file.db3.zstd',
  'rosbags_mcap_message',
  'split_mcap',
  'split_db3',
  'wal_closed.db3',
  'wal_left/wal_live.db3',
  'wal_anew/wal_anew.db3',
]

describe('recordings behind an address', () => {
  it.each(FORMS)('give the numbers of the file, to the last bit: %s', async form => {
    const local = await summaryOf(join(written.directory, form))
    expect(local.pairing.matched).toBeGreaterThan(0)
    expect(await summaryOf(`${address}/${form}`)).toEqual(local)
  })

  it('are asked for once, by large parts', async () => {
    await summaryOf(`${address}/page_4096.db3`)
    const size = readFileSync(join(written.directory, 'page_4096.db3')).length
    // One more looks for a rollback journal.
    expect(server.asked.length).toBeLessThanOrEqual(Math.ceil(size / 2 ** 20) + 2)
    expect(server.asked.filter(({ path }) => path.endsWith('-wal'))).toEqual([])
  })

  it('are read with a query behind the name, and say where a log is kept from them', async () => {
    const form = 'wal_left/wal_live.db3'
    const local = await summaryOf(join(written.directory, form))
    expect(await summaryOf(`${address}/${form}?signature=a`)).toEqual(local)
    server.denies = path => path.endsWith('-wal')
    const denied = await compiled.run(['evaluate', `${address}/${form}?signature=a`, ...tolerance])
    expect(denied.stderr).toContain(
      'wal_live.db3 may have a write-ahead log beside it, whose changes are then not read',
    )
    expect(denied.stderr).toContain('access is denied (403)')
    expect(denied.stderr).not.toContain('signature')
    expect(denied.stdout).not.toContain('signature')
    const several = ['evaluate', `${address}/plain.mcap?signature=a`, `${address}/page_4096.db3?signature=b`]
    const output = join(written.directory, 'signed')
    const both = await compiled.run([...several, '-o', output, ...tolerance.filter(arg => arg !== '--quiet')])
    expect(both.code).toBe(0)
    expect(both.stdout + both.stderr).not.toContain('signature')
    expect(readdirSync(output)).toEqual(expect.arrayContaining(['page_4096', 'plain']))
  })

  it('are told of by their summary alone', async () => {
    const { code, stdout } = await compiled.run(['info', `${address}/plain.mcap`])
    expect({ code, stdout }).toMatchObject({ code: 0, stdout: expect.stringContaining('/prediction') })
    expect(server.asked.length).toBeLessThanOrEqual(5)
  })

  it.each([
    ['masks in folders', ['evaluate', '--predictions', 's3://a/b', '--labels', 'c']],
    ['masks in folders', ['evaluate', 'c', '--labels', 'https://a/b']],
    ['summaries', ['compare', 'https://a/b', 'c']],
    ['summaries', ['merge', 's3://a/b', 'c', '-o', 'd']],
  ])('are not looked for as files: %s', async (what, args) => {
    const { code, stderr } = await compiled.run(args)
    expect(code).toBe(1)
    expect(stderr).toMatch(new RegExp(`//a/b: ${what} are read from this machine alone: copy them here\\n$`))
  })

  it('are listed with size and version, for a byte of each', async () => {
    const { code, stdout } = await compiled.run(['list', `${address}/plain.mcap`, `${address}/many.mcap`])
    expect(code).toBe(0)
    const listed = stdout
      .trim()
      .split('\n')
      .map(line => JSON.parse(line) as Record<string, unknown>)
    const size = (name: string) => readFileSync(join(written.directory, name)).length
    expect(listed).toEqual([
      {
        path: `${address}/plain.mcap`,
        name: 'plain',
        bytes: size('plain.mcap'),
        version: expect.stringMatching(/^"\w+"$/),
      },
      {
        path: `${address}/many.mcap`,
        name: 'many',
        bytes: size('many.mcap'),
        version: expect.stringMatching(/^"\w+"$/),
      },
    ])
    expect(server.asked.map(({ range }) => range)).toEqual(['bytes=0-0', 'bytes=0-0'])
  })

  it('are read whole though the server fails now and then', async () => {
    const local = await summaryOf(join(written.directory, 'plain.mcap'))
    server.fault = request => (['busy', 'none', 'cut', 'reset', 'none'] as const)[request % 5]!
    expect(await summaryOf(`${address}/plain.mcap`)).toEqual(local)
  })

  it('of a folder without a list of files need one, and of several addresses each is scored', async () => {
    const missing = await compiled.run(['evaluate', `${address}/split_bare`])
    expect(missing).toMatchObject({
      code: 1,
      stderr: `dice-monitor: ${address}/split_bare/metadata.yaml: there is no such object\n`,
    })
    const several = await compiled.run([
      'evaluate',
      `${address}/plain.mcap`,
      `${address}/page_4096.db3`,
      ...tolerance,
    ])
    expect(several.code).toBe(0)
    expect((JSON.parse(several.stdout) as Summary).pairing.matched).toBe(24)
  })

  it('that change while they are read end the run, as do those that are not there', async () => {
    let requests = 0
    server.version = path => (path.endsWith('many.mcap') && ++requests > 1 ? '"b"' : '"a"')
    const changed = await compiled.run(['evaluate', `${address}/many.mcap`, ...tolerance])
    expect(changed).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringContaining('many.mcap: it was changed while it was read'),
    })
    const nothing = await compiled.run(['evaluate', `${address}/nothing.mcap?key=secret`])
    expect(nothing).toMatchObject({
      code: 1,
      stderr: `dice-monitor: ${address}/nothing.mcap: there is no such object\n`,
    })
  })
})

const store = storeCommand()

describe.skipIf(store === undefined)('an object store (skipped without versitygw)', () => {
  let folder: string
  let running: Store

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'store-'))
    const bucket = join(folder, 'drives')
    mkdirSync(bucket)
    for (const name of ['plain.mcap', 'page_4096.db3', 'split_mcap', 'split_bare'])
      cpSync(join(written.directory, name), join(bucket, 'fleet', name), { recursive: true })
    running = await startStore(store!, folder)
  }, 60_000)

  afterAll(async () => {
    await running.stop()
    rmSync(folder, { recursive: true })
  })

  it.each(['plain.mcap', 'page_4096.db3', 'split_mcap', 'split_bare'])(
    'gives the numbers of the file, to the last bit: %s',
    async name => {
      const local = await summaryOf(join(written.directory, name))
      expect(await summaryOf(`s3://drives/fleet/${name}`, running.env)).toEqual(local)
    },
  )

  it('has the recordings below a prefix scored, and takes the results', async () => {
    const args = ['evaluate', 's3://drives/fleet', '-o', 's3://drives/results/today', ...tolerance]
    const { code, stdout, stderr } = await compiled.run(args, running.env)
    expect({ code, stderr }).toMatchObject({ code: 0 })
    const summary = JSON.parse(stdout) as Summary
    // The parts of split_bare, which has no metadata, are taken for recordings of their own.
    expect(summary.pairing.matched).toBe(12 + 12 + 24 + 24)
    const results = join(folder, 'drives/results/today')
    expect(JSON.parse(readFileSync(join(results, 'summary.json'), 'utf8'))).toEqual(summary)
    expect(existsSync(join(results, 'report.html'))).toBe(true)
    expect(existsSync(join(results, 'plain/frames.csv'))).toBe(true)
  })

  it('that refuses, or has nothing there, is told in one line', async () => {
    const run = async (path: string, env: NodeJS.ProcessEnv) =>
      (await compiled.run(['evaluate', path], { ...running.env, ...env })).stderr
    expect(await run('s3://drives/nothing.mcap', {})).toBe(
      'dice-monitor: s3://drives/nothing.mcap: there is no such object\n',
    )
    expect(await run('s3://drives/nothing', {})).toContain('s3://drives/nothing: no recording in it')
    expect(await run('s3://drives/fleet/plain.mcap', { AWS_SECRET_ACCESS_KEY: 'wrong' })).toMatch(
      /^dice-monitor: s3:\/\/drives\/fleet\/plain.mcap: access is denied \(403\).*\n$/,
    )
  })
})
