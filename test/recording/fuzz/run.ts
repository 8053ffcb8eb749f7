/**
 * Reads damaged variants of small recordings of every form. Each must end in a result or one RecordingError, and with
 * a second thread in the same.
 *
 * usage: tsx test/recording/fuzz/run.ts [VARIANTS [SEED]]
 * Prints what became of them; exits with 1 at the first variant that failed, which is named with its seed.
 */
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type ReadOptions, RecordingError } from '../../../src/recording/recording.ts'
import { compiled, readWith } from '../../counting/compiled.ts'
import { type Contents, digest, readAll } from '../read.ts'
import { type Written, writeRecordings } from '../written.ts'
import { damage, random } from './variants.ts'

/** Enough to be fetched ahead. */
const MASK_BYTES = 17_000
const MAX_MEGABYTES = 700
const MAX_SECONDS = 5

type Outcome = 'refused' | 'sound' | 'problems named' | 'changed unseen' | 'lost unseen'

/** What there is to read; undefined if the recording is refused. */
async function read(path: string, options?: ReadOptions): Promise<Contents | undefined> {
  try {
    return await readAll(path, options)
  } catch (error) {
    if (!(error instanceof RecordingError) || error.message.length > 2000) throw error
    return undefined
  }
}

function judge(contents: Contents | undefined, original: Written): Outcome {
  if (contents === undefined) return 'refused'
  const { messages, problems } = contents
  if (problems.length > 0) return 'problems named'
  if (digest(messages) === original.digest) return 'sound'
  const written = Object.values(original.counts).reduce((sum, count) => sum + count, 0)
  return messages.length < written ? 'lost unseen' : 'changed unseen'
}

/** What is read ahead is looked at earlier, so problems may come in another order, and another one first of its kind. */
function expectSame(alone: Contents | undefined, withThread: Contents | undefined): void {
  const essence = (contents: Contents | undefined) => {
    if (contents === undefined) return 'refused'
    const kinds = contents.problems.map(problem => problem.replace(/first .*\)$/, ''))
    return [digest(contents.messages), ...kinds.toSorted()].join('\n')
  }
  const [expected, got] = [essence(alone), essence(withThread)]
  if (got !== expected) throw new Error(`expected with a second thread:\n${expected}\ngot:\n${got}`)
}

/** Copies a recording with one of its files damaged. */
function writeVariant(from: string, to: string, seed: number): { kind: string; file: string } {
  const next = random(seed)
  cpSync(from, to, { recursive: true })
  const names = statSync(to).isDirectory() ? readdirSync(to).map(name => join(to, name)) : [to]
  const file = names[next(names.length)]!
  const { kind, bytes } = damage(readFileSync(file), next)
  writeFileSync(file, bytes)
  return { kind, file }
}

async function main(variants: number, seed: number): Promise<void> {
  const written = writeRecordings(MASK_BYTES)
  const directory = mkdtempSync(join(tmpdir(), 'fuzz-'))
  const outcomes = new Map<string, number>()
  let current = ''
  let largest = 0
  let slowest = 0
  let slow = ''
  const { SecondThread, remove } = await compiled()
  const thread = new SecondThread()
  const ahead = readWith(thread)
  try {
    for (let i = 0; i < variants; i++) {
      const original = written.manifest[i % written.manifest.length]!
      const path = join(directory, original.path.replaceAll('/', '-'))
      const { kind, file } = writeVariant(join(written.directory, original.path), path, seed + i)
      current = `seed ${seed + i}: ${original.name}, ${kind}`
      if (i % 100 === 0) process.stderr.write(`${i} of ${variants}\n`)
      const start = performance.now()
      const contents = await read(path)
      const outcome = judge(contents, original)
      const key = `${kind}: ${outcome}`
      outcomes.set(key, (outcomes.get(key) ?? 0) + 1)
      const seconds = (performance.now() - start) / 1000
      if (seconds > slowest) {
        slowest = seconds
        slow = current
      }
      largest = Math.max(largest, process.memoryUsage.rss() / 2 ** 20)
      if (slowest > MAX_SECONDS) throw new Error(`took ${slowest} s`)
      if (largest > MAX_MEGABYTES) throw new Error(`took ${largest} MB`)
      if (outcome === 'lost unseen') console.error(current)
      if (kind === 'cut' && outcome.endsWith('unseen') && !file.endsWith('metadata.yaml'))
        throw new Error('a cut file was not noticed')
      expectSame(contents, await read(path, ahead))
      rmSync(path, { recursive: true })
    }
  } catch (error) {
    console.error(current)
    throw error
  } finally {
    await thread.close()
    remove()
    written.remove()
    rmSync(directory, { recursive: true, force: true })
  }
  for (const [key, count] of [...outcomes].sort()) console.log(`${key}: ${count}`)
  console.log(
    `${variants} variants from seed ${seed}; slowest ${slowest.toFixed(2)} s (${slow}), at most ${largest.toFixed(0)} MB`,
  )
}

await main(Number(process.argv[2] ?? 1000), Number(process.argv[3] ?? 1))
