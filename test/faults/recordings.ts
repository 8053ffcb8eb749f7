/**
 * Hostile recordings and summaries at their full size, each given to the compiled command line with 512 open files:
 * prints how long it took and how much memory, and fails where one takes more than it may. Small ones are unit tests.
 *
 * usage: npm run build && tsx test/faults/recordings.ts
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { masks, writeRecording } from '../evaluation/recording.ts'
import { writeBomb } from './bombs.ts'

const MAIN = join(import.meta.dirname, '../../dist/cli/main.js')
/** What one may take, s and MB. */
const [LONGEST, LARGEST] = [60, 1000]

const directory = mkdtempSync(join(tmpdir(), 'hostile-'))
const at = (name: string) => join(directory, name)
let failed = 0

/** Runs the command line in a shell of its own, whose children's memory is asked for at the end. */
function run(what: string, ...args: string[]): void {
  const program = `import resource, subprocess, sys
code = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, timeout=${LONGEST})
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024, code.returncode, code.stderr.count(b'\\n'))`
  const start = performance.now()
  const command = ['python3', '-c', program, process.execPath, MAIN, ...args]
  const quoted = command.map(word => `'${word.replaceAll("'", "'\\''")}'`).join(' ')
  const { stdout } = spawnSync('bash', ['-c', `ulimit -n 512; exec ${quoted}`], { encoding: 'utf8' })
  const seconds = (performance.now() - start) / 1000
  const [memory = Number.NaN, code, lines] = stdout.trim().split(' ').map(Number)
  const isBounded = memory <= LARGEST && (lines ?? Number.NaN) <= 200
  if (!isBounded) failed++
  console.log(
    `${isBounded ? 'ok  ' : 'FAIL'} ${what}: ${seconds.toFixed(1)} s, ${memory} MB, exit ${code}, ${lines} lines`,
  )
}

const topics = ['-p', '/prediction', '-l', '/label']
try {
  for (const compression of ['zstd', 'lz4'] as const) {
    for (const holding of ['zeros', 'message'] as const) {
      const path = at(`${compression}_${holding}.mcap`)
      const chunk = (i: number) =>
        ({ compression, bytes: 500_000_000, holding, topic: i % 2 ? '/label' : '/prediction' }) as const
      writeBomb(
        path,
        Array.from({ length: 30 }, (_, i) => chunk(i)),
      )
      run(`30 chunks of 500 MB of ${holding}, ${compression}`, 'evaluate', path, ...topics)
    }
  }

  mkdirSync(at('keys'))
  await writeRecording(at('keys/keys_0.mcap'), masks(3))
  const keys = Array.from({ length: 100_000 }, (_, i) => `  key_${i}: ${i}`).join('\n')
  writeFileSync(
    at('keys/metadata.yaml'),
    `rosbag2_bagfile_information:\n  relative_file_paths: [keys_0.mcap]\n${keys}\n`,
  )
  run('metadata of 100,000 keys', 'evaluate', at('keys'))

  const [mask] = masks(1)
  await writeRecording(
    at('topics.mcap'),
    Array.from({ length: 4000 }, (_, i) => ({ ...mask!, topic: `/${i % 2 ? 'label' : 'prediction'}_${i}` })),
  )
  run('4,000 image topics', 'evaluate', at('topics.mcap'))

  const errors = masks(50_000).map((one, i) => (one.topic === '/label' ? one : { ...one, encoding: `x${i}` }))
  await writeRecording(at('errors.mcap'), errors)
  run('50,000 different errors', 'evaluate', at('errors.mcap'), ...topics)

  mkdirSync(at('splits'))
  for (let i = 0; i < 1500; i++)
    await writeRecording(
      at(`splits/splits_${i}.mcap`),
      masks(1).map(one => ({ ...one, time: one.time + i })),
    )
  run('1,500 splits', 'evaluate', at('splits'), ...topics, '-f', 'frames=1500')

  execFileSync('mkfifo', [at('pipe.mcap')])
  run('a pipe', 'evaluate', at('pipe.mcap'))
  writeFileSync(at('nested.json'), `${'['.repeat(1e6)}${']'.repeat(1e6)}`)
  run('a nested summary', 'compare', at('nested.json'), at('nested.json'))
} finally {
  rmSync(directory, { recursive: true })
}
process.exitCode = failed > 0 ? 1 : 0
