// Compiles the AssemblyScript kernels and writes them, as base64, into a module of src/kernels.
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import asc from 'assemblyscript/asc'

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
  writeFileSync(target, `${stamp}\nexport const WASM = '${Buffer.from(binary).toString('base64')}'\n`)
}

async function compile() {
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
