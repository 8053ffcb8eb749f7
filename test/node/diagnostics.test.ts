import { describe, expect, it } from 'vitest'
import { serializeImage } from '../../src/image/serialize.ts'
import { Monitor } from '../../src/monitor/monitor.ts'
import { Diagnostics } from '../../src/node/diagnostics.ts'
import type { KeeperState } from '../../src/node/frame-keeper.ts'
import type { InputState } from '../../src/node/input-diagnostics.ts'
import { parametersFrom, type RawValue } from '../../src/parameters/parameters.ts'

/** A subscription that reports what the test says. */
const subscription = (topic: string) => ({
  topic,
  lost: 0,
  missing: Number.NaN,
  means: 'native',
  incompatible: 0,
  incompatiblePolicy: 'durability',
  isReliable: true,
  publisherCount: 1,
  hasDeafPublisher: false,
  type: 'sensor_msgs/msg/Image',
  foreignType: undefined as string | undefined,
  depth: 10,
  largestMessage: 0,
  backlog: 0,
  longestBacklog(): number {
    const { backlog } = this
    this.backlog = 0
    return backlog
  },
})

function image(nanoseconds: number, encoding = 'mono8'): Uint8Array {
  return serializeImage({
    sec: Math.floor(nanoseconds / 1e9),
    nanosec: Math.round(nanoseconds % 1e9),
    frameId: '',
    width: 4,
    height: 1,
    encoding,
    isBigEndian: false,
    step: 4,
    data: Uint8Array.from([0, 1, 2, 2]),
  })
}

class Rig {
  readonly inputs = { prediction: subscription('/prediction'), label: subscription('/label') }
  readonly monitor: Monitor
  readonly diagnostics: Diagnostics
  now = 0
  segment = 0
  namesProblems = { prediction: '', label: '' }

  constructor(values: Record<string, RawValue> = { 'classes.names': ['sky', 'grass', 'trail'] }) {
    this.monitor = new Monitor(parametersFrom(new Map(Object.entries(values))))
    this.diagnostics = new Diagnostics(
      this.monitor,
      this.inputs as { prediction: InputState; label: InputState },
      mask => this.namesProblems[mask],
      () => this.segment,
    )
    this.period()
  }

  prediction(seconds: number, encoding?: string): this {
    this.monitor.offerPrediction(image(seconds * 1e9, encoding), this.now, this.now)
    return this
  }

  label(seconds: number, encoding?: string): this {
    this.monitor.offerLabel(image(seconds * 1e9, encoding), this.now, this.now)
    return this
  }

  period(): this {
    this.now++
    this.monitor.tick(this.now)
    this.diagnostics.endPeriod(this.now)
    return this
  }

  status(task: string) {
    const found = this.diagnostics
      .statuses('/ns/node', this.now)
      .find(({ name }) => name === `/ns/node: ${task}`)!
    return { ...found, values: new Map(found.values.map(({ key, value }) => [key, value])) }
  }
}

describe('overlap', () => {
  it('shows no class and no score before the first pair and after a reset, and the same keys', () => {
    const rig = new Rig()
    const blank = rig.status('Overlap').values
    expect(blank.get('worst class')).toBe('')
    expect(blank.get('dice')).toBe('NaN')
    rig.prediction(1).label(1)
    const scored = rig.status('Overlap').values
    expect(scored.get('dice')).toBe('1.0000')
    expect(scored.get('evaluated (pixels)')).toBe('4')
    expect(scored.get('worst class')).toBe('sky')
    expect(scored.get('window_dice of trail')).toBe('1.0000')
    expect([...scored.keys()]).toEqual([...blank.keys()])
    rig.monitor.reset()
    expect(rig.status('Overlap').values).toEqual(blank)
  })

  it('has constant keys without names too', () => {
    const rig = new Rig({})
    const before = [...rig.status('Overlap').values.keys()]
    rig.prediction(1).label(1)
    expect([...rig.status('Overlap').values.keys()]).toEqual(before)
    expect(rig.status('Overlap').values.get('worst class')).toBe('0')
  })

  it('shows names that are not printable printably', () => {
    const rig = new Rig({ 'classes.names': ['a\u001b[31m', 'b\0', 'c'] }).prediction(1).label(1)
    const { values } = rig.status('Overlap')
    expect([...values.keys()]).toContain('window_dice of b\\u{0}')
    expect(values.get('worst class')).toBe('a\\u{1b}[31m')
  })
})

describe('synchronization', () => {
  const differences = (rig: Rig) => {
    for (let i = 0; i < 6; i++) {
      for (let frame = 0; frame < 10; frame++) {
        const stamp = i + frame / 10
        rig.prediction(stamp).label(stamp + (frame % 9) / 1000 + 0.000111)
      }
      rig.period()
    }
    return rig
  }

  it('says that nothing matches, and which tolerance would match most', () => {
    const { level, message, values } = differences(new Rig()).status('Synchronization')
    expect(level).toBe(1)
    expect(message).toBe(
      'nothing matches: the nearest stamps are mostly within 0.007111 s, sync.tolerance is 0 s',
    )
    expect(values.get('nearest difference of most without a match (s)')).toBe('0.007111')
  })

  it('says so after two periods, not before', () => {
    const rig = new Rig().prediction(1).label(2).period()
    expect(rig.status('Synchronization')).toMatchObject({ level: 0, message: 'nothing matched yet' })
    rig.prediction(3).label(4).period()
    expect(rig.status('Synchronization').level).toBe(1)
    rig.prediction(5).label(5)
    expect(rig.status('Synchronization')).toMatchObject({ level: 0, message: '1 matched' })
  })

  it('does not say so when all predictions are rejected', () => {
    const rig = new Rig()
    for (let i = 0; i < 5; i++) rig.prediction(i, 'yuv422').label(i).period()
    expect(rig.status('Prediction input').level).toBe(2)
    expect(rig.status('Synchronization')).toMatchObject({ level: 0, message: 'nothing matched yet' })
  })
})

describe('inputs', () => {
  it('tell what was rejected in the last period, all of it or some', () => {
    const rig = new Rig().prediction(1).label(1, '32FC1').period()
    expect(rig.status('Prediction input').level).toBe(0)
    rig.label(2, 'yuv422').period()
    expect(rig.status('Label input').level).toBe(2)
    rig.label(3, 'yuv422').label(4).period()
    expect(rig.status('Label input').level).toBe(1)
    expect(rig.status('Label input').message).toMatch(/^1 rejected, the last for: .*yuv422/)
    expect(rig.status('Label input').values.get('rejected')).toBe('3')
    rig.period()
    expect(rig.status('Label input').level).toBe(0)
  })

  it('tell why no names can come, before all else', () => {
    const rig = new Rig().prediction(1)
    rig.inputs.label.lost = 3
    rig.namesProblems.label = 'label.names_from needs vision_msgs'
    expect(rig.period().status('Label input')).toMatchObject({
      level: 2,
      message: 'label.names_from needs vision_msgs',
    })
    expect(rig.status('Prediction input').level).toBe(0)
  })

  it('tell what is lost in transport, and publishers that are not heard', () => {
    const rig = new Rig().prediction(1)
    rig.inputs.prediction.lost = 3
    rig.period()
    expect(rig.status('Prediction input')).toMatchObject({ level: 1 })
    expect(rig.status('Prediction input').message).toBe(
      '3 lost in transport: docs/platforms.md says what to set',
    )
    expect(rig.diagnostics.framesMissed).toBe(3)
    rig.inputs.prediction.foreignType = 'std_msgs/msg/String'
    expect(rig.period().status('Prediction input').message).toMatch(
      /sends std_msgs\/msg\/String and not sensor_msgs\/msg\/Image: it is not heard/,
    )
    expect(rig.status('Label input').message).toBe('waiting for /label')
  })

  it('tell what is missing by sequence numbers while no history was full, or what the middleware says is more', () => {
    const rig = new Rig()
    const { prediction } = rig.inputs
    const said = (lost: number, missing: number) => {
      prediction.lost += lost
      prediction.missing += missing
      rig.prediction(rig.now).period()
      return rig.status('Prediction input').message
    }
    prediction.missing = 0
    expect(said(0, 0)).toBe('receiving')
    expect(said(0, 1)).toMatch(/^1 lost in transport/)
    expect(said(3, 5)).toMatch(/^5 lost in transport/)
    expect(said(3, 1)).toMatch(/^3 lost in transport/)
    expect(said(0, 0)).toBe('receiving')
    const { values } = rig.status('Prediction input')
    expect(
      ['lost in transport', 'missed, likely', 'missed by sequence numbers'].map(key => values.get(key)),
    ).toEqual(['6', '7', '7'])
    expect(values.get('taken by')).toBe('native')
  })

  it('say when messages are larger than the shared memory of every publisher, also when some are lost', () => {
    const rig = new Rig().prediction(1).period()
    rig.segment = 500_000
    rig.inputs.prediction.largestMessage = 500_000
    expect(rig.status('Prediction input').message).toBe('receiving')
    rig.inputs.prediction.largestMessage = 921_650
    const said =
      "messages of 0.9 MB are larger than every publisher's shared memory (0.5 MB); " +
      'source config/large_images.sh where the publisher is started'
    expect(rig.status('Prediction input')).toMatchObject({ level: 0, message: `receiving: ${said}` })
    expect(rig.status('Label input').message).toBe('waiting for /label')
    rig.inputs.prediction.lost = 2
    rig.period()
    expect(rig.status('Prediction input')).toMatchObject({
      level: 1,
      message: `2 lost in transport: ${said}`,
    })
    expect(rig.period().status('Prediction input').message).toBe(`none for 3.0 s: ${said}`)
    rig.segment = 0
    expect(rig.status('Prediction input').message).toBe('none for 3.0 s')
  })

  it('are OK when labels pause, and STALE when predictions do', () => {
    const rig = new Rig().prediction(1).label(1)
    for (let i = 0; i < 3; i++) rig.period()
    expect(rig.status('Prediction input')).toMatchObject({ level: 3, message: 'none for 3.0 s' })
    expect(rig.status('Label input')).toMatchObject({ level: 0, message: 'none for 3.0 s' })
  })
})

describe('overload', () => {
  /** A second of a 60 Hz stream of which the frames given arrive. */
  const second = (rig: Rig, start: number, frames: number[]) => {
    for (const frame of frames) rig.prediction(start + frame / 60).label(start + frame / 60)
  }
  const every = (n: number) => Array.from({ length: Math.floor(60 / n) }, (_, i) => i * n)

  it('is told by gaps in the stamps while messages wait, with the rate received and that of the stream', () => {
    const rig = new Rig()
    second(rig, 0, every(1))
    rig.period()
    expect(rig.status('Prediction input').level).toBe(0)
    second(rig, 1, every(5))
    rig.inputs.prediction.backlog = 10
    rig.inputs.label.backlog = 9
    rig.period()
    expect(rig.status('Prediction input')).toMatchObject({
      level: 1,
      message: 'received 13 Hz of about 60 Hz: the node is short of CPU',
    })
    // Its history was not full: nothing shows that labels were lost.
    expect(rig.status('Label input').level).toBe(0)
    expect(rig.status('Prediction input').values.get('missed, likely')).toBe('44')
    expect(rig.diagnostics.framesMissed).toBe(44)
    second(rig, 2, every(1))
    rig.period()
    expect(rig.status('Prediction input').level).toBe(0)
  })

  it('is told by sequence numbers where there are any, whatever the stamps say', () => {
    const rig = new Rig()
    rig.inputs.prediction.missing = 0
    second(rig, 0, every(1))
    expect(rig.period().status('Prediction input').values.get('missed by sequence numbers')).toBe('0')
    second(rig, 1, every(5))
    rig.inputs.prediction.backlog = 10
    rig.period()
    // The camera sent less: nothing is missing.
    expect(rig.status('Prediction input').level).toBe(0)
    expect(rig.diagnostics.framesMissed).toBe(0)
    second(rig, 2, every(1))
    rig.inputs.prediction.backlog = 10
    rig.inputs.prediction.missing = 60
    rig.period()
    expect(rig.status('Prediction input')).toMatchObject({
      level: 1,
      message: 'received 30 Hz of about 60 Hz: the node is short of CPU',
    })
    const { values } = rig.status('Prediction input')
    expect([values.get('missed, likely'), values.get('missed by sequence numbers')]).toEqual(['60', '60'])
    expect(rig.diagnostics.framesMissed).toBe(60)
    second(rig, 3, every(1))
    expect(rig.period().status('Prediction input').level).toBe(0)
  })

  it('is not told of a sparse stream, of one at single frames of a camera, or of an irregular one', () => {
    const rig = new Rig()
    let at = 0
    for (let i = 0; i < 200; i++) {
      at += [1, 7, 2, 11, 3, 3, 5][i % 7]!
      rig.label(at / 30)
      rig.prediction(i + Math.sin(i * i) / 3)
      if (i % 10 === 9) rig.period()
      expect(rig.status('Label input').level).toBe(0)
      expect(rig.status('Prediction input').level).toBe(0)
    }
    expect(rig.diagnostics.framesMissed).toBe(0)
  })

  it('is not told of a burst that the history just held', () => {
    const rig = new Rig()
    second(rig, 0, every(1))
    rig.period()
    second(rig, 1, every(1))
    rig.inputs.prediction.backlog = 12
    rig.period()
    expect(rig.status('Prediction input').level).toBe(0)
  })

  it('is told of an irregular stream when more keeps coming than can be taken', () => {
    const rig = new Rig()
    for (let i = 0; i < 60; i++) rig.prediction(i + Math.sin(i * i) / 3)
    rig.inputs.prediction.backlog = 29
    expect(rig.period().status('Prediction input').level).toBe(0)
    for (let i = 60; i < 90; i++) rig.prediction(i + Math.sin(i * i) / 3)
    rig.inputs.prediction.backlog = 30
    expect(rig.period().status('Prediction input')).toMatchObject({
      level: 1,
      message: 'received 30.0 Hz, and more came than could be taken: the node is short of CPU',
    })
  })
})

describe('doubts', () => {
  it('are a warning of the input that they are about, and what is none is no warning', () => {
    const rig = new Rig({ 'classes.names': ['sky', 'grass'] }).prediction(1).label(1)
    expect(rig.status('Label input').level).toBe(0)
    rig.period()
    expect(rig.status('Label input')).toMatchObject({
      level: 1,
      message: expect.stringMatching(/^values that are no class: 2 \(2\) .*: their pixels are left out/),
    })
    expect(rig.status('Label input').values.get('doubts')).toBe(rig.status('Label input').message)
    // The prediction's values of no class lie where the label is left out.
    expect(rig.status('Prediction input')).toMatchObject({ level: 0, message: 'receiving' })
    expect(rig.status('Prediction input').values.get('doubts')).toBe('')
  })

  it('that are hints are values alone', () => {
    const rig = new Rig({
      'classes.names': ['sky', 'grass', 'trail'],
      'prediction.map': ['0:sky', '*:grass'],
    })
    rig.prediction(1).label(1).period()
    expect(rig.status('Prediction input').level).toBe(0)
    expect(rig.status('Prediction input').values.get('doubts')).toMatch(/^class trail is in no prediction/)
  })

  it('of stamps are told of an input that has no pair', () => {
    const rig = new Rig()
    for (let i = 0; i < 4; i++) rig.label(0).period()
    expect(rig.status('Label input')).toMatchObject({
      level: 1,
      message: expect.stringContaining('all of its 4 messages have the stamp 0'),
    })
  })
})

describe('frames that are kept', () => {
  const { inputs, monitor } = new Rig()
  const tasks = (state: KeeperState | undefined) => {
    const both = inputs as { prediction: InputState; label: InputState }
    const none = () => ''
    const diagnostics = new Diagnostics(
      monitor,
      both,
      none,
      () => 0,
      () => state,
    )
    return diagnostics.statuses('dice_monitor', 0).slice(4)
  }
  const state = { frames: 3, bytes: 1234, problem: '', directory: '/data', skipped: 1 }

  it('are a task of their own, and none where no frames are to be kept', () => {
    expect(tasks(undefined)).toEqual([])
    expect(tasks(state)).toEqual([
      {
        level: 0,
        name: 'dice_monitor: Saved frames',
        message: '3 kept in /data',
        hardware_id: 'none',
        values: [
          { key: 'kept (frames)', value: '3' },
          { key: 'kept (bytes)', value: '1234' },
          { key: 'came too fast to be kept (frames)', value: '1' },
          { key: 'directory', value: '/data' },
        ],
      },
    ])
  })

  it('are a WARN while something keeps them from the disk', () => {
    expect(tasks({ ...state, problem: 'no space' })).toMatchObject([{ level: 1, message: 'no space' }])
  })
})
