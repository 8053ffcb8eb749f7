// Writes config/ontologies/ and config/terrain/ from scripts/ontologies.txt.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'

/** The order in which terrain classes are listed. */
const TERRAIN = ['sky', 'smooth', 'rough', 'vegetation-low', 'vegetation-high', 'obstacle', 'water']
const IGNORE = 'ignore'

const root = new URL('../', import.meta.url)
const table = new URL('scripts/ontologies.txt', root)

/** The contents of the files by their paths in the project. */
export function ontologyFiles() {
  const files = new Map()
  for (const ontology of parse(readFileSync(table, 'utf8'))) {
    files.set(`config/ontologies/${ontology.name}.yaml`, ontologyFile(ontology))
    files.set(`config/terrain/${ontology.name}.yaml`, terrainFile(ontology))
  }
  return files
}

if (process.argv[1] === import.meta.filename) {
  for (const [path, text] of ontologyFiles()) {
    mkdirSync(new URL('./', new URL(path, root)), { recursive: true })
    writeFileSync(new URL(path, root), text)
  }
}

function parse(text) {
  const ontologies = []
  for (const line of text.split('\n')) {
    if (line.startsWith('#') || line.trim() === '') continue
    const section = /^\[(\w+)\] (.+)$/.exec(line)
    const current = ontologies.at(-1)
    if (section) {
      const [, name, title] = section
      ontologies.push({ name, title, notes: [], sources: [], groupings: ['terrain'], rows: [] })
    } else if (line.startsWith('note ')) current.notes.push(line.slice(5))
    else if (line.startsWith('source ')) current.sources.push(line.slice(7))
    else if (line.startsWith('groups ')) current.groupings = line.split(' ').slice(1)
    else {
      const [ids, name, color, ...groups] = line.split(' | ')
      if (groups.length !== current.groupings.length) throw new Error(`${current.name}: ${line}`)
      current.rows.push({ ids: ids.split(',').map(Number), name, color, groups })
    }
  }
  return ontologies
}

function ontologyFile({ name, title, notes, sources, groupings, rows }) {
  const lines = [
    `# ${title}.`,
    ...notes.map(note => `# ${note}.`),
    ...sources.map(source => `# From ${source}`),
  ]
  lines.push(`name: ${name}`, 'groups:')
  groupings.forEach((grouping, i) => {
    lines.push(`  ${grouping}: [${groupNames(grouping, rows, i).join(', ')}]`)
  })
  lines.push('classes:')
  for (const { ids, name, color, groups } of rows) {
    const fields = [`name: "${name}"`, `ids: [${ids.join(', ')}]`]
    if (color !== '-') fields.push(`color: "${color}"`)
    if (groups[0] === IGNORE) fields.push('ignore: true')
    groups.forEach((group, i) => {
      if (group !== IGNORE) fields.push(`${groupings[i]}: ${group}`)
    })
    lines.push(`  - { ${fields.join(', ')} }`)
  }
  return `${lines.join('\n')}\n`
}

function groupNames(grouping, rows, i) {
  const used = [...new Set(rows.map(row => row.groups[i]))].filter(group => group !== IGNORE)
  return grouping === 'terrain' ? TERRAIN : used
}

function terrainFile({ name, title, rows }) {
  const entries = rows.map(({ name, groups }) => [groups[0], `      - "${name}:${groups[0]}"`])
  // A network that predicts void is wrong there: that is not left out, but no class.
  const classes = entries.filter(([group]) => group !== IGNORE)
  const side = (side, map) => [
    `    ${side}.ontology: ${name}`,
    `    ${side}.map:`,
    ...map.map(([, line]) => line),
  ]
  return `${[
    `# Terrain classes of ${title}.`,
    '# Both masks are of it; of another data set on one side: label.ontology: OTHER/terrain, label.map: []',
    '/**:',
    '  ros__parameters:',
    `    classes.names: [${TERRAIN.join(', ')}]`,
    ...side('prediction', classes),
    ...side('label', entries),
  ].join('\n')}\n`
}
