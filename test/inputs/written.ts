import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runPython } from '../support/python.ts'
import type { Sender, SentFrame } from './senders.ts'

/** What a sender's masks score, by class; null is undefined. */
export interface Expected {
  classes: string[]
  confusion: number[][]
  unknown: number[]
  ignored: number
  dice: (number | null)[][]
  pooled: (number | null)[]
}

export const FRAMES = 2

export const framesOf = (sender: Sender): SentFrame[] =>
  Array.from({ length: FRAMES }, (_, frame) => sender.frame(frame))

/** The scores of all senders by decoding their messages apart. */
export function expectedScores(senders: readonly Sender[]): Record<string, Expected> {
  const base64 = (data: Uint8Array | undefined) => data && Buffer.from(data).toString('base64')
  const frames = Object.fromEntries(
    senders.map(sender => [
      sender.name,
      framesOf(sender).map(({ prediction, label, names }) => [
        base64(prediction.data),
        base64(label.data),
        base64(names?.message.data) ?? null,
      ]),
    ]),
  )
  const directory = mkdtempSync(join(tmpdir(), 'dice-senders-'))
  try {
    const file = join(directory, 'frames.json')
    writeFileSync(file, JSON.stringify(frames))
    return JSON.parse(runPython(join(import.meta.dirname, 'score.py'), file))
  } finally {
    rmSync(directory, { recursive: true })
  }
}

export const parameterFile = ({ name }: Sender) =>
  join(import.meta.dirname, '../../config/inputs', `${name}.yaml`)

/** The parameters that the documentation shows for a sender: those of its file. */
export const documented = (): string =>
  readFileSync(join(import.meta.dirname, '../../docs/inputs.md'), 'utf8')
