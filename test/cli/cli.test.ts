import { execFileSync, spawnSync } from 'node:child_process'
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { CliError } from '../../src/cli/errors.ts'
import { merge } from '../../src/cli/merge.ts'
import { masks, writeRecording } from '../evaluation/recording.ts'
import { finished, run, start } from './run.ts'

let directory: string
const at = (name: string) => join(directory, name)

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'dice-cli-'))
  await writeRecording(at('good.mcap'), masks(20), ['/chatter'])
  await writeRecording(at('worse.mcap'), masks(20, 4))
  await writeRecording(
    at('late.mcap'),
    masks(20).map(m => (m.topic === '/label' ? { ...m, time: m.time + 0.004 } : m)),
  )
  const rear = masks(5, 2, '/rear/label', '/rear/prediction')
  await writeRecording(at('ambiguous.mcap'), [...masks(5, 2, '/front/label', '/front/prediction'), ...rear])
  await writeRecording(at('nothing.mcap'), masks(3, 2, '/a', '/b'))
})
afterAll(() => rmSync(directory, { recursive: true }))

describe('evaluate', () => {
  test('finds the pair, writes the three files and prints a table', async () => {
    const { code, stdout, stderr } = await run('evaluate', at('good.mcap'), '--output', at('out'))
    expect(stderr).toContain('scoring prediction /prediction against label /label')
    expect(code).toBe(0)
    expect(stdout).toMatch(/^pooled {6}0\.8/m)
    expect(stdout.split('\n')[0]).toBe('OK throughout, 1.9 s.')
    expect(readdirSync(at('out')).sort()).toEqual(['frames.csv', 'report.html', 'summary.json'])
    const summary = JSON.parse(readFileSync(at('out/summary.json'), 'utf8'))
    expect(Object.keys(summary)).toEqual(
      'schema source pairing pixels pooled frame_mean frame_percentiles classes groups regions critical_errors confusion unknown_prediction worst_frames levels episodes verdict config version intervals'.split(
        ' ',
      ),
    )
    expect(summary.source).toEqual({
      recording: at('good.mcap'),
      prediction_topic: '/prediction',
      label_topic: '/label',
      start: null,
      end: null,
    })
    expect(summary.pairing).toMatchObject({
      matched: 20,
      prediction_unmatched: 0,
      label_unmatched: 0,
      truncated: false,
    })
    // Two of ten pixels of each class are taken for the next one.
    expect(summary.pooled.accuracy).toBe(0.8)
    expect(summary.pixels).toEqual({ evaluated: 4000, ignored: 0, unknown_prediction: 0 })
    expect(summary.classes.map((c: { name: string }) => c.name)).toEqual(['0', '1', '2'])
    expect(readFileSync(at('out/frames.csv'), 'utf8').split('\n')).toHaveLength(22)
  })

  test('--json prints the summary and nothing else on stdout', async () => {
    const { stdout } = await run('evaluate', at('good.mcap'), '--json')
    expect(JSON.parse(stdout).pairing.matched).toBe(20)
  })

  test('--quiet says nothing on stderr', async () => {
    expect((await run('evaluate', at('good.mcap'), '--quiet')).stderr).toBe('')
  })

  test('takes the parameter file of the node, and --set over it', async () => {
    const config = at('monitor.yaml')
    writeFileSync(
      config,
      '/**:\n  ros__parameters:\n    classes:\n      names: [a, b, c]\n      evaluated: [a]\n',
    )
    const set = ['--set', 'classes.evaluated=[b]', 'empty_class=one']
    const { stdout } = await run('evaluate', at('good.mcap'), '--config', config, ...set, '--json')
    const summary = JSON.parse(stdout)
    expect(summary.config['classes.names']).toEqual(['a', 'b', 'c'])
    expect(summary.config['classes.evaluated']).toEqual(['b'])
    expect(summary.config.empty_class).toBe('one')
    expect(summary.pooled.dice).toBe(summary.classes[1].dice)
  })

  test('the recording may follow the settings', async () => {
    const { code, stdout } = await run('evaluate', '--json', '--set', 'sync.tolerance=0.01', at('late.mcap'))
    expect(code).toBe(0)
    expect(JSON.parse(stdout).pairing.matched).toBe(20)
  })

  test('--start and --end are seconds from the start', async () => {
    const { stdout } = await run('evaluate', at('good.mcap'), '--start', '0.5', '--end', '1', '--json')
    const summary = JSON.parse(stdout)
    expect(summary.pairing.matched).toBe(6)
    expect(summary.source).toMatchObject({ start: 0.5, end: 1 })
  })

  test('without a match it says what tolerance would do', async () => {
    const { code, stdout, stderr } = await run('evaluate', at('late.mcap'), '--output', at('none'))
    expect(code).toBe(1)
    expect(stdout).toBe('')
    expect(stderr).toContain('try --set sync.tolerance=0.00')
    expect(existsSync(at('none'))).toBe(false)
  })

  test('several pairs are listed', async () => {
    const { code, stderr } = await run('evaluate', at('ambiguous.mcap'))
    expect(code).toBe(1)
    expect(stderr).toContain('--prediction /front/prediction --label /front/label')
    expect(stderr).toContain('--prediction /rear/prediction --label /rear/label')
    const named = await run('evaluate', at('ambiguous.mcap'), '-p', '/rear/prediction', '-l', '/rear/label')
    expect(named.code).toBe(0)
  })

  test('without a plausible pair the image topics are listed', async () => {
    const { code, stderr } = await run('evaluate', at('nothing.mcap'))
    expect(code).toBe(1)
    expect(stderr).toMatch(/no plausible pair/)
    expect(stderr).toMatch(/\/a +mono8 +20x10 +3/)
  })

  test('a truncated recording is scored as far as it can be read, and says so', async () => {
    writeFileSync(at('cut.mcap'), readFileSync(at('good.mcap')))
    truncateSync(at('cut.mcap'), Math.floor(statSync(at('cut.mcap')).size / 2))
    const { code, stdout, stderr } = await run('evaluate', at('cut.mcap'), '--json')
    const { pairing } = JSON.parse(stdout)
    expect(code).toBe(0)
    expect(pairing.truncated).toBe(true)
    expect(pairing.matched).toBeGreaterThan(3)
    expect(pairing.matched).toBeLessThan(20)
    expect(stderr).toContain('warning:')
    expect(stderr).toContain('cut.mcap')
  })

  test('messages that cannot be used are counted and named with topic and place', async () => {
    const broken = masks(10).map((mask, i) => (i === 7 ? { ...mask, width: 40, height: 5 } : mask))
    await writeRecording(at('broken.mcap'), broken)
    const { code, stdout, stderr } = await run('evaluate', at('broken.mcap'), '--json')
    expect(code).toBe(0)
    expect(JSON.parse(stdout).pairing).toMatchObject({ matched: 9, rejected: 1 })
    expect(stderr).toMatch(/\/prediction: 1 .*message 4 at 0\.300 s.*40x5/)
  })

  test.each([
    [3, ['--fail-under', 'dice=0.9']],
    [0, ['--fail-under', 'dice=0.7', 'iou.0=0.5', 'frame.dice.p5=0.5']],
    [3, ['--fail-under', 'dice=0.7', '--fail-under', 'frame.dice.min=0.95']],
    [2, ['--fail-under', 'dise=0.7']],
    [2, ['--set', 'no.such=1']],
    [2, ['--set', 'sync.tolerance=[1']],
    [2, ['--set', 'sync.tolerance=-1']],
    [2, ['--start', 'now']],
    [2, ['--start', '5', '--end', '3']],
    [2, ['--bogus']],
    [1, ['--label', '/nowhere']],
    [1, ['--config', '/no/such/file.yaml']],
    [1, ['--output', '/dev/null']],
  ])('exits with %i for %j', async (expected, args) => {
    const { code, stderr } = await run('evaluate', at('good.mcap'), ...args)
    expect({ code, stderr }).toMatchObject({ code: expected })
    expect(stderr).not.toContain('internal error')
    expect(stderr).not.toBe('')
  })

  test('Ctrl-C ends it by the signal and leaves nothing', async () => {
    await writeRecording(at('long.mcap'), masks(30_000))
    const child = start('evaluate', at('long.mcap'), '--output', at('interrupted'))
    const end = finished(child)
    // The first note comes right before the scoring begins.
    child.stderr!.once('data', () => child.kill('SIGINT'))
    expect(await end).toMatchObject({ code: null, signal: 'SIGINT', stdout: '' })
    expect(existsSync(at('interrupted'))).toBe(false)
  })

  test('a closed pipe is no error', () => {
    const command = `${process.execPath} --import tsx src/cli/main.ts evaluate ${at('good.mcap')} --json -q | head -c 1`
    const { status, stderr } = spawnSync('bash', ['-o', 'pipefail', '-c', command], { encoding: 'utf8' })
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  })
})

describe('evaluate of several recordings', () => {
  test('gives a row a drive, worst first, a folder each, and one summary of all', async () => {
    mkdirSync(at('drives'))
    for (const name of ['good', 'worse']) copyFileSync(at(`${name}.mcap`), at(`drives/${name}.mcap`))
    writeFileSync(at('drives/junk.mcap'), 'junk')
    const { code, stdout, stderr } = await run(
      'evaluate',
      at('drives'),
      '-o',
      at('several'),
      '-f',
      'dice=0.1',
    )
    expect(code).toBe(1)
    expect(
      stdout
        .split('\n')
        .slice(1, 4)
        .map(line => line.split(' ')[0]),
    ).toEqual(['junk', 'worse', 'good'])
    expect(stdout).toMatch(/^good +0\.8\d+ .* 0\.0 s +20 +100 %$/m)
    expect(stdout).toContain('\nWARN for 1.7 s of 3.8 s, in 1 of 2 recordings: worse.mcap.\n')
    expect(stderr).toContain('junk.mcap: expected MCAP or SQLite3')
    expect(stderr).toContain('1 of 3 recordings could not be scored')
    expect(readdirSync(at('several')).sort()).toEqual([
      'frames.csv',
      'good',
      'report.html',
      'summary.json',
      'worse',
    ])
    const json = (path: string) => JSON.parse(readFileSync(at(path), 'utf8'))
    expect(json('several/summary.json').pairing.matched).toBe(40)
    expect(json('several/summary.json').recordings.map((part: { frames: number }) => part.frames)).toEqual([
      20, 20,
    ])
    const alone = await run('evaluate', at('drives/good.mcap'), '--json')
    expect(json('several/good/summary.json')).toEqual(JSON.parse(alone.stdout))
  })

  test.each([
    [0, ['good.mcap', 'worse.mcap', '--json', '--jobs', '1']],
    [0, ['go?d.mcap', '--json']],
    [0, ['ambiguous.mcap', '--all-pairs', '--json']],
    [3, ['good.mcap', 'worse.mcap', '-f', 'dice=0.9', '--json']],
    [1, ['nothing.mcap', 'late.mcap']],
    [1, ['no*such']],
    [2, ['good.mcap', '--jobs', '0']],
  ])('exits with %i for %j', async (expected, args) => {
    const { code, stderr } = await run('evaluate', ...args.map(arg => (/mcap|\*/.test(arg) ? at(arg) : arg)))
    expect({ code, stderr }).toMatchObject({ code: expected })
    expect(stderr).not.toContain('internal error')
  })
})

describe('checks', () => {
  test('are told in the terminal, as JUnit and as Markdown', async () => {
    await run('evaluate', at('good.mcap'), '-o', at('before'), '-q')
    const files = ['--junit', at('checks/junit.xml'), '--markdown', at('checks/page.md')]
    const limits = [
      '-f',
      'dice=0.1',
      'frames=20',
      '--baseline',
      at('before'),
      '--max-drop',
      'dice=0.1',
      'iou.0=1',
    ]
    const { code, stderr } = await run('evaluate', at('worse.mcap'), ...limits, ...files)
    expect(code).toBe(3)
    expect(stderr).toMatch(/^pass frames +20 +>= 20$/m)
    expect(stderr).toMatch(/^FAIL drop of dice +0\.8\d+ to 0\.6\d+: 0\.2\d+ lower, more than 0\.1 lower$/m)
    expect(stderr).toMatch(/frame-mean dice: -0\.2\d+ \[.*\] worse/)
    const junit = readFileSync(at('checks/junit.xml'), 'utf8')
    expect(junit).toContain('tests="5" failures="1" errors="0"')
    expect(readFileSync(at('checks/page.md'), 'utf8')).toContain('1 failed')
  })

  test('of a run that came to nothing say so', async () => {
    const files = ['--junit', at('nothing.xml'), '--markdown', at('nothing.md')]
    expect((await run('evaluate', at('nothing.mcap'), ...files)).code).toBe(1)
    expect(readFileSync(at('nothing.xml'), 'utf8')).toContain('errors="1"')
    expect(readFileSync(at('nothing.md'), 'utf8')).toContain('no plausible pair')
  })

  test('on less than half of the labels are warned of', async () => {
    const sparse = masks(10).filter((mask, i) => mask.topic === '/label' || i < 8)
    await writeRecording(at('sparse.mcap'), sparse)
    const warning = 'judged on 4 pairs, 40 % of the labels'
    expect((await run('evaluate', at('sparse.mcap'), '-f', 'dice=0.1')).stderr).toContain(warning)
    expect((await run('evaluate', at('sparse.mcap'))).stderr).not.toContain(warning)
    await writeRecording(
      at('half.mcap'),
      masks(10).filter((mask, i) => mask.topic === '/label' || i < 10),
    )
    expect((await run('evaluate', at('half.mcap'), '-f', 'dice=0.1')).stderr).not.toContain('judged on')
  })

  test('--strict fails what could not be read whole', async () => {
    writeFileSync(at('strict.mcap'), readFileSync(at('good.mcap')).subarray(0, 6000))
    const { code, stderr } = await run('evaluate', at('strict.mcap'), '--strict', '--junit', at('strict.xml'))
    expect(code).toBe(1)
    expect(stderr).toContain('--strict: ')
    expect(readFileSync(at('strict.xml'), 'utf8')).toContain('failures="1"')
    expect((await run('evaluate', at('good.mcap'), '--strict')).code).toBe(0)
    expect((await run('evaluate', at('good.mcap'), at('strict.mcap'), '--strict')).code).toBe(1)
  })

  test.each([
    [2, ['--max-drop', 'dice=0.1']],
    [2, ['--baseline', 'before', '--max-drop', 'dise=0.1']],
    [1, ['--baseline', '/no/such']],
    [1, ['--junit', '/proc/x/y.xml']],
    [1, ['--markdown', '/proc']],
  ])('exits with %i for %j', async (expected, args) => {
    const { code, stderr } = await run(
      'evaluate',
      at('good.mcap'),
      ...args.map(arg => (arg === 'before' ? at(arg) : arg)),
    )
    expect({ code, stderr }).toMatchObject({ code: expected })
    expect(stderr).not.toContain('internal error')
  })
})

test('charts, worst frames and other formats', async () => {
  const files = ['-o', at('saved'), '--plots', at('plots'), '--save-worst', '3']
  const { code, stdout } = await run('evaluate', at('good.mcap'), ...files, '--format', 'csv')
  expect(code).toBe(0)
  expect(stdout).toMatch(
    /^of,dice,iou,precision,recall,accuracy,label_pixels,prediction_pixels\npooled,0\.79/,
  )
  expect(readdirSync(at('plots'))).toHaveLength(8)
  expect(readdirSync(at('saved/worst'))).toHaveLength(16)
  expect((await run('evaluate', at('good.mcap'), '--save-worst', '3')).code).toBe(2)
  expect((await run('evaluate', at('good.mcap'), '--format', 'xml')).code).toBe(2)
})

test('info lists topics and the pair', async () => {
  const { code, stdout } = await run('info', at('good.mcap'))
  expect(code).toBe(0)
  expect(stdout).toMatch(/\/label +sensor_msgs\/msg\/Image +mono8 +20x10 +20 +/)
  expect(stdout).toContain('/chatter')
  expect(stdout).toContain(`dice-monitor evaluate ${at('good.mcap')} --prediction /prediction --label /label`)
})

test.each([
  [30, 30, undefined],
  [31, 30, 'and 1 more'],
  [45, 30, 'and 15 more'],
])('of %i plausible pairs %i are told', async (labels, told, rest) => {
  const topics = Array.from({ length: labels }, (_, i) => masks(1, 2, `/label_${i}`)[0]!)
  await writeRecording(at('many.mcap'), [...topics, masks(1)[1]!])
  const info = await run('info', at('many.mcap'))
  expect(info.stdout.match(/^ {2}dice-monitor evaluate .*--label \/label_\d+$/gm)).toHaveLength(told)
  expect(/^and \d+ more$/m.exec(info.stdout)?.[0]).toBe(rest)
  const { stderr } = await run('evaluate', at('many.mcap'))
  expect(stderr.match(/^ {2}--prediction \/prediction --label/gm)).toHaveLength(told)
  expect(/^and \d+ more$/m.exec(stderr)?.[0]).toBe(rest)
})

test('compare and merge work on what evaluate wrote', async () => {
  for (const name of ['good', 'worse']) await run('evaluate', at(`${name}.mcap`), '-o', at(name), '-q')
  const comparison = await run('compare', at('worse'), join(at('good'), 'summary.json'))
  expect(comparison.stdout).toMatch(/good - worse: \+0\.2\d+ \[.*\] better \(20 frames/)
  const json = JSON.parse((await run('compare', at('worse'), at('good'), '--json')).stdout)
  expect(json.rows[0]).toMatchObject({ name: 'pooled dice', best: [1], worst: [0] })

  const merged = await run('merge', at('good'), at('worse'), '--output', at('merged'), '--json')
  expect(merged.code).toBe(0)
  const summary = JSON.parse(merged.stdout)
  expect(summary.pixels.evaluated).toBe(8000)
  expect(summary.pooled.accuracy).toBeCloseTo(0.7, 12)
  expect(readdirSync(at('merged')).sort()).toEqual(['frames.csv', 'report.html', 'summary.json'])
  const again = await run('merge', at('merged'), at('good'), '--output', at('again'), '--json')
  expect(JSON.parse(again.stdout).pixels.evaluated).toBe(12000)
})

test.each([
  [2, []],
  [2, ['nonsense']],
  [2, ['compare', 'one']],
  [2, ['merge', 'one']],
  [2, ['merge', '-o', '/tmp/x']],
  [1, ['merge', '--from', '/no/such.txt', '-o', '/tmp/x']],
  [2, ['completion', 'tcsh']],
  [1, ['compare', '/no/such', '/file']],
  [1, ['info', '/no/such.mcap']],
  [0, ['--help']],
  [0, ['help', 'evaluate']],
  [0, ['--version']],
])('exits with %i for %j', async (expected, args) => {
  expect(await run(...args)).toMatchObject({ code: expected })
})

test('merge does not replace what it adds', async () => {
  for (const name of ['in/a', 'in/b']) {
    mkdirSync(at(name), { recursive: true })
    writeFileSync(at(`${name}/summary.json`), 'mine')
  }
  for (const [input, output] of [
    ['in/a', 'in/a'],
    ['in/a/summary.json', 'in/../in/a'],
  ] as const) {
    const failed = captured(() => merge([at('in/b'), at(input)], { output: at(output) }))
    expect(failed.message).toMatch(/in\/a(\/summary.json)? lies there, which is to be added/)
    expect(failed.exitCode).toBe(2)
  }
  expect(readdirSync(at('in/a'))).toEqual(['summary.json'])
  expect(readFileSync(at('in/a/summary.json'), 'utf8')).toBe('mine')
})

test('merge of more frames than are kept in memory leaves them out, and says so', async () => {
  const names = ['a', 'b', 'c', 'd', 'e'].map(name => at(`merged_${name}`))
  for (const name of names) {
    await run('evaluate', at('good.mcap'), '-o', name, '-q')
    rmSync(join(name, 'frames.csv'))
  }
  const four = await run('merge', ...names.slice(0, 3), '-o', at('merged_few'), '--json')
  expect(four.stderr).toContain('merged_a, merged_b, merged_c: no frames.csv beside it')
  writeFileSync(at('runs.txt'), `${names.slice(2).join('\n')}\n\n`)
  const five = await run(
    'merge',
    ...names.slice(0, 2),
    '--from',
    at('runs.txt'),
    '-o',
    at('merged_many'),
    '--json',
  )
  expect(JSON.parse(five.stdout).pairing.matched).toBe(100)
  expect(five.stderr).toContain('merged_a, merged_b, merged_c and 2 more: no frames.csv beside it')

  // Of nothing but holes.
  for (const name of names.slice(0, 2)) {
    writeFileSync(join(name, 'frames.csv'), '')
    truncateSync(join(name, 'frames.csv'), 3 * 2 ** 28)
  }
  const large = await run('merge', ...names.slice(0, 2), '-o', at('merged_large'), '--json')
  expect(large.code).toBe(0)
  expect(large.stderr).toMatch(/frames\.csv of the 2 runs have 1\.5 GiB, more than the 1 GiB that are read/)
  expect(JSON.parse(large.stdout)).toMatchObject({ pairing: { matched: 40 }, frame_mean: { dice: null } })
})

function captured(run: () => unknown): CliError {
  try {
    run()
  } catch (error) {
    return error as CliError
  }
  throw new Error('it was done')
}

describe('completion', () => {
  const complete = async (...words: string[]) => {
    const { stdout } = await run('completion', 'bash')
    const script = `${stdout}
COMP_WORDS=(dice-monitor ${words.map(word => `'${word}'`).join(' ')}); COMP_CWORD=${words.length}
compopt() { :; }
_dice_monitor; printf '%s\\n' "\${COMPREPLY[@]}"`
    return execFileSync('bash', ['-c', script], { encoding: 'utf8' }).trim().split('\n')
  }

  test('bash completes commands, options, parameters and scores', async () => {
    expect(await complete('e')).toEqual(['evaluate', 'extract'])
    expect(await complete('evaluate', '--fail')).toEqual(['--fail-under'])
    expect(await complete('evaluate', 'x', '--set', 'sync.t')).toEqual(['sync.tolerance='])
    expect(await complete('evaluate', '--set', 'sync.tolerance=1', 'sync.q')).toEqual([
      'sync.queue_size=',
      'sync.queue_bytes=',
    ])
    expect(await complete('evaluate', '-f', 'frame.d')).toEqual(['frame.dice=', 'frame.dice.p5='])
    expect(await complete('completion', 'z')).toEqual(['zsh'])
  })

  const has = (shell: string) => spawnSync(shell, ['--version']).error === undefined

  test.skipIf(!has('zsh'))('zsh reads its script (skipped without zsh)', async () => {
    const { stdout } = await run('completion', 'zsh')
    writeFileSync(at('_dice-monitor'), stdout)
    const { status, stderr } = spawnSync('zsh', ['-n', at('_dice-monitor')], { encoding: 'utf8' })
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  })

  test.skipIf(!has('fish'))('fish completes with its script (skipped without fish)', async () => {
    const { stdout } = await run('completion', 'fish')
    writeFileSync(at('completion.fish'), stdout)
    const complete = (line: string) => {
      const program = `source ${at('completion.fish')}; complete -C ${JSON.stringify(line)}`
      return execFileSync('fish', ['--no-config', '-c', program], { encoding: 'utf8' }).split('\n')
    }
    expect(complete('dice-monitor ev')[0]).toMatch(/^evaluate\tpair and score/)
    expect(complete('dice-monitor evaluate x --fail-under frame.dice.')[0]).toMatch(/^frame\.dice\.p5=/)
    expect(complete('dice-monitor evaluate --out')[0]).toMatch(/^--output\t/)
  })
})
