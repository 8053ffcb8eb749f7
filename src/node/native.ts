import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

/** What native.cpp exports, where each is described. Receptions and publishers are opaque. */
export interface Native {
  /** Version of rclnodejs that it was compiled for. */
  readonly rclnodejs: string
  start(onReady: () => void): void
  open(node: unknown, subscription: unknown): unknown
  close(reception: unknown): void
  isReady(reception: unknown): boolean
  take(reception: unknown, room: Uint8Array): number
  takeSpilled(reception: unknown, room: Uint8Array): void
  read(reception: unknown, figures: Float64Array): void
  openPublisher(node: unknown, publisher: unknown): unknown
  publish(publisher: unknown, message: Uint8Array): void
}

/** The environment variable that asks for it. */
const VARIABLE = 'DICE_MONITOR_NATIVE'

/** Where messages are taken by rclnodejs: why. */
export interface NoNative {
  reason: string
  /** Whether that was asked for. */
  isWanted: boolean
}

let loaded: Native | NoNative | undefined

/** The native take, or why there is none; rclnodejs must have been loaded before. */
export function loadNative(): Native | NoNative {
  loaded ??= load()
  return loaded
}

function load(): Native | NoNative {
  const value = process.env[VARIABLE] ?? ''
  if (value === '') return { reason: '', isWanted: true }
  if (value === 'off') return { reason: `${VARIABLE} is off`, isWanted: true }
  if (value !== 'on') {
    return { reason: `${VARIABLE} is neither on nor off`, isWanted: false }
  }
  const require = createRequire(import.meta.url)
  try {
    const folder = dirname(require.resolve('rclnodejs/package.json'))
    const binary = join(folder, 'dice_monitor.node')
    if (!existsSync(binary)) return { reason: notCompiled(folder), isWanted: false }
    const native = require(binary) as Native
    const { version } = require(join(folder, 'package.json')) as { version: string }
    if (native.rclnodejs === version) return native
    return {
      reason: `it was compiled for rclnodejs ${native.rclnodejs}, and this is ${version}`,
      isWanted: false,
    }
  } catch (error) {
    return { reason: `it does not load: ${firstLine((error as Error).message)}`, isWanted: false }
  }
}

function notCompiled(folder: string): string {
  const failure = join(folder, 'dice_monitor.failed')
  return existsSync(failure)
    ? `it did not compile: ${firstLine(readFileSync(failure, 'utf8'))}`
    : 'it was not compiled'
}

const firstLine = (text: string) => text.trim().split('\n')[0]!
