import { readFileSync } from 'node:fs'

/** The package's version. Its package.json lies as far above `src/cli` as above `dist/cli`. */
export const VERSION = (
  JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string }
).version
