// usage: node scripts/build-package.mjs [FOLDER], of the compiled modules, `dist` by default
// Makes of the compiled modules what others can take: declarations that older compilers read too, and beside every
// module that an entry of the package reaches the same as a CommonJS module, with its declarations.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { transform } from 'esbuild'

const [folder = 'dist'] = process.argv.slice(2)
const ENTRIES = ['index.js', 'losses/index.js', 'metrics/index.js', 'losses/tfjs.js']
const SPECIFIER = /((?:from|import)\s*\(?\s*['"]\.[^'"]*?)\.(?:js|ts)(['"])/g

/** Before TypeScript 5.7 arrays did not name their buffer's type. */
const BUFFER_TYPE = /\b(DataView|\w+Array)<(?:Shared)?ArrayBuffer(?:Like)?>/g
/** Known with the types of Node.js alone. */
const NODE_BUFFER = /: Buffer;/g

// The compiler leaves `.ts` in declarations.
for (const name of readdirSync(folder, { recursive: true })) {
  if (name.endsWith('.d.ts')) rewrite(join(folder, name), join(folder, name), 'js')
}

const reached = new Set(ENTRIES.map(name => join(folder, name)))
for (const path of reached) {
  const code = readFileSync(path, 'utf8')
  const declarations = path.replace(/js$/, 'd.ts')
  // Declarations reach modules of types alone.
  for (const text of [code, readFileSync(declarations, 'utf8')])
    for (const [specifier] of text.matchAll(SPECIFIER))
      reached.add(join(dirname(path), specifier.replace(/^.*['"]\./, '.').slice(0, -1)))
  await writeCommonJs(path, code)
  rewrite(declarations, path.replace(/js$/, 'd.cts'), 'cjs')
}

function rewrite(from, to, extension) {
  const text = readFileSync(from, 'utf8').replace(SPECIFIER, `$1.${extension}$2`)
  writeFileSync(to, text.replace(BUFFER_TYPE, '$1').replace(NODE_BUFFER, ': Uint8Array;'))
}

async function writeCommonJs(path, code) {
  const result = await transform(code.replace(SPECIFIER, '$1.cjs$2'), {
    format: 'cjs',
    platform: 'node',
    target: 'node20',
    sourcefile: path,
    define: { 'import.meta.url': 'moduleUrl' },
    banner: code.includes('import.meta.url')
      ? "const moduleUrl = require('node:url').pathToFileURL(__filename).href"
      : '',
  })
  writeFileSync(path.replace(/js$/, 'cjs'), result.code)
}
