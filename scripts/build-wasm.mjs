// Compiles the AssemblyScript kernels and writes them, as base64, into a module of src/kernels, when they changed.
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'

/** Where the work space of the second of two instances begins: behind that of the first, see assembly/memory.ts. */
const SECOND_BASE = 1048576 + 65536

const folder = 'src/kernels/assembly'
const target = 'src/kernels/wasm.generated.ts'

const hash = createHash('sha256').update(readFileSync(import.meta.filename))
for (const name of readdirSync(folder).sort()) hash.update(name).update(readFileSync(`${folder}/${name}`))
const stamp = `// ${hash.digest('hex')}`

if (!existsSync(target) || !readFileSync(target, 'utf8').startsWith(stamp)) {
  const own = await compile()
  const shared = await compileShared()
  const second = await compileShared('--memoryBase', String(SECOND_BASE))
  // Moved into place whole: another process may be reading it.
  const part = `${target}.${process.pid}`
  writeFileSync(
    part,
    `${stamp}
export const WASM = '${own}'
export const SHARED_WASM = ['${shared}', '${second}']
`,
  )
  renameSync(part, target)
}

/** As vitest's global set-up, importing this file is all there is to do. */
export default () => {}

function compileShared(...options) {
  const shared = ['--enable', 'threads', '--importMemory', '--sharedMemory', '--maximumMemory', '65536']
  return compile(...shared, ...options)
}

async function compile(...options) {
  const { default: asc } = await import('assemblyscript/asc')
  let binary
  const result = await asc.main(
    [`${folder}/index.ts`, '--config', `${folder}/asconfig.json`, '--outFile', 'kernels.wasm', ...options],
    {
      writeFile: (_name, contents) => {
        binary = contents
      },
    },
  )
  if (result.error) {
    console.error(String(result.stdout), String(result.stderr))
    throw result.error
  }
  return Buffer.from(binary).toString('base64')
}
