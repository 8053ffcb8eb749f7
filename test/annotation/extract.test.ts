import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { CommanderError } from 'commander'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { AnnotationError } from '../../src/annotation/error.ts'
import { type Extraction, extractFrames } from '../../src/annotation/extract.ts'
import { CliError, Exit } from '../../src/cli/errors.ts'
import { evaluate } from '../../src/cli/evaluate.ts'
import { createProgram } from '../../src/cli/program.ts'
import { openRecording } from '../../src/recording/open.ts'
import { finished, run, start } from '../cli/run.ts'
import { masks, type RecordedMask, writeRecording } from '../evaluation/recording.ts'
import { readStoredPng } from '../support/png-reader.ts'
import { runPython } from '../support/python.ts'

const CAMERA = '/front/image_raw'
const [WIDTH, HEIGHT] = [20, 10]
const START = 1_700_000_000

let directory: string
const at = (name: string) => join(directory, name)

/** 30 frames of a camera at 10 Hz; predictions of each second one, labels beside them. */
function drive(frames = 30): RecordedMask[] {
  const scored = masks(frames)
  return Array.from({ length: frames }, (_, i) => {
    const data = Uint8Array.from({ length: 3 * WIDTH * HEIGHT }, (_, byte) => (byte * 7 + i) % 256)
    const time = START + i / 10
    const picture = { topic: CAMERA, time, width: WIDTH, height: HEIGHT, encoding: 'bgr8', data }
    return [picture, ...(i % 2 === 1 ? scored.filter(mask => mask.time === time) : [])]
  }).flat()
}

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'dice-extract-'))
  await writeRecording(at('drive.mcap'), drive(), ['/chatter'])
  const long = Array.from({ length: 400 }, (_, i) => ({ ...drive(1)[0]!, time: START + i }))
  await writeRecording(at('long.mcap'), long)
  runPython(join(import.meta.dirname, '../recording/write_foreign.py'), directory)
})
afterAll(() => rmSync(directory, { recursive: true }))

/** As a double in seconds has it. */
const nsOf = (i: number) => {
  const time = START + i / 10
  return BigInt(Math.floor(time)) * 1_000_000_000n + BigInt(Math.round((time % 1) * 1e9))
}
const nameOf = (i: number) => `front_image_raw_${nsOf(i)}.png`

let outputs = 0
async function extract(changes: Partial<Extraction> = {}, recordingName = 'drive.mcap') {
  const output = changes.output ?? at(`out${outputs++}`)
  const recording = await openRecording(at(recordingName))
  try {
    const extracted = await extractFrames(recording, {
      topic: CAMERA,
      output,
      choice: {},
      overwrite: false,
      lists: new Map(),
      onProgress: () => {},
      checkInterrupted: () => {},
      ...changes,
    })
    return { ...extracted, output, files: readdirSync(output).sort() }
  } finally {
    await recording.close()
  }
}

const rowsOf = (output: string) => readFileSync(join(output, 'frames.csv'), 'utf8').trimEnd().split('\n')

describe('frames of a recording', () => {
  it('are PNG files named by their stamps, listed in frames.csv', async () => {
    const { frames, messages, problems, files, output } = await extract()
    expect([frames, messages, problems]).toEqual([30, 30, []])
    expect(files).toEqual(['frames.csv', ...Array.from({ length: 30 }, (_, i) => nameOf(i))])
    expect(rowsOf(output)).toEqual([
      'file,topic,stamp_ns,width,height',
      ...Array.from({ length: 30 }, (_, i) => `${nameOf(i)},${CAMERA},${nsOf(i)},${WIDTH},${HEIGHT}`),
    ])
    const { samples } = readStoredPng(readFileSync(join(output, nameOf(3))))
    expect([...samples.subarray(0, 6)]).toEqual([17, 10, 3, 38, 31, 24])
  })

  it('are those of stretches, of a number, of stamps, of predictions', async () => {
    const names = async (changes: Partial<Extraction>) => (await extract(changes)).files.slice(1)
    const of = (...indices: number[]) => indices.map(nameOf)
    expect(await names({ choice: { every: 1_000_000_000n } })).toEqual(of(0, 10, 20))
    expect(await names({ choice: { count: 3 } })).toEqual(of(5, 15, 25))
    expect(await names({ choice: { stamps: [{ stamps: [nsOf(4)], tolerance: 0n }] } })).toEqual(of(4))
    expect(await names({ labelledBy: '/prediction', choice: { every: 1_000_000_000n } })).toEqual(
      of(1, 11, 21),
    )
  })

  it.each(['none.bag', 'lz4.bag', 'ros1.mcap', 'protobuf.mcap', 'json.mcap', 'foxglove_cdr.mcap'])(
    'of %s are those of the rosbag2',
    async name => {
      const reference = await extract({ topic: '/label' }, 'reference.mcap')
      const others = await extract({ topic: '/label' }, name)
      expect(others.files).toEqual(reference.files)
      expect(reference.frames).toBe(20)
      for (const file of reference.files) {
        const [a, b] = [reference, others].map(({ output }) => readFileSync(join(output, file)))
        expect(a!.equals(b!)).toBe(true)
      }
      const compressed = await extract({ topic: '/label/compressed' }, name)
      const [first] = compressed.files.filter(file => file.endsWith('.png'))
      expect(readStoredPng(readFileSync(join(compressed.output, first!))).width).toBe(37)
    },
  )

  it('never leave the directory', async () => {
    const hostile = '/../../../tmp/evil\n'
    await writeRecording(at('hostile.mcap'), [{ ...drive(1)[0]!, topic: hostile }])
    const { files, output } = await extract({ topic: hostile }, 'hostile.mcap')
    expect(files).toEqual(['frames.csv', `tmp_evil_${nsOf(0)}.png`])
    expect(readFileSync(join(output, 'frames.csv'), 'utf8')).toContain(`"${hostile}"`)
  })
})

describe('what is there already', () => {
  it.each([nameOf(7), nameOf(7).replace('png', 'jpg'), 'frames.csv', 'labelmap.txt'])(
    '%s is not replaced, and nothing else is written',
    async name => {
      const output = at(`there${outputs++}`)
      mkdirSync(output)
      writeFileSync(join(output, name), 'mine')
      await expect(extract({ output })).rejects.toThrow(
        `${output}: 1 of the files to write are there already, such as ${name}: choose another --output, or --overwrite`,
      )
      expect(readdirSync(output)).toEqual([name])
      expect(readFileSync(join(output, name), 'utf8')).toBe('mine')
    },
  )

  it('is replaced on request, and left alone where it has another name', async () => {
    const output = at(`there${outputs++}`)
    mkdirSync(output)
    writeFileSync(join(output, nameOf(7)), 'mine')
    writeFileSync(join(output, 'notes.txt'), 'mine')
    const { frames, files } = await extract({ output, overwrite: true })
    expect(frames).toBe(30)
    expect(files).toHaveLength(32)
    expect(readStoredPng(readFileSync(join(output, nameOf(7)))).width).toBe(WIDTH)
    expect(readFileSync(join(output, 'notes.txt'), 'utf8')).toBe('mine')
  })
})

describe('what cannot be done is said', () => {
  const failure = (changes: Partial<Extraction>, name?: string) =>
    extract(changes, name).then(
      () => {
        throw new Error('it was done')
      },
      (error: Error) => error.message,
    )

  it('a topic that is not there, or none of images', async () => {
    expect(await failure({ topic: '/rear' })).toMatch(
      /topic \/rear is not in it; its image topics are .*\/front/,
    )
    expect(await failure({ topic: '/chatter' })).toMatch(/\/chatter is a std_msgs\/msg\/String, not an image/)
    expect(await failure({ labelledBy: '/none' })).toMatch(/topic \/none is not in it/)
  })

  it('stamps that no frame has', async () => {
    const choice = { stamps: [{ stamps: [5n], tolerance: 0n }] }
    expect(await failure({ choice })).toMatch(
      /none of the 30 frames on \/front\/image_raw has one of the 1 stamps asked for; its stamps are 1700000000000000000 to 17000000029\d{8}/,
    )
    await writeRecording(at('apart.mcap'), [
      ...drive(2),
      { ...drive(1)[0]!, topic: '/late', time: START + 5 },
    ])
    expect(await failure({ labelledBy: '/late' }, 'apart.mcap')).toMatch(
      /none of the 2 frames .* has the stamp of one of the 1 messages on \/late/,
    )
  })

  it('images that no file can hold, and frames of one stamp', async () => {
    const bayer = drive(3).filter(({ topic }) => topic === CAMERA)
    await writeRecording(
      at('bayer.mcap'),
      bayer.map(mask => ({ ...mask, encoding: 'bayer_rggb8' })),
    )
    expect(await failure({}, 'bayer.mcap')).toMatch(
      /no frame was written\n\/front\/image_raw: a message is no picture: encoding "bayer_rggb8": the raw mosaic .* \(3 times, first stamp 1700000000000000000\)/,
    )
    await writeRecording(at('same.mcap'), [...bayer.map(mask => ({ ...mask, time: START })), bayer[1]!])
    const { frames, problems } = await extract({}, 'same.mcap')
    expect(frames).toBe(2)
    expect(problems).toEqual([`${CAMERA}: 2 messages with the stamp of one before them were left out`])
  })

  it('a directory that cannot be written to, or made', async () => {
    writeFileSync(at('file'), '')
    await expect(extract({ output: at('file/below') })).rejects.toThrow(/ENOTDIR|EEXIST/)
    await expect(extract({ output: '/proc/x/y' })).rejects.toThrow(/ENOENT/)
    if (existsSync('/dev/full')) {
      const error = await extract({ output: '/dev/full' }).catch((e: unknown) => e as Error)
      expect(error).toBeInstanceOf(Error)
    }
    if (process.getuid?.() !== 0) {
      mkdirSync(at('closed'))
      chmodSync(at('closed'), 0o500)
      await expect(extract({ output: at('closed') })).rejects.toThrow(AnnotationError)
      expect(readdirSync(at('closed'))).toEqual([])
    }
  })
})

describe('dice-monitor extract', () => {
  it('takes the worst frames of a run, and classes with their colours', async () => {
    expect(
      await evaluate([at('drive.mcap')], { set: [], failUnder: [], output: at('run'), quiet: true }),
    ).toBe(0)
    const worst = readFileSync(at('run/frames.csv'), 'utf8').trimEnd().split('\n').slice(1)
    const lowest = worst
      .map(line => line.split(','))
      .sort((a, b) => Number(a[2]) - Number(b[2]) || (a[0]! < b[0]! ? -1 : 1))
      .slice(0, 3)
      .map(fields => fields[0])
    const set = [
      'classes.names=[sky, "a<b", trail]',
      'label.map=["#00ff00:sky", "#010203:trail", "#040506:trail"]',
    ]
    const options = ['--topic', CAMERA, '--output', at('cli'), '--set', ...set]
    const { code, stdout, stderr } = await run(
      'extract',
      ...options,
      '--worst',
      at('run'),
      '3',
      at('drive.mcap'),
    )
    expect(stderr).toBe('')
    expect(stdout).toBe(`3 of 30 frames on ${CAMERA} written to ${at('cli')}\n`)
    expect(code).toBe(0)
    expect(readdirSync(at('cli')).sort()).toEqual([
      'cvat_labels.json',
      'frames.csv',
      ...lowest.map(stamp => `front_image_raw_${stamp}.png`).sort(),
      'label_studio.xml',
      'labelmap.txt',
      'labels.txt',
    ])
    const text = (name: string) => readFileSync(at(`cli/${name}`), 'utf8')
    expect(text('labelmap.txt')).toBe(
      '# label:color_rgb:parts:actions\nsky:0,255,0::\na<b:119,0,0::\ntrail:1,2,3::\n',
    )
    expect(text('labels.txt')).toBe('__ignore__\n_background_\nsky\na<b\ntrail\n')
    expect(JSON.parse(text('cvat_labels.json'))).toEqual([
      { name: 'sky', color: '#00ff00', attributes: [] },
      { name: 'a<b', color: '#770000', attributes: [] },
      { name: 'trail', color: '#010203', attributes: [] },
    ])
    expect(text('label_studio.xml')).toContain('<Label value="a&lt;b" background="#770000"/>')
  })

  it('says how its options are written', async () => {
    const failure = async (...options: string[]): Promise<CliError | CommanderError> => {
      const program = createProgram(() => {})
      for (const command of program.commands) {
        command.exitOverride().configureOutput({ writeErr: () => {}, outputError: () => {} })
      }
      const base = ['extract', at('drive.mcap'), '--topic', CAMERA, '--output', at('never')]
      return program.parseAsync([...base, ...options], { from: 'user' }).then(
        () => {
          throw new Error('it was done')
        },
        error => error,
      )
    }
    writeFileSync(at('words.txt'), 'no stamp\n')
    for (const [options, reason, exitCode] of [
      [['--every', '0'], /Expected seconds, more than 0/, 1],
      [['--count', '0'], /Expected a number of frames/, 1],
      [['--count', '1.5'], /Expected a number of frames/, 1],
      [['--worst', at('run'), '0'], /expected a number of frames, got "0"/, Exit.USAGE],
      [['--worst', at('run'), '3', '4'], /expected SUMMARY N/, Exit.USAGE],
      [['--stamps', at('x'), '--worst', at('run')], /give one of them/, Exit.USAGE],
      [['--stamps', at('words.txt')], /expected a stamp on each line/, Exit.BAD_INPUT],
      [['--stamps', at('none.txt')], /none.txt: ENOENT/, Exit.BAD_INPUT],
      [['--worst', at('nowhere'), '3'], /nowhere: no such file/, Exit.BAD_INPUT],
    ] as const) {
      const error = await failure(...options)
      expect(error.message).toMatch(reason)
      if (error instanceof CliError) expect(error.exitCode).toBe(exitCode)
    }
    expect(existsSync(at('never'))).toBe(false)
  })

  it('leaves whole files alone behind when it is interrupted', async () => {
    const child = start('extract', at('long.mcap'), '-t', CAMERA, '-o', at('interrupted'))
    const end = finished(child)
    const poll = setInterval(() => {
      if (existsSync(at('interrupted')) && readdirSync(at('interrupted')).length > 3) child.kill('SIGINT')
    }, 1)
    const { signal } = await end
    clearInterval(poll)
    const files = readdirSync(at('interrupted'))
    if (files.includes('frames.csv')) return
    expect(signal).toBe('SIGINT')
    for (const name of files) {
      expect(name).toMatch(/^front_image_raw_\d{19}\.png$/)
      expect(readStoredPng(readFileSync(at(`interrupted/${name}`))).samples.length).toBe(3 * WIDTH * HEIGHT)
    }
  })
})
