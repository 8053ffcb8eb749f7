import { Comment, Converter, ReflectionKind } from 'typedoc'

/** Constants of many rows: their values say what a sentence would. */
const TABLES = ['lossConventions', 'metricConventions', 'PARAMETERS']

/** Lets a table's rows and their options go without a sentence; what other exports have needs one. */
function excuseRows(app) {
  app.converter.on(Converter.EVENT_CREATE_DECLARATION, (_, reflection) => {
    if (!reflection.kindOf(ReflectionKind.Property) || reflection.comment) return
    for (let above = reflection.parent; above; above = above.parent)
      if (TABLES.includes(above.name))
        reflection.comment = new Comment([{ kind: 'text', text: 'As the type of these options says.' }])
  })
}

/** @type {Partial<import('typedoc').TypeDocOptions>} */
export default {
  // There is no address that links could lead to, and a folder without a remote would be warned of.
  disableSources: true,
  name: 'dice-monitor',
  entryPoints: ['src/index.ts', 'src/losses/tfjs.ts'],
  tsconfig: 'tsconfig.build.json',
  out: 'build/reference',
  readme: 'none',
  plugin: [excuseRows],
  excludeInternal: true,
  excludePrivate: true,
  // How the engine counts, which nobody outside reaches.
  intentionallyNotExported: ['Kernels', 'KernelRoom', 'PixelLayout', 'EncodingResult'],
  validation: { notExported: true, invalidLink: true, notDocumented: true, rewrittenLink: true },
  treatWarningsAsErrors: true,
}
