// Compiles the AssemblyScript kernels and writes them, as base64, into a module of src/kernels, when they changed.
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'

const folder = 'src/kernels/assembly'
const target = 'src/kernels/wasm.generated.ts'

const hash = createHash('sha256')
for (const name of readdirSync(folder).sort()) hash.update(name).update(readFileSync(`${folder}/${name}`))
const stamp = `// ${hash.digest('hex')}`

if (!existsSync(target) || !readFileSync(target, 'utf8').startsWith(stamp)) {
  const { error, stdout, stderr, binary } = await compile()
  if (error) {
    console.error(stdout, stderr)
    throw error
  }
  // Moved into place whole: another process may be reading it.
  const part = `${target}.${process.pid}`
  writeFileSync(part, `${stamp}\nexport const WASM = '${Buffer.from(binary).toString('base64')}'\n`)
  renameSync(part, target)
}

/** As vitest's global set-up, importing this file is all there is to do. */
export default () => {}

async function compile() {
  const { default: asc } = await import('assemblyscript/asc')
  let binary
  const result = await asc.main(
    [`${folder}/index.ts`, '--config', `${folder}/asconfig.json`, '--outFile', 'kernels.wasm'],
    {
      writeFile: (_name, contents) => {
        binary = contents
      },
    },
  )
  return { ...result, stdout: String(result.stdout), stderr: String(result.stderr), binary }
}
