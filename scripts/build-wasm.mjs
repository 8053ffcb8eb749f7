// Compiles the AssemblyScript kernels and writes them, as base64, into a module of src/kernels, when they changed.
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'

const PAGE = 65536

const folder = 'src/kernels/assembly'
const target = 'src/kernels/wasm.generated.ts'

const hash = createHash('sha256').update(readFileSync(import.meta.filename))
for (const name of readdirSync(folder).sort()) hash.update(name).update(readFileSync(`${folder}/${name}`))
const stamp = `// ${hash.digest('hex')}`

if (!existsSync(target) || !readFileSync(target, 'utf8').startsWith(stamp)) {
  const own = await compile()
  const workBytes = workBytesOf(own)
  const first = await compileShared()
  const second = await compileShared('--memoryBase', String(workBytes))
  // Moved into place whole: another process may be reading it.
  const part = `${target}.${process.pid}`
  writeFileSync(
    part,
    `${stamp}
export const WASM = '${own}'
/** For a shared memory: the second works behind the first. */
export const SHARED_WASM = ['${first}', '${second}']
/** What both take of it. */
export const SHARED_PAGES = ${Math.ceil((2 * workBytes) / PAGE)}
`,
  )
  renameSync(part, target)
}

/** As vitest's global set-up, importing this file is all there is to do. */
export default () => {}

/** Bytes that the kernels need for themselves, see assembly/memory.ts. */
function workBytesOf(wasm) {
  return new WebAssembly.Instance(new WebAssembly.Module(Buffer.from(wasm, 'base64'))).exports.dataStart()
}

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
