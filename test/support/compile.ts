import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync } from 'node:fs'
import { join } from 'node:path'

const ROOT = join(import.meta.dirname, '../..')

/** Compiles the package into a folder: Node starts no thread from TypeScript. */
export function compile(folder: string): void {
  const typescript = join(ROOT, 'node_modules/.bin/tsc')
  const options = ['--project', join(ROOT, 'tsconfig.build.json'), '--outDir', folder]
  execFileSync(process.execPath, [typescript, ...options], { stdio: 'inherit' })
}

/** A new folder from which modules find the packages of the project. */
export function folderAmongPackages(prefix: string): string {
  const cache = join(ROOT, 'node_modules/.cache')
  mkdirSync(cache, { recursive: true })
  return mkdtempSync(join(cache, prefix))
}
