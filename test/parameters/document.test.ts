import { readFileSync, writeFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { parametersInFile } from '../../src/parameters/file.ts'
import { parametersFrom } from '../../src/parameters/parameters.ts'
import { PARAMETER_NAMES, PARAMETERS, type ParameterSpec } from '../../src/parameters/table.ts'
import { parameterFile, parameterTable } from './document.ts'

const root = new URL('../../', import.meta.url)
const CONFIG = new URL('config/monitor.yaml', root)

// As CONTRIBUTING.md says, `UPDATE_DOCS=1` writes the file and the table anew.
if (process.env.UPDATE_DOCS) {
  writeFileSync(CONFIG, parameterFile())
  const readme = new URL('README.md', root)
  const table = `<!-- parameters -->\n${parameterTable()}\n<!-- /parameters -->`
  writeFileSync(
    readme,
    readFileSync(readme, 'utf8').replace(/<!-- parameters -->[\s\S]*<!-- \/parameters -->/, table),
  )
}

it('ships the annotated parameter file that the table describes', () => {
  expect(readFileSync(CONFIG, 'utf8')).toBe(parameterFile())
})

it('ships a parameter file that sets every parameter to its default, but for those whose default depends', () => {
  const values = parametersInFile(readFileSync(CONFIG, 'utf8'), '/anywhere/dice_monitor', 'monitor.yaml')
  const set = PARAMETER_NAMES.filter(name => !(PARAMETERS[name] as ParameterSpec).unsetInFile)
  expect(set).not.toContain('diagnostic_updater.use_fqn')
  expect([...values.keys()].sort()).toEqual(set.sort())
  expect(parametersFrom(values)).toEqual(parametersFrom(new Map()))
})

it('shows the table in the README', () => {
  expect(readFileSync(new URL('README.md', root), 'utf8')).toContain(parameterTable())
})
